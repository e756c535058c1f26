"""Score an idea by the policy's rubric, or step back from it."""

from decimal import Decimal

from sqlmodel import Session, select

from models.instants import now
from models.policy import Policy
from models.reviews import Review, ReviewState
from workflows.calculations.score import Criterion, Rubric, list_point_refusals, score_review
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.inbox import InboxChanges, Settled
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import read_text


def score_idea(session: Session, idea_id: str, points: dict[str, Decimal], *, comment: str = "", actor: Actor) -> Review:
    """A reviewer's points for every criterion, total of 100; may be given again until the review is over.

    Raises Invalid, all faults at once, for a missing or unknown criterion and for points outside the scale.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "score", actor=actor)
    review, rubric = _own_review(session, idea_id, actor), rubric_of(context.policy)
    faults = Faults(Invalid(each.code, each.field) for each in list_point_refusals(rubric, points))
    with faults.gather():
        review.comment = read_text("comment", comment, maximum=4_000)
    faults.settle()
    review.total = score_review(rubric, points)
    review.points = {name: format(value, "f") for name, value in points.items()}
    review.state, review.answered_at = ReviewState.SCORED, now()
    take(session, context, permitted, _answer(review), actor=actor)
    return review


def recuse_reviewer(session: Session, idea_id: str, *, reason: str, actor: Actor) -> Review:
    """Step back because of a conflict of interest; the idea is not seen any more and somebody else is asked."""
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "recuse", actor=actor)
    text = read_reason(permitted.transition, reason)
    review = _own_review(session, idea_id, actor)
    review.state, review.comment, review.answered_at = ReviewState.RECUSED, text, now()
    review.points, review.total = {}, None
    take(session, context, permitted, _answer(review), actor=actor)
    return review


def rubric_of(policy: Policy) -> Rubric:
    """The policy's rubric as the calculation takes it."""
    criteria = tuple(Criterion(name=c.name, weight=c.weight, minimum=c.minimum, maximum=c.maximum) for c in policy.rubric)
    return Rubric(criteria=criteria, pass_mark=policy.pass_mark)


def _answer(review: Review) -> Grounds:
    """What a reviewer's answer leaves behind: it is awaited of them no more."""
    return Grounds(rows=(review,), inbox=InboxChanges(settled=(Settled("score", review.reviewer_id),)))


def _own_review(session: Session, idea_id: str, actor: Actor) -> Review:
    return session.exec(select(Review).where(Review.idea_id == idea_id, Review.reviewer_id == actor.person_id)).one()
