"""Until when a team is told that an office takes, once it is late: the new date that rules of suggestion schemes ask for.

Where the task was passed up, that is the date of whoever is asked now. Else the office stays late, and has as many days again as its policy
gives before the team is told once more; nobody wins a date for themselves by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

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
OFFICES = [role for role in Role if role not in (Role.PROPOSER, Role.REVIEWER, Role.PILOT_OWNER)]
TASKS = sorted({IDEA.stages[str(each.stage)].awaits for each in IDEA.of_action(TELL_LATE)})  # of offices whose delay is told


@dataclass(frozen=True)
class LaterDate:
    """Until when a team is told that an office takes; `is_above` where that is the date of somebody above who is asked instead."""

    until: datetime
    is_above: bool


def list_late(session: Session, limit: int) -> Sequence[InboxItem]:
    """Open tasks of offices that are late, of which the team was told no date that is still to come, nor is about to be; the first due
    first."""
    late = select(InboxItem).where(col(InboxItem.done_at).is_(None), col(InboxItem.role).in_(OFFICES), col(InboxItem.due_at) < now())
    late = late.where(col(InboxItem.task).in_(TASKS), col(InboxItem.award_id).is_(None))
    date = sa.func.coalesce(col(InboxItem.told_until), col(InboxItem.due_at))
    asked = select(Message.id).where(Message.job == TELL_LATE, Message.subject_id == InboxItem.idea_id, col(Message.created_at) >= date)
    untold = late.where(date < now(), ~asked.exists())
    return session.exec(untold.order_by(col(InboxItem.due_at), col(InboxItem.id)).limit(limit)).all()


def name_late(item: InboxItem) -> str:
    """What a team is told of a task, as a name: the same until another date is to be told."""
    at = max(each for each in (item.due_at, item.told_until) if each is not None)
    return f"late:{item.id}:{at:%Y%m%d%H%M%S}:{'past' if at < now() else 'ahead'}"


def find_untold(session: Session, context: IdeaContext) -> LaterDate | None:
    """What a team is to be told now of the office that its idea waits for; None where it is not late, or was told so."""
    stage = IDEA.stages[context.idea.stage]
    if stage.awaits not in TASKS:
        return None
    asked = InboxItem.idea_id == context.idea.id, InboxItem.task == stage.awaits, col(InboxItem.award_id).is_(None)
    item = session.exec(select(InboxItem).where(*asked, col(InboxItem.done_at).is_(None))).first()
    if item is None or item.due_at is None:
        return None
    if item.due_at >= now():
        is_new = item.passed_at is not None and item.told_until != item.due_at
        return LaterDate(item.due_at, is_above=True) if is_new else None
    is_told = item.told_until is not None and item.told_until >= now()
    return None if is_told or ends_by_rule(session, item) else LaterDate(due_for(session, context, stage.days), is_above=False)


def find_nothing_to_tell(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where a team is to be told of no new date."""
    return Conflict("no_new_date") if find_untold(session, context) is None else None
