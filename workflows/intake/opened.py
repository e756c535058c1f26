"""Which ideas of others calls open to somebody as their colleague: as a condition, and the newest of them. Why: docs/decisions/0026."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call, PolicyVersion
from models.entry_rules import Circle, QuotaPer
from models.ideas import Answer, Idea, Invitation, TeamMember
from models.reviews import Review
from models.units import Unit
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import read_policy
from workflows.process.quota import find_group

SCORE = ways.IDEA.action("score")


@dataclass(frozen=True)
class Opening:
    """The ideas of one version of a policy that are open to somebody, in some stages."""

    within: sa.ColumnElement[bool]
    stages: tuple[str, ...]


def list_openings(session: Session, actor: Actor) -> list[Opening]:
    """Each version of a policy that opens its ideas to the actor, the newest first; calls are few, and versions not many more."""
    if actor.person_id is None or not actor.may_propose:
        return []
    circle = col(PolicyVersion.body)[("colleagues", "open_to")].as_string()
    query = select(PolicyVersion, Unit.path).join(Call, col(Call.id) == col(PolicyVersion.call_id))
    query = query.join(Unit, col(Unit.id) == col(Call.unit_id)).where(col(Call.is_sealed).is_(False))
    opening = query.where(circle.in_([Circle.WHOLE_AGENCY.value, Circle.WHOLE_REGION.value]))
    newest = opening.order_by(col(PolicyVersion.created_at).desc(), col(PolicyVersion.id))
    return [_open(version, call_path, actor) for version, call_path in session.exec(newest)]


def opened_by(openings: Sequence[Opening], actor: Actor) -> sa.ColumnElement[bool] | None:
    """The condition on ideas that they are open to the actor as a colleague of their team; None where no call opens any to them."""
    opened = [each.within & col(Idea.stage).in_(each.stages) for each in openings]
    return sa.and_(sa.or_(*opened), *_not_theirs(actor)) if opened else None


def list_newest_opened(session: Session, openings: Sequence[Opening], actor: Actor, limit: int) -> list[str]:
    """The newest ideas that are open to the actor, up to a limit, by their ids: those of the newest version of a policy first.

    Of each version and stage the newest are read along an index of their own, so that it takes as long among many ideas as among few.
    """
    found: list[str] = []
    for opening in openings:
        if len(found) < limit:
            found += [str(row[0]) for row in session.execute(select_newest(opening, actor, limit - len(found)))]
    return found


def list_open_stages(*, blind: bool) -> list[str]:
    """The stages in which colleagues read an idea: accepted and not over; of a `blind` call those alone from which no review can follow."""
    stages = [stage.name for stage in ways.IDEA.stages.values() if stage.step not in ("", "intake") and not stage.is_ended]
    before_review = _list_leading_to(ways.IDEA.list_awaiting(SCORE)) if blind else set()
    return [name for name in stages if name not in before_review]


def _open(version: PolicyVersion, call_path: str, actor: Actor) -> Opening:
    policy = read_policy(version)
    within = (col(Idea.call_id) == version.call_id) & (col(Idea.policy_id) == version.id)
    if policy.colleagues.open_to == Circle.WHOLE_AGENCY:
        within &= col(Idea.unit_id).in_(find_group(QuotaPer.WHOLE_AGENCY, actor.unit_path, call_path).units)
    return Opening(within, tuple(list_open_stages(blind=policy.blind)))


def select_newest(opening: Opening, actor: Actor, limit: int) -> Any:
    """The newest ideas of an opening; each stage is asked for its own newest, along the index of them, before any limit."""
    handed_in = opening.within, col(Idea.code).is_not(None), *_not_theirs(actor)
    by_age = col(Idea.created_at).desc(), col(Idea.id).desc()
    newest = sa.select(col(Idea.id), col(Idea.created_at)).where(*handed_in).order_by(*by_age).limit(limit)
    of_each = sa.union_all(*(sa.select(newest.where(col(Idea.stage) == name).subquery()) for name in opening.stages)).subquery()
    return sa.select(of_each.c.id).order_by(of_each.c.created_at.desc(), of_each.c.id.desc()).limit(limit)


def _not_theirs(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions that the actor does not propose an idea, was not asked to, and was never asked to review it."""
    asked = select(Invitation.idea_id).where(Invitation.person_id == actor.person_id, Invitation.answer != Answer.NOT_JOINED)
    kinds: tuple[Any, ...] = (
        select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id),
        asked,
        select(Review.idea_id).where(Review.reviewer_id == actor.person_id),
    )
    return tuple(col(Idea.id).not_in(each) for each in kinds)


def _list_leading_to(stages: list[str]) -> set[str]:
    """The stages from which some way of the table leads to one of these, themselves included."""
    found = set(stages)
    while more := {str(each.stage) for each in ways.IDEA.transitions if each.stage and each.target in found} - found:
        found |= more
    return found
