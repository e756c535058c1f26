"""Scores in lists: what an actor may know of an idea's score and of how far its reviewers differ, by the same rules as on its page."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call
from models.ideas import Idea, TeamMember
from models.reviews import Review, ReviewState
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.visibility import ANSWERING, BY_CALL, MOST_KEPT, units_of
from workflows.process.ways import Kind


@dataclass(frozen=True)
class KnownScore:
    """An idea's score and the spread of its reviewers' totals (highest minus lowest, of two or more), None where not to be known."""

    score: Decimal | None = None
    spread: Decimal | None = None


NOTHING_KNOWN = KnownScore()


def list_undecided() -> list[str]:
    """The stages of the review in which nothing is decided yet, so that the committee alone may know the score."""
    return [stage.name for stage in ways.IDEA.stages.values() if stage.step == "review" and stage.kind == Kind.OPEN]


def reads_reviews_of(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on ideas whose reviews an actor may read: `relations.reads_reviews`, for many ideas at once."""
    return _reads_reviews_of(actor, tuple(ways.IDEA.list_awaiting("score")), tuple(list_undecided()))


@lru_cache(MOST_KEPT)
def _reads_reviews_of(actor: Actor, in_review: tuple[str, ...], undecided: tuple[str, ...]) -> sa.ColumnElement[bool]:
    if not any(grant.role in BY_CALL for grant in actor.grants):
        return sa.false()
    units = units_of(actor, BY_CALL)
    over = col(Idea.unit_id).in_(units) | col(Idea.call_id).in_(select(Call.id).where(col(Call.unit_id).in_(units)))
    mine = select(Review.idea_id).where(Review.reviewer_id == actor.person_id)
    stepped_back = mine.where(Review.state == ReviewState.RECUSED)
    still_judges = mine.where(col(Review.state).in_(ANSWERING))
    own = select(TeamMember.idea_id).where(TeamMember.person_id == actor.person_id)
    unbiased = col(Idea.id).not_in(stepped_back) & ~(col(Idea.stage).in_(in_review) & col(Idea.id).in_(still_judges))
    is_decided = col(Idea.stage).not_in(undecided)
    return over & col(Idea.id).not_in(own) & (col(Idea.lead_id) != actor.person_id) & (is_decided | unbiased)


def knows_score(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on ideas whose score an actor may know, if there is one: so nothing else shows in an order by it."""
    return sa.true() if actor.flow else _is_decided() | reads_reviews_of(actor)


def list_known_scores(session: Session, ideas: Iterable[Idea], actor: Actor) -> dict[str, KnownScore]:
    """What the actor may know of the scores of some ideas, by their ids; an idea of which nothing is known may be left out."""
    undecided = frozenset(list_undecided())
    judged = [idea for idea in ideas if idea.score is not None or idea.stage in undecided]
    known = {idea.id: KnownScore(idea.score) for idea in judged if idea.stage not in undecided}
    if not judged or not any(grant.role in BY_CALL for grant in actor.grants):
        return known
    query = (
        select(Review.idea_id, sa.func.min(Review.total), sa.func.max(Review.total), sa.func.count())
        .join(Idea, col(Idea.id) == col(Review.idea_id))
        .where(col(Idea.id).in_([idea.id for idea in judged]), reads_reviews_of(actor), Review.state == ReviewState.SCORED)
        .group_by(Review.idea_id)
    )
    scores = {idea.id: idea.score for idea in judged}
    for idea_id, lowest, highest, count in session.exec(query):
        known[idea_id] = KnownScore(scores[idea_id], highest - lowest if highest is not None and lowest is not None and count > 1 else None)
    return known


def _is_decided() -> sa.ColumnElement[bool]:
    return col(Idea.stage).not_in(list_undecided())
