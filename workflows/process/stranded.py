"""What waits by name for somebody who can no longer do it, so that the secretariat puts it into other hands."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea
from models.inbox import InboxItem
from models.people import Account, Role, RoleGrant, is_held
from workflows.process.actors import Actor
from workflows.process.browse import MANY, Count, up_to_many
from workflows.process.keyset import Page, Slice, count_rows, take_page
from workflows.process.visibility import visible
from workflows.process.waiting import URGENCY, Awaited


def list_stranded(session: Session, piece: Slice = Slice(limit=200), *, actor: Actor) -> Page[Awaited]:  # noqa: B008 - it is frozen
    """Open tasks asked of somebody whose account is closed or whose role for it has ended; of ideas the secretariat may know of.

    Nothing is taken on by itself: who reviews or pilots in their place is the secretariat's decision, and the due date passes as ever.
    """
    page = take_page(session, _find_stranded(actor), URGENCY, piece)
    return Page([Awaited(item, idea) for item, idea in page.rows], page.after, page.before)


def count_stranded(session: Session, *, actor: Actor) -> Count:
    """How many such tasks there are; beyond MANY it is MANY and not exact."""
    return up_to_many(count_rows(session, _find_stranded(actor).with_only_columns(col(InboxItem.id)), MANY))


def _find_stranded(actor: Actor) -> Any:
    closed = select(Account.person_id).where(col(Account.closed_at).is_not(None))
    still = select(RoleGrant.id).where(RoleGrant.person_id == InboxItem.person_id, RoleGrant.role == InboxItem.role, is_held())
    gone = sa.or_(col(InboxItem.person_id).in_(closed), (col(InboxItem.role) != Role.PROPOSER) & ~still.exists())
    waiting = select(InboxItem, Idea).join(Idea, col(Idea.id) == col(InboxItem.idea_id))
    waiting = waiting.where(col(InboxItem.done_at).is_(None), col(InboxItem.person_id).is_not(None), gone, visible(actor))
    return waiting if actor.holds(Role.SECRETARIAT) else waiting.where(sa.false())
