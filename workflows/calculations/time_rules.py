"""How long somebody has: the rule of a time that is given, its pauses, and the days it is counted in, one by one.

The day of the event is no day of the time: day 1 is the day after it. Months end on the day of the same number, or on the last day of a
shorter month. A pause takes the days after the one on which it began, up to and with the one on which it ended.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from workflows.calculations.calendar import FIRST_YEAR, LAST_YEAR, FreeDay, WorkingCalendar
from workflows.calculations.months import months_after
from workflows.calculations.refusals import CalculationRefusal
from workflows.calculations.values import Value

MOST_DAYS, MOST_MONTHS = 3_650, 120
Cause = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
StepDays = Annotated[int, Field(strict=True, ge=1, le=366)]


class TimeRefused(CalculationRefusal):
    """A time that cannot be counted: too long, or beyond the years for which days are known."""

    code = "time_out_of_range"


class TimeUnit(StrEnum):
    """What a time is counted in."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


class TimeRule(Value):
    """A time that is given: how long, from which event, by which causes it is paused, when it is reminded of and passed up.

    `reminders` and `escalations` are days before and after the last one: working days of a time in working days, else calendar days.
    """

    amount: Annotated[int, Field(strict=True, ge=0, le=MOST_DAYS)]
    unit: TimeUnit = TimeUnit.CALENDAR_DAYS
    event: Cause = "asked"
    paused_by: tuple[Cause, ...] = Field((), max_length=20)
    reminders: tuple[StepDays, ...] = Field((), max_length=10)
    escalations: tuple[StepDays, ...] = Field((), max_length=10)


@dataclass(frozen=True)
class DayPause:
    """A pause in days of the region: from the day on which it began to the one on which it ended; None while it lasts."""

    cause: str
    began: date
    ended: date | None

    def covers(self, day: date) -> bool:
        """Whether a day is taken out of the time."""
        return self.began < day and (self.ended is None or day <= self.ended)


@dataclass(frozen=True)
class Step:
    """A day after the event: its number in the time, or why it has none."""

    day: date
    number: int | None
    free: FreeDay | None = None
    pause: DayPause | None = None


def count_days(start: date, days: int, calendar: WorkingCalendar | None, pauses: Sequence[DayPause] = ()) -> Iterator[Step]:
    """Each day after the start until so many are counted: all of them, or with a calendar its working days alone.

    Within a pause that lasts, the last step is the day on which it still stands. Raises TimeRefused beyond the years that are known.
    """
    day, number = start, 0
    while number < days:
        day = next_day(day)
        pause = next((each for each in pauses if each.covers(day)), None)
        free = calendar.find_free(day) if calendar is not None and pause is None else None
        if pause is None and free is None:
            number += 1
        yield Step(day, number if pause is None and free is None else None, free, pause)
        if pause is not None and pause.ended is None:
            return


def find_last_day(start: date, rule: TimeRule, calendar: WorkingCalendar, pauses: Sequence[DayPause] = ()) -> date | None:
    """The last day of a time that begins with an event of a day; None within a pause that lasts. Raises TimeRefused."""
    last = start
    for step in count_days(start, count_in_days(start, rule), in_days_of(rule, calendar), pauses):
        if step.number is None and step.pause is not None and step.pause.ended is None:
            return None
        last = step.day
    return last


def count_in_days(start: date, rule: TimeRule) -> int:
    """How many days a time has: its own number, of months that of the calendar days until they are over."""
    require_known(start)
    if rule.unit != TimeUnit.MONTHS:
        return rule.amount
    if rule.amount > MOST_MONTHS:
        raise TimeRefused("rule.amount", f"Give at most {MOST_MONTHS} months.")
    return (require_known(months_after(start, rule.amount)) - start).days


def in_days_of(rule: TimeRule, calendar: WorkingCalendar) -> WorkingCalendar | None:
    """The calendar whose working days alone a time counts; None for one that counts every day."""
    return calendar if rule.unit == TimeUnit.WORKING_DAYS else None


def step_back(last: date, days: int, calendar: WorkingCalendar | None) -> date:
    """The day that lies so many days before another, counted as a time is."""
    day = last
    while days > 0:
        day = require_known(day - timedelta(days=1))
        days -= calendar is None or calendar.works(day)
    return day


def step_on(last: date, days: int, calendar: WorkingCalendar | None) -> date:
    """The day that lies so many days after another, counted as a time is."""
    day = last
    for step in count_days(last, days, calendar):
        day = step.day
    return day


def next_day(day: date) -> date:
    """The day after; raises TimeRefused where it is not known."""
    return require_known(day + timedelta(days=1) if day < date.max else day)


def require_known(day: date) -> date:
    """The same day; raises TimeRefused for one of a year whose days nobody knows."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise TimeRefused("start", f"Give a start and a time that lie within the years {FIRST_YEAR} to {LAST_YEAR}.")
    return day
