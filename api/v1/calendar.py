"""The region's calendar: the days of a year on which nobody works, or works after all; declared and withdrawn by an admin of the region."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session

from api.access import Api
from api.v1 import PREFIX
from api.v1.shapes import Day, RequestBody, ResponseBody
from models.calendars import DeclaredDay, DeclaredKind
from workflows.calculations.calendar import FIRST_YEAR, LAST_YEAR
from workflows.process.actors import Actor
from workflows.region.calendar import NewDay, declare_day, read_year, withdraw_day

router = APIRouter(prefix=PREFIX + "/calendar", tags=["region"])
Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]


class CalendarDayIn(RequestBody):
    """What the day is, its names, and the decree that it rests on, such as the number of the three ministers' (SKB)."""

    kind: Literal["holiday", "joint_leave", "working_day"]
    name: str = Field(max_length=2_000)
    name_en: str = Field(max_length=2_000)
    source: str = Field(max_length=2_000)


class DeclaredDayOut(ResponseBody):
    """A declaration about a day of the whole region; it counts once `confirmed_at` is set, until `ended_at`: then it was taken back,
    refused or followed by another.

    With `as_nation` the region has no day of its own then any more.
    """

    id: str
    day: date
    kind: DeclaredKind
    name: str
    name_en: str
    source: str
    declared_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None


class CalendarDayOut(ResponseBody):
    """A day that is not as its weekday says; `is_own` where the region declared it, by the decree in `source`."""

    day: date
    kind: Literal["holiday", "joint_leave", "working_day"]
    name: str
    name_en: str
    source: str
    is_own: bool


class CalendarYearOut(ResponseBody):
    """The days of a year in their order; Saturdays and Sundays are free where nothing else is said.

    `working_days` says how many each month has, from January on; `waiting` what a second person has still to confirm, for admins and
    leaders of the region.
    """

    year: int
    days: list[CalendarDayOut]
    working_days: list[int]
    waiting: list[DeclaredDayOut]


@router.get("/{year}")
async def show_calendar(year: Year, request: Api) -> CalendarYearOut:
    """The nation's holidays and joint leave of a year, and the region's own days over them."""

    def read(session: Session, actor: Actor) -> CalendarYearOut:
        found = read_year(session, year, actor=actor)
        days = [CalendarDayOut.model_validate(each, from_attributes=True) for each in found.days]
        waiting = [_show(each) for each in found.waiting]
        return CalendarYearOut(year=year, days=days, working_days=found.working_days, waiting=waiting)

    return await request.read(read)


@router.put("/days/{day}", response_model=DeclaredDayOut)
async def put_day(day: Day, body: CalendarDayIn, request: Api) -> JSONResponse:
    """Declare a day of the whole region, today or later; a second person confirms it."""
    new = NewDay(day, DeclaredKind(body.kind), body.name, body.name_en, body.source)
    return await request.write(lambda s, a: _show(declare_day(s, new, actor=a)))


@router.delete("/days/{day}", response_model=DeclaredDayOut)
async def delete_day(day: Day, request: Api) -> JSONResponse:
    """Let the region have no day of its own then: what waits is taken back; of what counts, a second person confirms it."""
    return await request.write(lambda s, a: _show(withdraw_day(s, day, actor=a)))


def _show(declared: DeclaredDay) -> DeclaredDayOut:
    return DeclaredDayOut.model_validate(declared, from_attributes=True)
