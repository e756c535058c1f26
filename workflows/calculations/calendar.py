"""The working calendar: which days offices work, by weekday, by the nation's holidays and joint leave, and by the region's own table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from workflows.calculations.values import ShortText, Value

FIRST_YEAR, LAST_YEAR = 1946, 2100  # for which the nation's days are known or estimated
WEEKEND = (6, 7)  # ISO weekdays: Saturday and Sunday, as in five-day offices (Perpres 21/2023 art. 4)


class DayKind(StrEnum):
    """What a table of days says of one: a holiday, joint leave (cuti bersama), or a day on which offices work after all."""

    HOLIDAY = "holiday"
    JOINT_LEAVE = "joint_leave"
    WORKING_DAY = "working_day"


class CalendarRow(Value):
    """A day of a region's own table, with its names in Indonesian and English."""

    day: date
    kind: DayKind
    name: ShortText
    name_en: ShortText


@dataclass(frozen=True)
class FreeDay:
    """Why nobody works on a day: `weekend`, `holiday` or `joint_leave`, and what the day is called; a weekend has no name of its own."""

    kind: str
    name: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class WorkingCalendar:
    """The days on which offices work. The region's own table goes before the weekend, and both before what the nation has."""

    own: Mapping[date, CalendarRow] = field(default_factory=dict)
    weekend: frozenset[int] = frozenset(WEEKEND)
    is_national: bool = True

    def find_free(self, day: date) -> FreeDay | None:
        """Why a day is free; None for a working day."""
        row = self.own.get(day)
        if row is not None:
            return None if row.kind == DayKind.WORKING_DAY else FreeDay(row.kind, row.name, row.name_en)
        if day.isoweekday() in self.weekend:
            return FreeDay("weekend")
        return list_national(day.year).get(day) if self.is_national else None

    def works(self, day: date) -> bool:
        """Whether a day is a working day."""
        return self.find_free(day) is None


def make_calendar(rows: Iterable[CalendarRow] = (), weekend: Iterable[int] = WEEKEND, *, is_national: bool = True) -> WorkingCalendar:
    """A calendar with a region's own rows; the last row of a day counts."""
    return WorkingCalendar({row.day: row for row in rows}, frozenset(weekend), is_national)


@lru_cache(128)
def list_national(year: int) -> Mapping[date, FreeDay]:
    """The nation's holidays and joint leave of a year, in order, as the library `holidays` has them.

    Joint leave is known once three ministers have decreed it (SKB 3 Menteri), the feasts of Islam by estimate until then (the name says
    so); nothing is known outside the years 1946 to 2100.
    """
    import holidays  # a second and 37 MiB: only where working days are asked for

    def read(category: str, language: str) -> dict[date, str]:
        found = holidays.country_holidays("ID", years=year, categories=category, language=language, expand=False)
        return {day: name for day, name in found.items() if day.year == year}

    kinds = ((DayKind.JOINT_LEAVE, "government"), (DayKind.HOLIDAY, "public"))  # a day that is both is a holiday
    free = {
        day: FreeDay(kind, name, english.get(day, name))
        for kind, category in kinds
        for english in [read(category, "en_US")]
        for day, name in read(category, "id").items()
    }
    return MappingProxyType(dict(sorted(free.items())))
