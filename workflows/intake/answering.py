"""Until when those may answer who are asked about the teams of ideas: to become one with another idea or two again, to be handed to another
call, to have a member or the lead replaced.

The days are those of the policy for an invitation, and three working days at least: what somebody asks on the eve of a long holiday is not
over before anybody is back. Whoever is asked anew, or next, has the whole of them. Where somebody has not answered by the end, it did not
come about, and whoever wants it proposes it anew; the silence of an office that lacks alone ends nothing, it is only late.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.answer_times import AnswerTime, AskedAbout
from models.database import is_among
from models.instants import local_day, now, today
from models.merges import IdeaMerge
from models.replacements import Replacement
from models.transfers import IdeaTransfer
from workflows.calculations.time_rules import step_on
from workflows.intake.reminders import at_hour, plan_days
from workflows.process.context import IdeaContext
from workflows.process.deadlines import count_on, end_of_day, read_calendar
from workflows.process.refusals import Conflict

LEAST_DAYS = 3  # working days
Request = IdeaMerge | IdeaTransfer | Replacement


@dataclass(frozen=True)
class Asking:
    """Whom a request waits for from now on: people or an office alone, whether silence ends it, and a later end than its days have."""

    about: AskedAbout
    of_office: bool = False
    is_binding: bool = True
    until: datetime | None = None


def find_until(session: Session, context: IdeaContext, asked_on: date) -> datetime:
    """The last second of the days that somebody has who was asked on a day, by the idea's policy."""
    calendar = read_calendar(session, since=asked_on)
    own = count_on(asked_on, context.policy.days.agreement, calendar)
    return end_of_day(max(own, step_on(asked_on, LEAST_DAYS, calendar)))


def ask_from_now(session: Session, subject_id: str, context: IdeaContext, asking: Asking) -> AnswerTime:
    """Give those whom a request waits for the whole of their days.

    Whoever calls this holds the ideas of the request, and has not recorded a fact yet: the clock holds them in the same order.
    """
    time = session.get(AnswerTime, subject_id, populate_existing=True)
    time = time or AnswerTime(subject_id=subject_id, about=asking.about, asked_at=now(), until=now())
    time.about, time.asked_at, time.lapsed_at = asking.about, now(), None
    time.of_office, time.is_binding = asking.of_office, asking.is_binding and not asking.of_office
    own = find_until(session, context, today())
    set_end(session, time, max(own, asking.until) if asking.until else own)
    return time


def set_end(session: Session, time: AnswerTime, until: datetime) -> None:
    """Let a request wait until an instant; the clock looks at it when the first reminder is due that is still to come."""
    time.until = until
    set_next(session, time)


def set_next(session: Session, time: AnswerTime) -> None:
    """Say when the clock looks again: for the next reminder, or right after the end."""
    asked_on = local_day(time.asked_at)
    days = plan_days(asked_on, local_day(time.until), read_calendar(session, since=asked_on))
    time.next_at = next((hour for hour in map(at_hour, days) if hour > now()), time.until + timedelta(seconds=1))
    session.add(time)


def is_over(time: AnswerTime | None) -> bool:
    """Whether the time of a request is past, so that it did not come about, be the clock as late as it may.

    As the day was told: whether the calendar gave more days since is asked where somebody answers, or the clock looks.
    """
    return time is not None and time.is_binding and now() > time.until


def is_of_office(session: Session, subject_id: str) -> bool:
    """Whether a request waits for an office alone already."""
    time = session.get(AnswerTime, subject_id, populate_existing=True)
    return time is not None and time.of_office


def lapse_if_over(session: Session, subject_id: str, context: IdeaContext) -> bool:
    """Write down that a request has been left unanswered beyond its end, where it has; answers whether. It is not settled yet, and held."""
    time = session.get(AnswerTime, subject_id, populate_existing=True)
    if time is None or not _is_past(session, time, context):
        return False
    lapse(session, time)
    return True


def lapse(session: Session, time: AnswerTime) -> None:
    """Write down that a request did not come about until its end; whoever calls this settles it."""
    time.is_binding, time.lapsed_at, time.next_at = True, now(), None
    session.add(time)


def require_in_time(session: Session, subject_id: str, context: IdeaContext) -> None:
    """Raise Conflict for what was not answered by everybody in time; a sentence says what to do."""
    time = session.get(AnswerTime, subject_id, populate_existing=True)
    if time is not None and _is_past(session, time, context):
        raise Conflict("answer_late", until=local_day(time.until).isoformat())


def _is_past(session: Session, time: AnswerTime, context: IdeaContext) -> bool:
    """Whether a request is over, by the calendar as it is now: where that gave those asked more days since, it waits until then."""
    if not is_over(time):
        return False
    until = find_until(session, context, local_day(time.asked_at))
    if until < now():
        return True
    set_end(session, time, until)
    return False


def require_open(session: Session, row: Request, context: IdeaContext, settled: str) -> None:
    """Raise Conflict for a request that is settled (by this code), or that was not answered by everybody in time.

    Whoever asks holds the request, so that of the last answer and the clock one comes first.
    """
    time = session.get(AnswerTime, row.id, populate_existing=True)
    if time is not None and time.lapsed_at is not None and not row.is_done:
        raise Conflict("answer_late", until=local_day(time.until).isoformat())
    if row.settled_at is not None:
        raise Conflict(settled)
    require_in_time(session, row.id, context)


def read_times(session: Session, ids: Collection[str]) -> dict[str, AnswerTime]:
    """The times of some requests, by their ids."""
    if not ids:
        return {}
    found = session.exec(select(AnswerTime).where(is_among(session, col(AnswerTime.subject_id), ids)))
    return {each.subject_id: each for each in found}


def list_lapsed(session: Session, ids: Collection[str]) -> set[str]:
    """Those of some requests that nobody settled: not everybody had answered at their end."""
    return {each.subject_id for each in read_times(session, ids).values() if each.lapsed_at is not None}
