"""Late permits of a call: given to one named person after its end, confirmed under `/confirmations`, taken back; and how many there are."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Id, Instant, RequestBody, ResponseBody
from models.late_permits import LatePermit
from workflows.process.actors import Actor
from workflows.region.late_permits import (
    NewPermit,
    PermitLine,
    count_permits,
    end_late_permit,
    give_late_permit,
    list_permits,
)

router = APIRouter(prefix=PREFIX + "/calls/{call_id}/late-permits", tags=["calls"])


class LatePermitIn(RequestBody):
    employee_number: str = Field(max_length=100)
    until: Instant
    reason: str = Field(max_length=2_000)


class LatePermitOut(ResponseBody):
    """A permit; it counts once `confirmed_at` is set, and is used up by one idea."""

    id: str
    person_id: str
    until: datetime
    reason: str
    given_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    used_at: datetime | None


class LatePermitLine(LatePermitOut):
    """A permit with the names of those whom it concerns, and the code of the idea that came in by it."""

    person: str
    given_by: str
    confirmed_by: str
    idea_code: str | None


class LatePermitList(ResponseBody):
    """How many permits two people gave and how many were used, as everybody may know; the permits themselves for those who work on the
    call, and one's own."""

    given: int
    used: int
    permits: list[LatePermitLine]


@router.post("", status_code=201, response_model=LatePermitOut)
async def give_permit(call_id: Id, body: LatePermitIn, request: Api) -> JSONResponse:
    """Let one named person submit one idea after the call's end, until an instant; a second person confirms it."""
    new = NewPermit(**body.model_dump())
    return await request.write(lambda s, a: show_permit(give_late_permit(s, call_id, new, actor=a)), status=201)


@router.get("")
async def show_permits(call_id: Id, request: Api) -> LatePermitList:
    """How many late permits a call has, and those of which one may know."""

    def read(session: Session, actor: Actor) -> LatePermitList:
        lines = list_permits(session, call_id, actor=actor)
        counts = count_permits(session, call_id)
        return LatePermitList(given=counts.given, used=counts.used, permits=[_show_line(line) for line in lines])

    return await request.read(read)


@router.post("/{permit_id}/ending", response_model=LatePermitOut)
async def take_back(call_id: Id, permit_id: Id, request: Api) -> JSONResponse:
    """Take a permit back while no idea came in by it."""
    return await request.write(lambda s, a: show_permit(end_late_permit(s, permit_id, call_id=call_id, actor=a)))


def show_permit(permit: LatePermit) -> LatePermitOut:
    """A permit as it stands."""
    return LatePermitOut.model_validate(permit, from_attributes=True)


def _show_line(line: PermitLine) -> LatePermitLine:
    names = {"person": line.person, "given_by": line.given_by, "confirmed_by": line.confirmed_by, "idea_code": line.idea_code}
    return LatePermitLine(**show_permit(line.permit).model_dump(), **names)
