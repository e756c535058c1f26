"""When a time that is given ends, counted day by day, so that anybody can count it again: `gagas calc clock`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, StrictBool, model_validator

from workflows.calculations.calendar import WEEKEND, CalendarRow, WorkingCalendar, make_calendar
from workflows.calculations.clock_lines import (
    tell_end,
    tell_event,
    tell_ignored,
    tell_month_end,
    tell_months,
    tell_open,
    tell_outside,
    tell_pause,
    tell_planned,
    tell_step,
)
from workflows.calculations.refusals import CalculationRefusal
from workflows.calculations.time_rules import (
    Cause,
    DayPause,
    Step,
    TimeRule,
    TimeUnit,
    count_days,
    count_in_days,
    in_days_of,
    require_known,
    step_back,
    step_on,
)
from workflows.calculations.trace import Trace, TraceLine
from workflows.calculations.values import Value

Zone = Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]


class PauseRefused(CalculationRefusal):
    """A pause that ends before it begins."""

    code = "pause_out_of_order"


class Pause(Value):
    """A time in which the clock stands still, and by which cause; without an end it still stands."""

    cause: Cause
    paused_at: AwareDatetime
    resumed_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        """No pause gives time away that had passed."""
        if self.resumed_at is not None and self.resumed_at < self.paused_at:
            raise PauseRefused("resumed_at", "Let the pause end after it begins.")
        return self


class CalendarRule(Value):
    """On which days nobody works: weekdays (1 is Monday), the nation's days or none, and the region's own table over both."""

    weekend: tuple[Annotated[int, Field(strict=True, ge=1, le=7)], ...] = Field(WEEKEND, max_length=6)
    national: StrictBool = True
    days: tuple[CalendarRow, ...] = Field((), max_length=2_000)

    def read(self) -> WorkingCalendar:
        """The working calendar that the rule describes."""
        return make_calendar(self.days, self.weekend, is_national=self.national)


class ClockQuestion(Value):
    """The instant of the event, the rule of the time, the calendar, the pauses, and the zone in which days begin and end."""

    start: AwareDatetime
    rule: TimeRule
    calendar: CalendarRule = CalendarRule()
    pauses: tuple[Pause, ...] = Field((), max_length=200)
    zone: Zone = "Asia/Jakarta"


class ClockReading(Value):
    """The last day and its last second (null while a pause lasts), the days of reminders and escalations, and every step of the count."""

    due_on: date | None
    due_at: AwareDatetime | None
    counted: int
    reminders: tuple[date, ...] = ()
    escalations: tuple[date, ...] = ()
    trace: Trace


def calculate_clock(question: ClockQuestion) -> ClockReading:
    """The `clock` calculation. Raises TimeRefused for a time beyond the years for which days are known."""
    rule, zone = question.rule, ZoneInfo(question.zone)
    calendar = question.calendar.read()
    start = _day_of(question.start, zone)
    pauses = [_in_days(each, zone) for each in question.pauses if each.cause in rule.paused_by]
    trace = [tell_event(rule, start, question.zone)]
    trace += [tell_ignored(each.cause) for each in question.pauses if each.cause not in rule.paused_by]
    days = count_in_days(start, rule)
    steps = list(count_days(start, days, in_days_of(rule, calendar), pauses))
    trace += _tell_months(rule, start, days) if rule.unit == TimeUnit.MONTHS else []
    trace += _tell_steps(steps, is_each_told=rule.unit != TimeUnit.MONTHS)
    counted = sum(step.number is not None for step in steps)
    if steps and steps[-1].pause is not None and steps[-1].pause.ended is None:
        return ClockReading(due_on=None, due_at=None, counted=counted, trace=(*trace, tell_open(steps[-1].pause, days - counted)))
    due = steps[-1].day if steps else start
    reading = ClockReading(
        due_on=due,
        due_at=datetime.combine(due, time(23, 59, 59), zone).astimezone(UTC),
        counted=counted,
        reminders=tuple(day for _, day in _list_reminders(rule, start, due, calendar) if day > start),
        escalations=tuple(step_on(due, each, in_days_of(rule, calendar)) for each in sorted(rule.escalations)),
        trace=(),
    )
    trace += [tell_end(due), *_tell_planned(rule, start, due, calendar, reading.escalations)]
    return reading.model_copy(update={"trace": tuple(trace)})


def _day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The day of an instant in a zone; raises TimeRefused where nobody knows it."""
    require_known(instant.date())  # an instant at the very edge of time has no day in another zone
    return instant.astimezone(zone).date()


def _in_days(pause: Pause, zone: ZoneInfo) -> DayPause:
    ended = None if pause.resumed_at is None else _day_of(pause.resumed_at, zone)
    return DayPause(pause.cause, _day_of(pause.paused_at, zone), ended)


def _tell_months(rule: TimeRule, start: date, days: int) -> list[TraceLine]:
    """Where the months end, and how many days they are."""
    last = start + timedelta(days=days)
    clipped = [tell_month_end(start, last)] if last.day != start.day else []
    return [tell_months(rule.amount, last, days), *clipped]


def _tell_steps(steps: list[Step], *, is_each_told: bool) -> Iterator[TraceLine]:
    """A line for each day, and one for all the days of a pause; of months the pauses alone."""
    for pause, run in groupby(steps, key=lambda step: step.pause):
        if pause is not None:
            yield tell_pause(pause, [step.day for step in run])
        elif is_each_told:
            yield from map(tell_step, run)


def _list_reminders(rule: TimeRule, start: date, due: date, calendar: WorkingCalendar) -> list[tuple[int, date]]:
    """The days of the reminders, the earliest first, of which one may lie before the time begins."""
    counted_in = in_days_of(rule, calendar)
    most = (due - start).days
    return [(each, step_back(due, each, counted_in) if each <= most else start) for each in sorted(rule.reminders, reverse=True)]


def _tell_planned(rule: TimeRule, start: date, due: date, calendar: WorkingCalendar, escalations: tuple[date, ...]) -> Iterator[TraceLine]:
    for before, day in _list_reminders(rule, start, due, calendar):
        yield tell_planned("reminder", before, day) if day > start else tell_outside(before)
    for after, day in zip(sorted(rule.escalations), escalations, strict=True):
        yield tell_planned("escalation", after, day)
