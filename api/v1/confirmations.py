"""What waits for a second person: deciding roles, appointments, codes for holders of an office, late permits, days, pauses, files."""

from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Id, ResponseBody
from models.calendars import DeclaredKind
from models.people import Role
from workflows.process.actors import Actor
from workflows.region.confirmations import confirm, list_confirmations, refuse

router = APIRouter(prefix=f"{PREFIX}/confirmations", tags=["confirmations"])


class ConfirmationOut(ResponseBody):
    """Something that one person (`first`) began for another (`about`); `may_confirm` says whether the asker may be the second.

    `call`, `until` and `reason` are those of a late permit; `day`, `declares` and `source` those of a day of the region,
    which `about` names; a pause has `call`, `reason`, `first_day` and `last_day`, and `about` names its cause.
    Of a file of earlier years `about` is its name; it has `sha256` and `count`, how many ideas it tells of. Refused once it counts, it is
    taken back.
    """

    id: str
    kind: Literal["role", "office", "code", "late", "calendar", "pause", "past"]
    about: str
    about_id: str | None
    first: str
    role: Role | None
    unit: str
    at: datetime | None
    may_confirm: bool
    may_refuse: bool
    call: str | None
    until: datetime | None
    reason: str | None
    day: date | None
    declares: DeclaredKind | None
    source: str | None
    first_day: date | None
    last_day: date | None
    sha256: str | None
    count: int | None


class SettledOut(ResponseBody):
    """What was confirmed or refused; the one-time code to hand over, for a code or a first office, is shown this once."""

    id: str
    activation_code: str | None


@router.get("")
async def list_waiting(request: Api) -> list[ConfirmationOut]:
    """What one may confirm, began, or would get."""

    def read(session: Session, actor: Actor) -> list[ConfirmationOut]:
        return [ConfirmationOut.model_validate(row, from_attributes=True) for row in list_confirmations(session, actor=actor)]

    return await request.read(read)


@router.post("/{confirmation_id}/approval", response_model=SettledOut)
async def approve(confirmation_id: Id, request: Api) -> JSONResponse:
    """Confirm, as somebody who neither began it nor gets it."""
    return await request.write(
        lambda session, actor: SettledOut(id=confirmation_id, activation_code=confirm(session, confirmation_id, actor=actor))
    )


@router.post("/{confirmation_id}/refusal", response_model=SettledOut)
async def decline(confirmation_id: Id, request: Api) -> JSONResponse:
    """Refuse, or withdraw what one began."""

    def act(session: Session, actor: Actor) -> SettledOut:
        refuse(session, confirmation_id, actor=actor)
        return SettledOut(id=confirmation_id, activation_code=None)

    return await request.write(act)
