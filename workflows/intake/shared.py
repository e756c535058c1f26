"""Ideas that a call opens to colleagues: which of them, from when on, to whom, and how somebody stands to one.

An idea is open once it was accepted in the screening and until it is turned down or taken back; in a call that tells reviewers nothing of
who proposes, only once no way leads back to a review, as reviewers are colleagues too. Whoever was ever asked to review an idea is no
colleague of it, nor is who holds an office over it or its call, or took a step on it in office. Why: docs/decisions/0026.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from models.awards import Award
from models.colleagues import IdeaFollow
from models.entry_rules import Circle, QuotaPer
from models.ideas import Idea
from models.reviews import Review
from workflows.intake.opened import list_open_stages, list_openings, opened_by
from workflows.process import ways
from workflows.process.actors import Actor, flow_actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.duties import CLAIM, list_borne
from workflows.process.keyset import Order, Page, Slice, take_page
from workflows.process.quota import QuotaGroup, find_group
from workflows.process.refusals import Forbidden, NotFound, Refusal
from workflows.process.relations import has_part, is_blind, is_decided, is_only_invited
from workflows.process.visibility import sees_idea
from workflows.process.wanted import WantedIdeas, list_conditions

HONOURED = ways.STEPS[-1]
NEWEST_FIRST = Order(Idea, "created_at")
_ANYBODY = flow_actor("intake")  # reads what may be nobody's to see: who may is asked right after


class SharedReader(StrEnum):
    """As what somebody reads an idea that is open to colleagues."""

    COLLEAGUE = "colleague"
    TEAM = "team"
    OFFICE = "office"  # works or worked on it, or oversees who does: reads what colleagues say, and says nothing


@dataclass(frozen=True)
class SharedIdea:
    """An idea that was opened to colleagues, how its reader stands to it, and whether it is open now."""

    context: IdeaContext
    standing: SharedReader
    is_open: bool

    @property
    def takes_comments(self) -> bool:
        """Whether anybody may comment on it now."""
        return self.is_open and self.context.policy.colleagues.takes_comments


def read_shared(session: Session, idea_id: str, *, actor: Actor) -> SharedIdea:
    """An idea as colleagues, its team and its offices meet below it.

    Raises NotFound where the actor neither sees it nor is its colleague; Forbidden where its call opens it to nobody, or not yet, and for
    who reviews it, until it is decided, and for good where they are not told who proposes.
    """
    context = read_context(session, idea_id, actor=_ANYBODY)
    found = _find_shared(session, context, actor)
    if isinstance(found, Refusal):
        raise found
    return found


def find_shared(session: Session, context: IdeaContext, *, actor: Actor) -> SharedIdea | None:
    """An idea that the actor has before them, as colleagues meet below it; None where they do not, or not for this reader."""
    if context.policy.colleagues.open_to == Circle.NOBODY:
        return None  # nothing is asked of an idea that is open to nobody
    found = _find_shared(session, context, actor)
    return None if isinstance(found, Refusal) else found


def list_shared(session: Session, wanted: Slice, *, typed: str = "", followed: bool = False, actor: Actor) -> Page[Idea]:
    """The ideas of others that are open to the actor as their colleague, the newest first; `typed` are words that each must hold."""
    opened = opened_by(list_openings(session, actor), actor)
    if opened is None:
        return Page([], None)
    query = select(Idea).where(opened, *list_conditions(session, WantedIdeas(text=typed), actor=actor))
    if followed:
        query = query.where(col(Idea.id).in_(followed_by(actor.person_id)))
    return take_page(session, query, NEWEST_FIRST, wanted)


def followed_by(person_id: str | None) -> Any:
    """The ids of the ideas that somebody follows."""
    return select(IdeaFollow.idea_id).where(IdeaFollow.person_id == person_id)


def list_steps(session: Session, ideas: Sequence[Idea]) -> dict[str, str]:
    """The one of the five steps that each idea is on, by its id, as anybody may know it: the last once an award of it was announced."""
    announced = select(Award.idea_id).where(col(Award.idea_id).in_([idea.id for idea in ideas]))
    honoured = set(session.exec(announced.where(col(Award.announced_at).is_not(None), col(Award.revoked_at).is_(None))))
    return {idea.id: HONOURED if idea.id in honoured else ways.IDEA.stages[idea.stage].step for idea in ideas}


def is_open(context: IdeaContext) -> bool:
    """Whether an idea is open to colleagues now."""
    is_opened = context.policy.colleagues.open_to != Circle.NOBODY and not context.call.is_sealed
    return is_opened and context.idea.stage in list_open_stages(blind=context.policy.blind)


def was_asked_to_review(session: Session, context: IdeaContext, actor: Actor) -> bool:
    """Whether somebody is or ever was asked to review an idea, whatever they answered."""
    asked = select(Review.id).where(Review.idea_id == context.idea.id, Review.reviewer_id == actor.person_id)
    return session.exec(asked).first() is not None


def _find_shared(session: Session, context: IdeaContext, actor: Actor) -> SharedIdea | Refusal:
    now_open = is_open(context)
    standing = _find_standing(session, context, actor, now_open=now_open)
    if isinstance(standing, Refusal):
        return standing
    is_over = ways.IDEA.stages[context.idea.stage].is_ended and context.policy.colleagues.open_to != Circle.NOBODY
    if not now_open and (not is_over or context.call.is_sealed):
        return Forbidden("not_open_to_colleagues")
    return SharedIdea(context, standing, now_open)


def _find_standing(session: Session, context: IdeaContext, actor: Actor, *, now_open: bool) -> SharedReader | Refusal:
    if has_part(context, actor):
        return SharedReader.TEAM
    if actor.person_id is None or is_only_invited(context, actor):
        return NotFound("idea_not_found")
    sees = context.is_invited(actor.person_id) or sees_idea(session, context.idea.id, actor)
    if was_asked_to_review(session, context, actor):
        if not sees:
            return NotFound("idea_not_found")
        apart = not is_decided(context) or is_blind(session, context, actor)
        return Forbidden("reviewers_apart") if apart else SharedReader.OFFICE
    if sees:
        return SharedReader.OFFICE
    if not now_open or not _is_near(context, actor):
        return NotFound("idea_not_found")
    works_on_it = {*list_borne(session, context.idea.id, actor.person_id)} - {CLAIM}  # who claims it is a colleague all the same
    return SharedReader.OFFICE if works_on_it else SharedReader.COLLEAGUE


def _is_near(context: IdeaContext, actor: Actor) -> bool:
    """Whether somebody belongs to those to whom the call opens the idea: civil servants of the region, or of the proposer's agency."""
    if not actor.may_propose or context.policy.colleagues.open_to == Circle.NOBODY:
        return False
    if context.policy.colleagues.open_to == Circle.WHOLE_REGION:
        return True
    return _agency(actor.unit_path, context.call_path) == _agency(context.unit_path, context.call_path)


def _agency(unit_path: str, call_path: str) -> QuotaGroup:
    return find_group(QuotaPer.WHOLE_AGENCY, unit_path, call_path)
