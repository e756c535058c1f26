"""The working calendar: a year's days by their months, for everybody signed in; and the form with which the region's admin declares one."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from api.pages.forms import FormView
from api.pages.refused import RefusedForm, attempt
from api.pages.render import page, read_done
from api.pages.session import FormResult, Page, PageRequest, PostedForm
from api.pages.texts import Words
from api.v1.shapes import Day
from models.calendars import DeclaredKind
from models.instants import today
from workflows.calculations.calendar import FIRST_YEAR, LAST_YEAR
from workflows.process.actors import Actor
from workflows.region.calendar import CalendarYear, NewDay, declare_day, keeps_calendar, read_year, withdraw_day

router = APIRouter(include_in_schema=False)
CALENDAR = "/kalender"
KINDS = (DeclaredKind.HOLIDAY, DeclaredKind.JOINT_LEAVE, DeclaredKind.WORKING_DAY)
Year = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)]


@router.get(CALENDAR)
async def show_calendar(request: Page, tahun: Year = None, ok: str = "") -> Response:
    """The days of a year; the present one where none is named."""
    return await _calendar_page(request, tahun or today().year, done=read_done(ok))


@router.post(CALENDAR)
async def declare(request: PostedForm) -> Response:
    """Declare a day of the region."""
    form = request.form
    day, kind = form.day("day") or today(), form.choice("kind", KINDS) or DeclaredKind.HOLIDAY
    form.require("name", "name_en", "source")
    new = NewDay(day, DeclaredKind(kind), form.text("name", 300), form.text("name_en", 300), form.text("source", 300))

    def act(session: Session, actor: Actor) -> FormResult:
        declare_day(session, new, actor=actor)
        return FormResult(to=f"{CALENDAR}?tahun={day.year}", done="calendar_declared")

    return await attempt(
        "declare_day", request, lambda: request.act(act), lambda refused: _calendar_page(request, day.year, refused=refused)
    )


@router.post(f"{CALENDAR}/{{day}}/hapus")
async def withdraw(day: Day, request: PostedForm) -> Response:
    """Ask that a day of the region is removed."""

    def act(session: Session, actor: Actor) -> FormResult:
        withdraw_day(session, day, actor=actor)
        return FormResult(to=f"{CALENDAR}?tahun={day.year}", done="calendar_withdrawn")

    return await attempt(
        "withdraw_day", request, lambda: request.act(act), lambda refused: _calendar_page(request, day.year, refused=refused)
    )


async def _calendar_page(request: PageRequest, year: int, *, refused: RefusedForm | None = None, done: str = "") -> Response:
    year = min(max(year, FIRST_YEAR), LAST_YEAR)

    def read(session: Session, actor: Actor) -> dict[str, Any]:
        found, keeps = read_year(session, year, actor=actor), keeps_calendar(session, actor)
        waiting = {each.day for each in found.waiting}
        own = [each for each in found.days if keeps and each.is_own and each.day >= today() and each.day not in waiting]
        removals = {each.day: FormView(f"withdraw-{each.day}") for each in own}
        return {"months": _list_months(year, found), "waiting": found.waiting, "own": own, "removals": removals, "keeps": keeps}

    visitor, values = await request.read_page(read)
    form = refused.view() if refused and refused.name == "declare_day" else FormView("declare_day")
    years = [each for each in (year - 1, year + 1) if FIRST_YEAR <= each <= LAST_YEAR]
    shown: dict[str, Any] = {"form": form, "wrong": refused, "done": done, "posted": refused is not None}
    kinds = [(str(kind), Words(request.language).word(kind), "") for kind in KINDS]
    status = refused.status if refused else 200
    return page(visitor, "region/calendar.html", status=status, year=year, years=years, kinds=kinds, **values, **shown)


def _list_months(year: int, found: CalendarYear) -> list[dict[str, Any]]:
    """Each month with how many days are worked in it, and its days that are not as their weekday says."""
    return [
        {
            "first": date(year, month, 1),
            "working": found.working_days[month - 1],
            "days": [day for day in found.days if day.day.month == month],
        }
        for month in range(1, 13)
    ]
