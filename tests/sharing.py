"""Ideas that a call opens to colleagues, and what tests ask of them."""

from typing import Any

from models.stages import IdeaStage
from tests.building import Town
from workflows.intake.colleagues import Regard, read_regard
from workflows.intake.commenting import CommentLine, list_comments
from workflows.intake.shared import SharedReader, list_shared, read_shared
from workflows.process.keyset import Page, Slice
from workflows.process.refusals import Refusal

OPEN: dict[str, Any] = {"blind": False, "colleagues": {"open_to": "whole_region"}}  # a call that opens its ideas once they are accepted
BLIND: dict[str, Any] = {"colleagues": {"open_to": "whole_region"}}
SCORED = ("score", "close_review", "draft_recommend")
ADOPTED = (*SCORED, "recommend feasible", "determine adopted")


def build_shared(town: Town, stage: IdeaStage = IdeaStage.IN_REVIEW, **rule: Any) -> str:
    """An idea in a stage, of a call that opens its ideas by a rule; by the usual one, to everybody."""
    return town.build_idea(stage, call=town.build_call(**(rule or OPEN)))


def stand(town: Town, idea: str, who: str) -> SharedReader | str:
    """How somebody stands to an idea that is open to colleagues, or why they do not meet them there."""
    with town.store.reading() as session:
        try:
            return read_shared(session, idea, actor=town.actor(session, who)).standing
        except Refusal as refusal:
            return refusal.code


def list_open(town: Town, who: str, **wanted: Any) -> list[str]:
    """The ideas of colleagues that are listed to somebody, by their ids."""
    with town.store.reading() as session:
        return [each.id for each in list_shared(session, Slice(limit=100), actor=town.actor(session, who), **wanted).rows]


def regard_of(town: Town, idea: str, who: str) -> Regard:
    """What somebody reads of the support of an idea."""
    with town.store.reading() as session:
        actor = town.actor(session, who)
        return read_regard(session, read_shared(session, idea, actor=actor), actor=actor)


def comments_of(town: Town, idea: str, who: str, wanted: Slice | None = None) -> Page[CommentLine]:
    """The comments on an idea as somebody reads them."""
    with town.store.reading() as session:
        actor = town.actor(session, who)
        return list_comments(session, read_shared(session, idea, actor=actor), wanted or Slice(), actor=actor)
