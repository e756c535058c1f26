"""Close a review when every score is in or the date has come, and draft what the committee may recommend."""

from sqlmodel import Session, select

from models.ideas import Decision
from models.instants import now
from models.people import Role
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from workflows.calculations.score import combine_scores
from workflows.documents.text import format_number
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.engine import Grounds, await_role, end_of_day_in, move, settle
from workflows.review.score import rubric_of


def close_review(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Combine the scores once none is owed or the date is past; at or above the pass mark the idea is shortlisted.

    Below it the idea stays in review for the chair to recommend. When nobody scored in time
    the secretariat is asked to assign anew.
    """
    context = read_context(session, idea_id, actor=actor)
    idea = context.idea
    if idea.stage != IdeaStage.IN_REVIEW or idea.scores_closed_at is not None:
        return
    reviews = session.exec(select(Review).where(Review.idea_id == idea_id)).all()
    totals = [review.total for review in reviews if review.state == ReviewState.SCORED and review.total is not None]
    owed = [review for review in reviews if review.state == ReviewState.ASSIGNED]
    late = idea.due_at is not None and idea.due_at < now()
    if late and not totals:
        idea.due_at = None
        await_role(session, context, "assign", Role.SECRETARIAT, end_of_day_in(context.policy.days.screening))
        return
    late = late or (bool(owed) and all(review.due_at < now() for review in owed))
    if not totals or not (late or (not owed and len(totals) >= context.policy.reviewers)):
        return
    for review in owed:
        review.state = ReviewState.LAPSED
    combined = combine_scores(rubric_of(context.policy), totals)
    idea.score, idea.scores_closed_at = combined.score, now()
    settle(session, idea_id)
    grounds = Grounds(detail={"score": str(combined.score), "spread": str(combined.spread), "reviews": len(totals)})
    move(session, context, "close_review", "passed" if combined.passed else "below_mark", actor=actor, grounds=grounds)


def draft_recommendation(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Leave the chair a draft: feasible at or above the pass mark, not feasible below it, with the figures it rests on."""
    context = read_context(session, idea_id, actor=actor)
    idea = context.idea
    if idea.score is None or idea.stage not in (IdeaStage.SHORTLISTED, IdeaStage.IN_REVIEW) or _drafted(session, context):
        return
    passed = idea.score >= context.policy.pass_mark
    text = f"Nilai gabungan {format_number(idea.score)} dari 100; batas lulus {format_number(context.policy.pass_mark)}."
    grounds = Grounds(text, detail={"outcome": "feasible" if passed else "not_feasible"})
    move(session, context, "draft_recommend", actor=actor, grounds=grounds)
    if not passed:
        idea.due_at = end_of_day_in(context.policy.days.recommendation)
        await_role(session, context, "recommend", Role.CHAIR, idea.due_at)


def _drafted(session: Session, context: IdeaContext) -> bool:
    drafted = select(Decision.id).where(Decision.idea_id == context.idea.id, Decision.action == "draft_recommend")
    return session.exec(drafted).first() is not None
