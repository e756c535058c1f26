"""Reopen a rejected idea because circumstances changed: it comes before the screening again, with the time at which it was received."""

from sqlmodel import Session, col, select

from models.reviews import Review, ReviewState
from workflows.intake.merge import end_waiting, hold_waiting
from workflows.intake.transfer import end_offers
from workflows.process.actors import Actor
from workflows.process.closing import hold_call
from workflows.process.context import IdeaContext, read_context
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.reopening import REOPEN


def reopen_idea(session: Session, idea_id: str, *, reason: str, actor: Actor) -> IdeaContext:
    """Bring a rejected idea back into the screening while it is kept, with what changed as the reason; its team is told.

    It keeps code and time of receipt. What was scored counts no more: after the screening it is reviewed anew, by whom the policy's rules
    let be asked; who scored it keeps that duty. What was to become of it before its rejection, by a merge or in another call, ends. Nothing
    comes back into a call that is archived: it is restored first.
    """
    context = read_context(session, idea_id, actor=actor)
    hold_call(session, context.call)  # whoever archives it counts what is under way; held before the idea, as by whoever amends its policy
    permitted = permit(session, context, REOPEN, actor=actor)
    text = read_reason(permitted.transition, reason)
    merges = hold_waiting(session, idea_id)
    scored = select(Review).where(Review.idea_id == idea_id, Review.state == ReviewState.SCORED).order_by(col(Review.id))
    reviews = tuple(session.exec(scored).all())
    for review in reviews:
        review.state = ReviewState.SET_ASIDE
    session.add_all(reviews)
    context.idea.score = context.idea.scores_closed_at = None
    take(session, context, permitted, Grounds(text, rows=reviews), actor=actor)
    end_waiting(session, merges, actor=actor)
    end_offers(session, idea_id, actor=actor)
    return context
