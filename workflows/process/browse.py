"""Lists of ideas, through the one filter of what a reader may see: in any order, counted, and gone through one after another."""

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.database import is_sqlite
from models.ideas import Idea
from models.inbox import InboxItem
from models.stages import IdeaStage
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.keyset import Page, Slice, find_cursor, take_page
from workflows.process.offers import list_offers
from workflows.process.visibility import overseen, visible
from workflows.process.wanted import WantedIdeas, find_order, list_conditions

MANY = 1_000  # ideas: fewer are gathered and sorted in a few milliseconds, and no more are counted
TRIED_AT_ONCE = 20  # ideas read at once in search of the next one that a reader may decide
MOST_TRIED = 200  # such ideas looked at, of those of which the reader may be asked


@dataclass(frozen=True)
class Count:
    """How many ideas there are; beyond MANY it is MANY and not exact."""

    number: int
    is_exact: bool


def up_to_many(number: int) -> Count:
    """A number that was counted up to MANY + 1."""
    return Count(min(number, MANY), number <= MANY)


def list_ideas(session: Session, wanted: WantedIdeas, piece: Slice, *, actor: Actor) -> Page[Idea]:
    """The ideas an actor may know of, in the order that is wanted."""
    return take_page(session, select(Idea).where(*_list_conditions(session, wanted, actor)), find_order(wanted, actor), piece)


def count_by_stage(session: Session, wanted: WantedIdeas, *, actor: Actor) -> dict[str, Count]:
    """How many of the wanted ideas are in each stage, whichever stage is wanted; stages without any are left out."""
    conditions = _list_conditions(session, replace(wanted, stage=None), actor)
    if is_cheap_to_count(session, wanted, actor=actor):
        grouped = sa.select(col(Idea.stage), sa.func.count()).where(*conditions).group_by(col(Idea.stage))
        found = {str(row[0]): int(row[1]) for row in session.execute(grouped)}
    else:
        found = _count_some(session, conditions)
    counted = ((name, found.get(name, 0)) for name in ways.IDEA.stages)
    return {name: Count(min(number, MANY), number <= MANY) for name, number in counted if number}


def is_cheap_to_count(session: Session, wanted: WantedIdeas, *, actor: Actor) -> bool:
    """Whether all ideas that may be wanted are soon counted: those of whoever oversees no more than MANY, and those of one call."""
    return bool(wanted.call_id) or not _oversees_many(session, actor)


def add_up(counts: dict[str, Count], stage: str | None = None) -> Count:
    """How many there are in one stage, or in all."""
    counted = [count for name, count in counts.items() if stage in (None, name)]
    number = sum(count.number for count in counted)
    return Count(min(number, MANY), number <= MANY and all(count.is_exact for count in counted))


def find_next(session: Session, wanted: WantedIdeas, idea_id: str, *, is_backward: bool = False, actor: Actor) -> str | None:
    """The idea after this one in a list, or before it, in the same stage, that the actor may decide; None behind the last.

    To be asked before the idea is decided, as it then has another place.
    """
    shown = select(Idea).where(col(Idea.id) == idea_id, visible(actor))
    idea = session.exec(shown).first()
    if idea is None:
        return None
    alike = replace(wanted, stage=idea.stage)
    order = find_order(alike, actor)
    asked = select(Idea).where(*_list_conditions(session, alike, actor), _is_asked(idea.stage, actor))
    place: str | None = find_cursor(session, shown, order)
    for _ in range(0, MOST_TRIED, TRIED_AT_ONCE):
        found = take_page(session, asked, order, Slice(None, TRIED_AT_ONCE, place) if is_backward else Slice(place, TRIED_AT_ONCE))
        for each in reversed(found.rows) if is_backward else found.rows:
            if any(offer.awaited for offer in list_offers(session, read_context(session, each.id, actor=actor), actor=actor)):
                return str(each.id)
        place = found.before if is_backward else found.after
        if place is None:
            break
    return None


def _is_asked(stage: str, actor: Actor) -> sa.ColumnElement[bool]:
    """Whether what a stage awaits of an idea is still asked of the actor or of a role; not of somebody else, nor answered by the actor."""
    mine = sa.or_(col(InboxItem.person_id).is_(None), col(InboxItem.person_id) == actor.person_id)
    item = select(InboxItem.id).where(InboxItem.idea_id == Idea.id, InboxItem.task == ways.IDEA.stages[stage].awaits, mine)
    return item.where(col(InboxItem.done_at).is_(None)).exists()


def _list_conditions(session: Session, wanted: WantedIdeas, actor: Actor) -> list[sa.ColumnElement[bool]]:
    seen = visible(actor, in_order=reads_in_order(session, actor))
    return [seen, *list_conditions(session, wanted, actor=actor)]


def _count_some(session: Session, conditions: list[sa.ColumnElement[bool]]) -> dict[str, int]:
    """How many there are in each stage, and MANY + 1 where there are more."""
    ideas = sa.select(sa.literal(1)).select_from(Idea).where(*conditions)
    some = [ideas.where(col(Idea.stage) == name).limit(MANY + 1).subquery() for name in ways.IDEA.stages]
    numbers = session.execute(sa.select(*(sa.select(sa.func.count()).select_from(each).scalar_subquery() for each in some))).one()
    return dict(zip(ways.IDEA.stages, numbers, strict=True))


def reads_in_order(session: Session, actor: Actor) -> bool:
    """Whether SQLite should read an actor's list in its order: a page soon fills up, and all that they oversee would be much to sort."""
    return is_sqlite(session) and _oversees_many(session, actor)


def _oversees_many(session: Session, actor: Actor) -> bool:
    """Whether an actor oversees more than MANY ideas, so that counting or sorting all of them takes long; asked once in a transaction."""
    known: dict[Actor, bool] = session.info.setdefault("oversees_many", {})
    if actor not in known:
        known[actor] = _count_beyond_many(session, actor)
    return known[actor]


def _count_beyond_many(session: Session, actor: Actor) -> bool:
    covered = overseen(actor)
    if not covered:
        return False
    some = sa.select(sa.literal(1)).select_from(Idea).where(col(Idea.stage) != IdeaStage.DRAFT, sa.or_(*covered)).limit(MANY + 1).subquery()
    return bool(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() > MANY)
