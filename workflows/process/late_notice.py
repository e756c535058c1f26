"""Until when a team is told that an office takes, once it is late: the new date that rules of suggestion schemes ask for.

Where the task was passed up, that is the date of whoever is asked now. Else the office stays late, and has as many days again as its policy
gives before the team is told once more; nobody wins a date for themselves by it.

While gates hold an idea it waits for all of them: the team is told once the last date that it knows has passed, and of one new date, the
last. A gate beside something else (a review, a pilot and its plan) holds up nobody before the date of that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.clock_rules import OF_GATE
from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import now
from models.outbox import Message
from models.people import Role
from workflows.process.context import IdeaContext
from workflows.process.deadlines import due_for
from workflows.process.refusals import Conflict, Refusal
from workflows.process.silence import ends_by_rule
from workflows.process.ways import IDEA

TELL_LATE = IDEA.action("tell_late")
KEY = "late:"  # before a task's id: the key under which its team is told of a date
OFFICES = [role for role in Role if role not in (Role.PROPOSER, Role.REVIEWER, Role.PILOT_OWNER)]
TOLD_IN = [stage for stage in IDEA.stages.values() if any(each.action == TELL_LATE for each in IDEA.leaving(stage.name))]
TASKS = sorted({stage.awaits for stage in TOLD_IN if stage.role in OFFICES})  # of offices whose delay is told, beside the gates


@dataclass(frozen=True)
class LaterDate:
    """Until when a team is told that its idea takes, and for which tasks, by their ids.

    `is_above` where that is the date of somebody above who is asked instead, `is_gate` where for a gate; `is_own` where it is from now on
    the idea's own date.
    """

    until: datetime
    items: tuple[str, ...]
    is_above: bool = False
    is_gate: bool = False
    is_own: bool = False


def list_late(session: Session, limit: int) -> Sequence[InboxItem]:
    """Open tasks of offices that are late, of which the team was told no date that is still to come, nor is about to be; the first due
    first."""
    late = select(InboxItem).join(Idea, col(Idea.id) == col(InboxItem.idea_id))
    late = late.where(_is_of_office(InboxItem), col(InboxItem.due_at) < now())
    date = sa.func.coalesce(col(InboxItem.told_until), col(InboxItem.due_at))
    asked = select(Message.id).where(Message.job == TELL_LATE, Message.subject_id == InboxItem.idea_id, col(Message.created_at) >= date)
    asked = asked.where(col(Message.dedupe_key).is_not(None))  # as the index says it, which SQLite uses only where a query says so too
    asked = asked.where(col(Message.dedupe_key).like(sa.literal(KEY) + col(InboxItem.id) + sa.literal(":%")))
    other: Any = aliased(InboxItem)
    stands = select(other.id).where(other.idea_id == InboxItem.idea_id, other.id != InboxItem.id, _is_of_office(other))
    is_gate = col(InboxItem.task).startswith(OF_GATE)
    stands = stands.where((other.told_until >= now()) | (is_gate & (other.due_at >= now())))
    is_known = is_gate & (col(Idea.due_at) >= now()) | stands.exists()
    told_in = col(Idea.stage).in_([stage.name for stage in TOLD_IN])
    untold = late.where(told_in, date < now(), ~asked.exists(), ~sa.func.coalesce(is_known, sa.false()))
    return session.exec(untold.order_by(col(InboxItem.due_at), col(InboxItem.id)).limit(limit)).all()


def _is_of_office(item: Any) -> sa.ColumnElement[bool]:
    """The condition on tasks that they are open, and of an office that its idea waits for."""
    told = col(item.task).in_(TASKS) | col(item.task).startswith(OF_GATE)
    of_idea = sa.func.coalesce(col(item.award_id), "") == ""  # not `is_(None)`: SQLite would read every task ever by the index of awards
    return sa.and_(col(item.done_at).is_(None), of_idea, col(item.role).in_(OFFICES), told)


def name_late(item: InboxItem) -> str:
    """What a team is told of a task, as a name: the same until another date is to be told."""
    at = max(each for each in (item.due_at, item.told_until) if each is not None)
    return f"{KEY}{item.id}:{at:%Y%m%d%H%M%S}:{'past' if at < now() else 'ahead'}"


def find_untold(session: Session, context: IdeaContext) -> LaterDate | None:
    """What a team is to be told now of the offices that its idea waits for; None where none is late, or a date that it knows stands."""
    stage = IDEA.stages[context.idea.stage]
    if stage not in TOLD_IN:
        return None
    asked = select(InboxItem).where(InboxItem.idea_id == context.idea.id, _is_of_office(InboxItem), col(InboxItem.due_at).is_not(None))
    items = session.exec(asked.order_by(col(InboxItem.id))).all()
    is_awaited = any(item.task == stage.awaits for item in items)
    own_date = context.idea.due_at if not is_awaited else None
    last = max((*_list_known(items, stage.awaits if is_awaited else ""), *([own_date] if own_date else [])), default=None)
    dates = {item.id: item.due_at for item in items if item.due_at is not None and _is_newly_above(item)}
    is_above = bool(dates)
    if last is None or last < now():
        late = [item for item in items if item.due_at is not None and item.due_at < now() and not ends_by_rule(session, item)]
        is_above = is_above and not late
        dates |= {item.id: due_for(session, context, item.task if item.task.startswith(OF_GATE) else stage.days) for item in late}
    if not dates:
        return None
    until = max(*dates.values(), *(item.due_at for item in items if item.due_at is not None))  # one that stands may be later
    if last is not None and until <= last:
        return None
    is_gate = any(item.task.startswith(OF_GATE) for item in items if item.id in dates)
    has_date = not is_gate or (IDEA.waits_for_gates(stage) and context.idea.due_at is not None)
    return LaterDate(until, tuple(dates), is_above, is_gate, is_own=is_above and has_date)


def _list_known(items: Sequence[InboxItem], awaited: str) -> Iterator[datetime]:
    """The dates of some tasks that the team knows as its idea's: what it was told, and that of what the stage awaits, or of its gates.

    Not that of somebody above who is asked from now on.
    """
    for item in items:
        if item.told_until is not None:
            yield item.told_until
        if item.due_at is not None and item.task == (awaited or item.task) and not _is_newly_above(item):
            yield item.due_at


def _is_newly_above(item: InboxItem) -> bool:
    """Whether somebody above is asked, until a day that the team was not told."""
    return item.passed_at is not None and item.due_at is not None and item.due_at >= now() and item.told_until != item.due_at


def find_nothing_to_tell(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where a team is to be told of no new date."""
    return Conflict("no_new_date") if find_untold(session, context) is None else None
