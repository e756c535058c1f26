"""Recommend: the committee's word, given by its chair; it does not decide."""

from enum import StrEnum

from sqlmodel import Session

from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.decide import decide
from workflows.process.ways import IDEA

RECOMMEND = IDEA.action("recommend")


class Recommendation(StrEnum):
    """What the committee advises (layak / tidak layak / ditunda)."""

    FEASIBLE = "feasible"
    NOT_FEASIBLE = "not_feasible"
    DEFERRED = "deferred"


def recommend_idea(session: Session, idea_id: str, outcome: Recommendation, *, reason: str, actor: Actor) -> IdeaContext:
    """Pass the committee's advice and its reasons to whoever determines, once the review is closed."""
    return decide(session, idea_id, RECOMMEND, outcome, reason=reason, actor=actor)
