"""What waits by name for somebody who can no longer do it, so that the secretariat puts it into other hands."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea
from models.inbox import InboxItem
from models.people import Account, Role, RoleGrant, is_held
from workflows.process.actors import Actor
from workflows.process.visibility import visible
from workflows.process.waiting import Awaited


def list_stranded(session: Session, *, actor: Actor, limit: int = 200) -> list[Awaited]:
    """Open tasks asked of somebody whose account is closed or whose role for it has ended; of ideas the secretariat may know of.

    Nothing is taken on by itself: who reviews or pilots in their place is the secretariat's decision, and the due date passes as ever.
    """
    if not actor.holds(Role.SECRETARIAT):
        return []
    closed = select(Account.person_id).where(col(Account.closed_at).is_not(None))
    still = select(RoleGrant.id).where(RoleGrant.person_id == InboxItem.person_id, RoleGrant.role == InboxItem.role, is_held())
    gone = sa.or_(col(InboxItem.person_id).in_(closed), (col(InboxItem.role) != Role.PROPOSER) & ~still.exists())
    waiting = select(InboxItem, Idea).join(Idea, col(Idea.id) == col(InboxItem.idea_id))
    waiting = waiting.where(col(InboxItem.done_at).is_(None), col(InboxItem.person_id).is_not(None), gone, visible(actor))
    return [Awaited(item, idea) for item, idea in session.exec(waiting.order_by(col(InboxItem.due_at), col(InboxItem.id)).limit(limit))]
