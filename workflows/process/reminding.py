"""Remind of tasks in the steps that a policy names: days before and after the last one, each told once.

The last step after a permission, or a head's gate, passes it up. Whoever is asked to complete an idea is reminded a working day before the
last one, too.

A task knows when to look at it next, not what to say: each look counts the steps anew from its date as it stands, so that a date that moved
moves what is still to come. What was told stays told, whatever becomes of date and clock; of several steps at once the last is told alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from sqlmodel import Session, col, select

from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import local_day, now, region_zone
from workflows.calculations.time_rules import step_back, step_on
from workflows.process.context import read_policy_of
from workflows.process.deadlines import is_in_working_days, read_calendar
from workflows.process.last_notice import CLOSED_UNANSWERED, LAST_NOTICE, find_notice_day, list_steps, list_told_steps
from workflows.process.passing_up import find_last_step, is_passed_up, pass_up, read_holders
from workflows.process.waits import find_wait, find_wait_name

HOUR = 8  # of the region's day


@dataclass(frozen=True)
class StruckStep:
    """A task whose step struck: days before (-3) or after (1) its last one; and whether somebody above is asked from now on."""

    item: InboxItem
    step: int
    is_passed_up: bool


def take_steps(session: Session, limit: int) -> list[StruckStep]:
    """Note the steps that struck, so many tasks at once, and when to look at each next; answers whom of them to tell."""
    due = select(InboxItem).where(col(InboxItem.remind_at) <= now(), col(InboxItem.done_at).is_(None))
    found = session.exec(due.order_by(col(InboxItem.remind_at), col(InboxItem.id)).limit(limit).with_for_update(skip_locked=True)).all()
    taken = []
    for item in found:
        ahead = list_ahead(session, item)
        struck = [step for step, at in ahead if at <= now()]
        item.remind_at = min((at for _, at in ahead if at > now()), default=None)
        if struck and not _is_too_late(item):
            item.reminded = [*item.reminded, {"step": struck[-1], "at": now().isoformat()}]
            taken.append(StruckStep(item, struck[-1], _pass_up_at_last(session, item, struck[-1])))
        session.add(item)
    session.flush()
    return taken


def list_ahead(session: Session, item: InboxItem) -> list[tuple[int, datetime]]:
    """The steps of a task that were not told yet, after the last that was, each with its hour; none where its policy names none."""
    idea = session.get_one(Idea, item.idea_id)
    policy = read_policy_of(session, idea)
    wait, steps = find_wait(item, idea.stage, policy), list_steps(item.task, find_wait_name(item, idea.stage), policy)
    if not steps or wait is None or item.due_at is None:
        return []
    told = max((step for step, _ in list_told_steps(item)), default=None)
    counted = read_calendar(session) if is_in_working_days(wait) else None
    last = local_day(item.due_at)
    days = {step: step_on(last, step, counted) if step > 0 else step_back(last, -step, counted) for step in steps}
    if item.task in CLOSED_UNANSWERED:
        days[LAST_NOTICE] = find_notice_day(last, counted or read_calendar(session))
    return [
        (step, datetime.combine(day, time(HOUR), region_zone()))
        for step, day in days.items()
        if (told is None or step > told) and day > local_day(item.asked_at)
    ]


def list_told(item: InboxItem) -> Iterator[datetime]:
    """When a task was reminded of."""
    return (datetime.fromisoformat(each["at"]) for each in item.reminded)


def find_next(item: InboxItem) -> datetime | None:
    """When a task is reminded of next; None where it is not, or the clock has not looked at it yet."""
    return item.remind_at if item.remind_at is not None and item.remind_at > now() else None


def _is_too_late(item: InboxItem) -> bool:
    """Whether a notice would come after the last day of what is closed then: it is given with another date, by the job of its stage."""
    return item.task in CLOSED_UNANSWERED and item.due_at is not None and item.due_at < now()


def _pass_up_at_last(session: Session, item: InboxItem, step: int) -> bool:
    """Ask somebody above at the last step of a task that is passed up; answers whether another is asked."""
    if step <= 0 or step != find_last_step(session, item) or not is_passed_up(item):
        return False
    return pass_up(session, item, read_holders(session, [item]))
