"""Which ideas a list is asked for, and in what order, as conditions of a query; none of them tells a reader more than the rows do.

Every order is that of an index, so that a page is read and no more. What is searched for is found by the index of texts (`search.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea, TeamMember
from models.instants import now
from models.reviews import Review
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.keyset import Order
from workflows.process.known_scores import knows_score
from workflows.process.relations import list_blind
from workflows.process.search import list_searched
from workflows.process.ways import Kind

MOST_UNITS = 50
NEWEST_FIRST = Order(Idea, "created_at")


class Sort(StrEnum):
    """In what order ideas are listed: the newest, the first due, or the highest score first."""

    NEWEST = "newest"
    DUE = "due"
    SCORE = "score"


@dataclass(frozen=True)
class WantedIdeas:
    """Which ideas are asked for, and in what order; `mine` are those of whose team one is.

    `text` are words that text, team, code or unit hold, all of them; `unit` is a unit's code or part of its name, with the units below it.
    """

    call_id: str | None = None
    stage: str | None = None
    mine: bool = False
    text: str = ""
    unit: str = ""
    overdue: bool = False
    due_before: datetime | None = None
    sort: Sort = Sort.NEWEST


def find_order(wanted: WantedIdeas, actor: Actor) -> Order:
    """The order that is wanted; ideas that nobody owes a step, or whose score the actor may not know, come last, the newest first."""
    if wanted.sort == Sort.DUE and wanted.stage in (None, *list_awaiting()):
        awaited = sa.true() if wanted.stage else _is_awaited()
        return Order(Idea, "due_at", newest_first=False, has=awaited & col(Idea.due_at).is_not(None), others=NEWEST_FIRST)
    if wanted.sort == Sort.SCORE:
        return Order(Idea, "score", has=knows_score(actor) & col(Idea.score).is_not(None), others=NEWEST_FIRST)
    return NEWEST_FIRST


def list_conditions(session: Session, wanted: WantedIdeas, *, actor: Actor) -> list[sa.ColumnElement[bool]]:
    """What narrows all ideas to those that are wanted."""
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.call_id:
        conditions.append(col(Idea.call_id) == wanted.call_id)
    if wanted.stage:
        conditions.append(col(Idea.stage) == wanted.stage)
    if wanted.mine:
        conditions.append(col(Idea.id).in_(select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)))
    instants = ([now()] if wanted.overdue else []) + ([wanted.due_before] if wanted.due_before else [])
    conditions += [_is_awaited() & (col(Idea.due_at) < instant) for instant in instants]
    return conditions + _list_searched(session, wanted, actor)


def _list_searched(session: Session, wanted: WantedIdeas, actor: Actor) -> list[sa.ColumnElement[bool]]:
    """What was typed to search by; whoever reviews an idea blindly finds it by nothing that tells who proposes."""
    text, unit = _readable(wanted.text).strip(), _readable(wanted.unit).strip()
    if not text and not unit:
        return []
    judged = select(Idea).where(col(Idea.id).in_(select(Review.idea_id).where(Review.reviewer_id == actor.person_id)))
    blind = list_blind(session, session.exec(judged), actor)
    return list_searched(session, text, blind) + ([col(Idea.id).not_in(blind), _is_below(session, unit)] if unit else [])


def list_awaiting() -> list[str]:
    """The stages in which something is awaited, so that an idea's date is one by which somebody owes it."""
    return [stage.name for stage in ways.IDEA.stages.values() if stage.awaits and stage.kind != Kind.DRAFT]


def _is_awaited() -> sa.ColumnElement[bool]:
    """Said of the other stages: for a list of stages, SQLite would gather their ideas from its index by stage, and sort them all."""
    return col(Idea.stage).not_in([name for name in ways.IDEA.stages if name not in list_awaiting()])


def _is_below(session: Session, unit: str) -> sa.ColumnElement[bool]:
    """Ideas of a unit, by its code or part of its name, and of the units below it."""
    exact = session.exec(select(Unit.path).where(Unit.code == unit.upper())).all()
    named = select(Unit.path).where(col(Unit.name).icontains(unit, autoescape=True)).order_by(col(Unit.path)).limit(MOST_UNITS)
    paths = exact or session.exec(named).all()
    if not paths:
        return sa.false()
    return col(Idea.unit_id).in_(select(Unit.id).where(sa.or_(*(col(Unit.path).startswith(path) for path in paths))))


def _readable(text: str) -> str:
    """What somebody typed, without what no text of ours holds and no database takes."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
