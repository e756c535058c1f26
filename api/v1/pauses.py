"""Pauses of clocks: declared by an admin for a unit or a call, confirmed under `/confirmations`, and read by everybody signed in."""

from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Day, RequestBody, ResponseBody
from models.pauses import ClockPause
from workflows.process.actors import Actor
from workflows.region.pauses import NewPause, PauseLine, declare_pause, list_causes, list_declared

router = APIRouter(prefix=PREFIX + "/pauses", tags=["region"])


class PauseIn(RequestBody):
    """For which cause that a policy names, of which unit's ideas, of one call alone where `call_code` is not empty; its days, and why."""

    cause: str = Field(max_length=100)
    unit_code: str = Field(max_length=100)
    call_code: str = Field("", max_length=100)
    first_day: Day
    last_day: Day
    reason: str = Field(max_length=2_000)


class PauseOut(ResponseBody):
    """A pause: from `first_day` to `last_day` no day counts for what its cause stops.

    It counts once `confirmed_at` is set, from that day at the earliest (`counts_from`).
    """

    id: str
    cause: str
    first_day: date
    last_day: date
    counts_from: date
    reason: str
    declared_at: datetime
    confirmed_at: datetime | None


class PauseLineOut(PauseOut):
    """A pause with its cause in words, the unit and the call that it is about, and who declared and confirmed it."""

    label: str
    label_en: str
    unit: str
    call: str
    declared_by: str
    confirmed_by: str


class PauseCauseOut(ResponseBody):
    """A cause that a policy names."""

    name: str
    label: str
    label_en: str


class PauseList(ResponseBody):
    """The pauses that count or counted, the last first; those that wait, for who declared them or may confirm; and the causes there are."""

    pauses: list[PauseLineOut]
    waiting: list[PauseLineOut]
    causes: list[PauseCauseOut]


@router.get("")
async def show_pauses(request: Api) -> PauseList:
    """The pauses of clocks, and for which causes some may be declared."""

    def read(session: Session, actor: Actor) -> PauseList:
        pauses = [_show_line(line) for line in list_declared(session, actor=actor)]
        waiting = [_show_line(line) for line in list_declared(session, actor=actor, is_waiting=True)]
        causes = [PauseCauseOut.model_validate(each, from_attributes=True) for each in list_causes(session)]
        return PauseList(pauses=pauses, waiting=waiting, causes=causes)

    return await request.read(read)


@router.post("", status_code=201, response_model=PauseOut)
async def post_pause(body: PauseIn, request: Api) -> JSONResponse:
    """Declare a pause, from today on or later; a second person confirms it."""
    new = NewPause(**body.model_dump())
    return await request.write(lambda s, a: _show(declare_pause(s, new, actor=a)), status=201)


def _show(pause: ClockPause) -> PauseOut:
    return PauseOut.model_validate(pause, from_attributes=True)


def _show_line(line: PauseLine) -> PauseLineOut:
    said = {"label": line.cause.label, "label_en": line.cause.label_en, "unit": line.unit, "call": line.call}
    return PauseLineOut(**_show(line.pause).model_dump(), **said, declared_by=line.declared_by, confirmed_by=line.confirmed_by)
