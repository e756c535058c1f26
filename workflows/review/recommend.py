"""Recommend: the committee's word, given by its chair; it does not decide."""

from enum import StrEnum

from sqlmodel import Session

from models.ideas import Idea
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import Grounds, move
from workflows.process.refusals import Conflict
from workflows.process.wording import read_text


class Recommendation(StrEnum):
    """What the committee advises (layak / tidak layak / ditunda)."""

    FEASIBLE = "feasible"
    NOT_FEASIBLE = "not_feasible"
    DEFERRED = "deferred"


def recommend_idea(session: Session, idea_id: str, outcome: Recommendation, *, reason: str, actor: Actor) -> Idea:
    """Pass the committee's advice and its reasons to whoever determines; only after the review is closed."""
    context = read_context(session, idea_id, actor=actor)
    text = read_text("reason", reason, maximum=4_000, minimum=10)
    review_open = context.idea.stage == IdeaStage.IN_REVIEW and context.idea.scores_closed_at is None
    move(session, context, "recommend", outcome.value, actor=actor, grounds=Grounds(text))
    if review_open:
        raise Conflict("review_not_over")
    return context.idea
