"""Nothing that a proposer was asked for is closed before they were told in good time: a working day lies between last notice and closing.

It is given whatever the policy says of reminders. Where it was not, as the machine stood still or the clock looked late, the last day moves
to the working day after the one on which it is told.
"""

from collections.abc import Iterator
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.inbox import InboxItem
from models.instants import local_day, today
from models.people import Role
from models.policy import Policy
from workflows.calculations.calendar import WorkingCalendar
from workflows.calculations.time_rules import step_back, step_on
from workflows.process.context import IdeaContext
from workflows.process.deadlines import end_of_day, read_calendar
from workflows.process.refusals import Conflict, Refusal
from workflows.process.ways import IDEA

LAST_NOTICE = -1  # as a step: so many working days before the last one within the time
CLOSED_UNANSWERED = frozenset(  # the tasks of proposers that a job settles once they are late
    stage.awaits for stage in IDEA.stages.values() if stage.role == Role.PROPOSER and stage.late_job
)


def list_steps(task: str, wait: str, policy: Policy) -> list[int]:
    """The steps in which a task is reminded of, by its wait's name: those of the policy, and the last notice where one is given."""
    steps = policy.find_clock(wait).remind
    return sorted({*steps, LAST_NOTICE}) if task in CLOSED_UNANSWERED else list(steps)


def list_told_steps(item: InboxItem) -> Iterator[tuple[int, datetime]]:
    """The steps that whoever is asked now was told, with when."""
    told = ((int(each["step"]), datetime.fromisoformat(each["at"])) for each in item.reminded)
    return ((step, at) for step, at in told if item.passed_at is None or at > item.passed_at)


def find_notice_day(last: date, calendar: WorkingCalendar) -> date:
    """The day of the last notice before a last day: the working day before the last one on which offices work until then."""
    return step_back(_find_last_working(last, calendar), -LAST_NOTICE, calendar)


def is_in_time(item: InboxItem, calendar: WorkingCalendar) -> bool:
    """Whether a working day lies between a task's last notice and its end; where time is too short for one, asking is the notice."""
    if item.due_at is None:
        return True
    last, asked = local_day(item.due_at), local_day(item.asked_at)
    told = [local_day(at) for step, at in list_told_steps(item) if step >= LAST_NOTICE]
    told += [asked] if find_notice_day(last, calendar) <= asked else []
    return any(day < _find_last_working(last, calendar) for day in told)


def find_missed_notice(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where what an idea waits for may not be closed yet, as its last notice was not given in time."""
    item = _find_item(session, context)
    return None if item is None or is_in_time(item, read_calendar(session)) else Conflict("last_notice_missed")


def find_given_notice(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where nobody has longer, as the last notice was given in time."""
    return None if find_missed_notice(session, context) else Conflict("last_notice_given")


def find_next_last_day(session: Session) -> datetime:
    """Until when somebody has time whose last notice is given today: the end of the next working day."""
    day: date = step_on(today(), -LAST_NOTICE, read_calendar(session))
    return end_of_day(day)


def _find_last_working(last: date, calendar: WorkingCalendar) -> date:
    return last if calendar.works(last) else step_back(last, 1, calendar)


def _find_item(session: Session, context: IdeaContext) -> InboxItem | None:
    awaited = IDEA.stages[context.idea.stage].awaits
    asked = InboxItem.idea_id == context.idea.id, InboxItem.task == awaited, col(InboxItem.done_at).is_(None)
    return session.exec(select(InboxItem).where(*asked)).first()
