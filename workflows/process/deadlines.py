"""Until when somebody has time: the one place where a policy's wait becomes a day of the region, and that day its last second.

A number of calendar days ends so many days after the day on which it begins, as ever. Working days are counted by the nation's calendar
with the region's own table over it; months end on the day of the same number, or on the month's last.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calendars import DeclaredDay, DeclaredKind
from models.calls import PolicyVersion
from models.clock_rules import ClockRule, ClockStart
from models.instants import local_day, region_zone, today
from models.waits import Span, Wait, WaitUnit
from workflows.calculations.calendar import CalendarRow, DayKind, WorkingCalendar, make_calendar
from workflows.calculations.months import months_after
from workflows.calculations.time_rules import DayPause, TimeRule, TimeUnit, count_days, count_in_days, step_on
from workflows.process.closing import find_end
from workflows.process.context import IdeaContext
from workflows.process.standing_still import choose_pauses, list_pauses


def due_in(session: Session, wait: Wait) -> datetime:
    """The last second of the region's day on which a wait ends that begins now."""
    return end_of_day(find_last_day(session, today(), wait))


def due_for(session: Session, context: IdeaContext, name: str, own: Span | None = None) -> datetime:
    """The last second of the region's day on which a wait of an idea's policy ends that begins now, by the wait's name: a gate's, too.

    It counts from the event that the policy says, and stands still in pauses that were declared for it. `own` is how long it lasts where
    that is not the policy's.
    """
    wait, rule = own or context.policy.find_wait(name), context.policy.find_clock(name)
    if rule.begins == ClockStart.ENTERED and not rule.paused_by:
        return due_in(session, wait)
    pauses = choose_pauses(list_pauses(session, rule.paused_by), rule, context.unit_path, context.call.id) if rule.paused_by else []
    begun = begin_of(rule, today(), find_end(session, context.call)) if rule.begins == ClockStart.CALL_CLOSED else today()
    calendar = read_calendar(session, since=begun) if is_in_working_days(wait) else None
    return end_of_day(count_on(begun, wait, calendar, [each.days for each in pauses]))


def begin_of(rule: ClockRule, asked_on: date, closes_at: datetime) -> date:
    """The day from which a wait counts that was asked for on a day: that of the call's end, where the policy says so and it is later."""
    return max(asked_on, local_day(closes_at)) if rule.begins == ClockStart.CALL_CLOSED else asked_on


def due_from(session: Session, day: date, wait: Wait) -> datetime:
    """The last second of the region's day on which a wait ends that began on a day."""
    return end_of_day(find_last_day(session, day, wait))


def find_last_day(session: Session, day: date, wait: Wait) -> date:
    """The last day of a wait that begins on a day; day 1 is the next."""
    return count_on(day, wait, read_calendar(session, since=day) if is_in_working_days(wait) else None)


def count_on(day: date, wait: Wait, calendar: WorkingCalendar | None, pauses: Sequence[DayPause] = ()) -> date:
    """The last day of a wait, with the calendar where it is counted in working days; the days of pauses, none without an end, do not count.

    With a pause it is counted day by day, by the function of `gagas calc clock`.
    """
    if pauses:
        rule = TimeRule(amount=wait, unit=TimeUnit.CALENDAR_DAYS) if isinstance(wait, int) else TimeRule(amount=wait.amount, unit=wait.unit)
        steps = count_days(day, count_in_days(day, rule), calendar if is_in_working_days(wait) else None, pauses)
        return max((step.day for step in steps), default=day)
    if isinstance(wait, int):
        return day + timedelta(days=wait)
    return months_after(day, wait.amount) if wait.unit == WaitUnit.MONTHS else step_on(day, wait.amount, calendar)


def count_days_left(due_at: datetime, calendar: WorkingCalendar) -> int:
    """How many working days there are after the present day until a date, its own day included; none on the day itself."""
    last = local_day(due_at)
    return sum(calendar.works(today() + timedelta(days=ahead)) for ahead in range(1, (last - today()).days + 1))


def is_in_working_days(wait: Wait) -> bool:
    """Whether a wait is counted by the working calendar, so that a day that becomes free moves its end."""
    return isinstance(wait, Span) and wait.unit == WaitUnit.WORKING_DAYS


def is_of_working_days(policy_id: Any) -> sa.ColumnElement[bool]:
    """The condition on a column that it names a version of a policy with a wait in working days."""
    named = sa.cast(col(PolicyVersion.body), sa.String).like(f'%"{WaitUnit.WORKING_DAYS}"%')
    versions: sa.ColumnElement[bool] = policy_id.in_(select(PolicyVersion.id).where(named))
    return versions


def end_of_day(day: date) -> datetime:
    """The last second of a day in the region, as an instant in UTC, as it is when it is read again."""
    return datetime.combine(day, time(23, 59, 59), region_zone()).astimezone(UTC)


def read_calendar(session: Session, since: date = date.min) -> WorkingCalendar:
    """The region's working calendar, with its own table from a day on."""
    return make_calendar(row for day in list_in_force(session, since) if (row := as_row(day)) is not None)


def list_in_force(session: Session, since: date = date.min, until: date = date.max) -> list[DeclaredDay]:
    """What the region declared of the days between two that counts now, in the order of the days: of each day one declaration."""
    confirmed = select(DeclaredDay).where(col(DeclaredDay.confirmed_at).is_not(None), col(DeclaredDay.ended_at).is_(None))
    within = confirmed.where(DeclaredDay.day >= since, DeclaredDay.day <= until)
    return list(session.exec(within.order_by(col(DeclaredDay.day))))


def as_row(declared: DeclaredDay) -> CalendarRow | None:
    """A declaration as the calculation takes it; None for one by which the nation's calendar counts again."""
    if declared.kind == DeclaredKind.AS_NATION:
        return None
    return CalendarRow(day=declared.day, kind=DayKind(declared.kind.value), name=declared.name, name_en=declared.name_en)
