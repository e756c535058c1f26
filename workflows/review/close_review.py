"""Close a review when every score is in or the date has come, and draft what the committee may recommend."""

from collections.abc import Sequence

from sqlmodel import Session, select

from models.ideas import Decision
from models.instants import now
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from workflows.calculations.score import combine_scores
from workflows.documents.text import format_number
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.engine import Grounds, permit, take
from workflows.process.guards import is_at_mark, is_overdue
from workflows.process.inbox import ask, due_in, is_asked
from workflows.review.score import rubric_of


def close_review(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Combine the scores once none is owed or the date is past: at or above the pass mark the idea is shortlisted, else it is below it.

    When nobody scored in time the secretariat is asked to assign anew, unless it is asked to already.
    """
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage != IdeaStage.IN_REVIEW:
        return
    reviews = session.exec(select(Review).where(Review.idea_id == idea_id)).all()
    totals = [review.total for review in reviews if review.state == ReviewState.SCORED and review.total is not None]
    if is_overdue(context) and not totals:
        context.idea.due_at = None
        if not is_asked(session, context, "assign"):
            ask(session, context, "assign", due_in(context.policy.days.screening))
        return
    if not _is_over(context, reviews, len(totals)):
        return
    combined = combine_scores(rubric_of(context.policy), totals)
    permitted = permit(session, context, "close_review", "passed" if combined.passed else "below_mark", actor=actor)
    for review in reviews:
        if review.state == ReviewState.ASSIGNED:
            review.state = ReviewState.LAPSED
    context.idea.score, context.idea.scores_closed_at = combined.score, now()
    detail = {"score": str(combined.score), "spread": str(combined.spread), "reviews": len(totals)}
    take(session, context, permitted, Grounds(detail=detail, rows=tuple(reviews)), actor=actor)


def _is_over(context: IdeaContext, reviews: Sequence[Review], scored: int) -> bool:
    """Whether a review with scores ends: enough were given and none is owed, or the date of those that are owed is past."""
    owed = [review for review in reviews if review.state == ReviewState.ASSIGNED]
    late = is_overdue(context) or (bool(owed) and all(review.due_at < now() for review in owed))
    return scored > 0 and (late or (not owed and scored >= context.policy.reviewers))


def draft_recommendation(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Leave the chair a draft: feasible at or above the pass mark, not feasible below it, with the figures it rests on."""
    context = read_context(session, idea_id, actor=actor)
    idea = context.idea
    if idea.score is None or idea.stage not in (IdeaStage.SHORTLISTED, IdeaStage.BELOW_MARK) or _is_drafted(session, context):
        return
    text = f"Nilai gabungan {format_number(idea.score)} dari 100; batas nilai {format_number(context.policy.pass_mark)}."
    outcome = "feasible" if is_at_mark(context) else "not_feasible"
    permitted = permit(session, context, "draft_recommend", actor=actor)
    take(session, context, permitted, Grounds(text, {"outcome": outcome}), actor=actor)


def _is_drafted(session: Session, context: IdeaContext) -> bool:
    drafted = select(Decision.id).where(Decision.idea_id == context.idea.id, Decision.action == "draft_recommend")
    return session.exec(drafted).first() is not None
