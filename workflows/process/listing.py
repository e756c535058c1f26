"""What people read: lists of ideas, an inbox, an idea's history; each through the one filter of what they may see."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.awards import Award
from models.ideas import Decision, Idea, TeamMember
from models.inbox import InboxItem
from models.people import Role
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import BY_CALL, IdeaContext, has_part, overseen, prepares_awards, visible
from workflows.process.keyset import Order, Page, Slice, take_page

COMMITTEE = frozenset(BY_CALL)
TOLD_TO_ALL = ("draft", "revise", "submit", "withdraw", "route", "permit", "screen", "supplement", "expire", "determine", "resume")
TOLD_AFTERWARDS = ("close_review", "recommend")
TOLD_OF_PILOT = ("plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify", "roll_out", "close", "pass_gate")
TOLD_OF_AWARD = ("award_announce", "award_revoke")  # of awards that were announced
NEVER = datetime.max.replace(tzinfo=UTC)
MANY = 1_000  # ideas: fewer are gathered and sorted in a few milliseconds
BEFORE_DECISION = (IdeaStage.IN_REVIEW, IdeaStage.SHORTLISTED, IdeaStage.RECOMMENDED)


NEWEST_FIRST = Order(Idea, "created_at")


@dataclass(frozen=True)
class Wanted:
    """Which ideas are asked for; `mine` are those of whose team one is."""

    call_id: str | None = None
    stage: IdeaStage | None = None
    mine: bool = False


@dataclass(frozen=True)
class Awaited:
    """An inbox item with the idea it is about."""

    item: InboxItem
    idea: Idea


def list_ideas(session: Session, wanted: Wanted, piece: Slice, *, actor: Actor) -> Page[Idea]:
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


def list_inbox(session: Session, *, actor: Actor, limit: int = 200) -> list[Awaited]:
    """What waits for a person, the most urgent first: asked by name, or by a role over the unit, never on an own idea."""
    asked: list[sa.ColumnElement[bool]] = [col(InboxItem.person_id) == actor.person_id]
    for role in sorted({grant.role for grant in actor.grants}):
        over = [col(InboxItem.unit_path).startswith(path) for path in actor.paths(role)]
        asked.append((col(InboxItem.role) == role) & col(InboxItem.person_id).is_(None) & sa.or_(*over))
    ways = [_list_asked(session, way, actor, limit) for way in asked]  # each way has an index, together they have none
    return sorted(itertools.chain(*ways), key=_urgency)[:limit]


def _list_asked(session: Session, asked: sa.ColumnElement[bool], actor: Actor, limit: int) -> list[Awaited]:
    open_items = select(InboxItem).where(col(InboxItem.done_at).is_(None), asked).order_by(col(InboxItem.due_at), col(InboxItem.id))
    found: list[Awaited] = []
    for start in itertools.count(0, limit):
        items = session.exec(open_items.offset(start).limit(limit)).all()  # read in the index's order, and no idea that is not shown
        found += _find_ideas(session, items, actor)
        if len(items) < limit or len(found) >= limit:
            break
    return found[:limit]


def _find_ideas(session: Session, items: Sequence[InboxItem], actor: Actor) -> Iterator[Awaited]:
    """Items with their ideas: without those that the actor may not see, or has part in and is asked about in office."""
    asked_about = col(Idea.id).in_({item.idea_id for item in items})
    ideas = {idea.id: idea for idea in session.exec(select(Idea).where(asked_about, visible(actor)))}
    own = set(session.exec(select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id, col(TeamMember.idea_id).in_(ideas))))
    for item in items:
        if item.idea_id in ideas and (item.role == Role.PROPOSER or item.idea_id not in own):
            yield Awaited(item, ideas[item.idea_id])


def _urgency(awaited: Awaited) -> tuple[datetime, str]:
    return awaited.item.due_at or NEVER, awaited.item.id


def is_committee(context: IdeaContext, actor: Actor) -> bool:
    """Whether the actor works on the idea's call and has no part in the idea."""
    return not has_part(context, actor) and any(actor.holds(role, *context.paths) for role in COMMITTEE)


def sees_score(context: IdeaContext, actor: Actor) -> bool:
    """The committee sees the combined score as soon as it exists, everybody else once the idea is decided."""
    return is_committee(context, actor) or context.idea.stage not in BEFORE_DECISION


def list_history(session: Session, context: IdeaContext, *, actor: Actor) -> list[Decision]:
    """What was decided on an idea, oldest first; who scored and what stays with the committee, an award with those who prepare it."""
    query = select(Decision).where(Decision.idea_id == context.idea.id).order_by(col(Decision.at), col(Decision.id))
    if not is_committee(context, actor):
        told: tuple[str, ...] = TOLD_TO_ALL + TOLD_OF_PILOT + TOLD_OF_AWARD
        if sees_score(context, actor):
            told += TOLD_AFTERWARDS
        query = query.where(col(Decision.action).in_(told))
    decisions = list(session.exec(query))
    if prepares_awards(context, actor):
        return decisions
    announced = set(session.exec(select(Award.id).where(Award.idea_id == context.idea.id, col(Award.announced_at).is_not(None))))
    return [
        decision
        for decision in decisions
        if not decision.action.startswith("award_") or (decision.action in TOLD_OF_AWARD and decision.detail.get("award") in announced)
    ]
