"""Days of the region as these tests declare them, and the clock that counts dates anew."""

from datetime import date, timedelta
from typing import Any

from models.calendars import DeclaredKind
from models.instants import today
from tests.building import Town
from workflows.delivery.due import recount_dates
from workflows.process.deadlines import read_calendar
from workflows.region.calendar import NewDay, declare_day
from workflows.region.confirmations import confirm

DECREE = "SKB 3 Menteri Nomor 1 Tahun 2026"


def declare(town: Town, day: date, kind: DeclaredKind = DeclaredKind.HOLIDAY, *, by: str = "admin", **said: str) -> str:
    """A declaration that waits for its confirmation."""
    words = {"name": "Hari jadi kota", "name_en": "Anniversary of the city", "source": DECREE, **said}
    declared: Any = town.do(declare_day, NewDay(day, kind, **words), by=by)
    return str(declared.id)


def let_count(town: Town, day: date, kind: DeclaredKind = DeclaredKind.HOLIDAY, **said: str) -> str:
    """A declaration that another admin confirmed."""
    declared = declare(town, day, kind, **said)
    town.do(confirm, declared, by="second_admin")
    return declared


def next_working_day(town: Town) -> date:
    """The first day after today on which offices work."""
    with town.store.reading() as session:
        calendar = read_calendar(session)
    return next(day for ahead in range(1, 30) if calendar.works(day := today() + timedelta(days=ahead)))


def recount(town: Town) -> int:
    """All open dates counted anew, as the clock does it; answers in how many transactions."""
    turns = 1
    while _recount_some(town):
        turns += 1
    return turns


def _recount_some(town: Town) -> bool:
    with town.store.unit_of_work() as session:
        return recount_dates(session)
