"""Lists of ideas, through the one filter of what a reader may see."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea, TeamMember
from workflows.process.actors import Actor
from workflows.process.keyset import Order, Page, Slice, take_page
from workflows.process.visibility import overseen, visible

MANY = 1_000  # ideas: fewer are gathered and sorted in a few milliseconds
NEWEST_FIRST = Order(Idea, "created_at")


@dataclass(frozen=True)
class WantedIdeas:
    """Which ideas are asked for; `mine` are those of whose team one is."""

    call_id: str | None = None
    stage: str | None = None
    mine: bool = False


def list_ideas(session: Session, wanted: WantedIdeas, piece: Slice, *, actor: Actor) -> Page[Idea]:
    """The ideas an actor may know of, newest first."""
    query: Any = select(Idea).where(visible(actor, in_order=_oversees_many(session, actor)))
    if wanted.call_id:
        query = query.where(Idea.call_id == wanted.call_id)
    if wanted.stage:
        query = query.where(Idea.stage == wanted.stage)
    if wanted.mine:
        query = query.where(col(Idea.id).in_(select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)))
    return take_page(session, query, NEWEST_FIRST, piece)


def _oversees_many(session: Session, actor: Actor) -> bool:
    """Whether SQLite should read an actor's list in its order: a page soon fills up, and all that they oversee would be much to sort."""
    covered = overseen(actor) if session.get_bind().dialect.name == "sqlite" else []
    if not covered:
        return False
    some = sa.select(sa.literal(1)).select_from(Idea).where(sa.or_(*covered)).limit(MANY).subquery()
    return bool(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() == MANY)
