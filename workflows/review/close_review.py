"""Close a review when a quorum of scores is in and none is owed, or the date has come, and draft what the committee may recommend."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from models.ideas import Decision
from models.instants import local_day, now
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from workflows.calculations.score import combine_scores
from workflows.documents.text import format_number
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.deadlines import due_for
from workflows.process.engine import Grounds, permit, take
from workflows.process.guards import is_at_mark, is_overdue
from workflows.process.inbox import InboxChanges
from workflows.process.underway import count_reviewers_left
from workflows.process.visibility import ANSWERING
from workflows.process.ways import IDEA
from workflows.review.assign import ask_by_hand, list_eligible
from workflows.review.score import rubric_of

CLOSE_REVIEW = IDEA.action("close_review")
DRAFT_RECOMMEND = IDEA.action("draft_recommend")
PROLONG = IDEA.action("prolong")

NO_QUORUM = IdeaStage.NO_QUORUM.value  # the outcome is named as the stage


def close_review(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Combine the scores once the policy's quorum is in and none is owed, or the date is past: the idea is shortlisted or below the mark.

    Past the date without a quorum it goes on for as many days as a screening has, and the secretariat is asked for substitutes: once more
    for who is late, and again while somebody is left to be asked. Then the idea goes to the chair without a score: a few decide nothing.
    """
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage != IdeaStage.IN_REVIEW:
        return
    reviews = session.exec(select(Review).where(Review.idea_id == idea_id)).all()
    totals = [review.total for review in reviews if review.state == ReviewState.SCORED and review.total is not None]
    if len(totals) < context.policy.quorum and _is_late(context, reviews):
        until = _find_later_date(session, context, reviews)
        if until is not None:
            _prolong(session, context, reviews, until, actor=actor)
            return
    outcome = _find_outcome(context, reviews, totals)
    if outcome is None:
        return
    permitted = permit(session, context, CLOSE_REVIEW, outcome, actor=actor)
    for review in _owed(reviews):
        review.state = ReviewState.LAPSED
    figures: dict[str, Any] = {"reviews": len(totals), "quorum": context.policy.quorum}
    if outcome != NO_QUORUM:
        combined = combine_scores(rubric_of(context.policy), totals)
        context.idea.score, context.idea.scores_closed_at = combined.score, now()
        figures |= {"score": str(combined.score), "spread": str(combined.spread)}
    take(session, context, permitted, Grounds(detail=figures, rows=tuple(reviews)), actor=actor)


def _find_outcome(context: IdeaContext, reviews: Sequence[Review], totals: Sequence[Decimal]) -> str | None:
    """How the review ends now, where it is not to go on; None before its date while scores are owed."""
    is_late = _is_late(context, reviews)
    if len(totals) < context.policy.quorum:
        return NO_QUORUM if is_late else None
    if not is_late and (_times_left(reviews) or len(totals) < context.policy.reviewers):
        return None
    return "passed" if combine_scores(rubric_of(context.policy), totals).passed else "below_mark"


def _owed(reviews: Sequence[Review]) -> list[Review]:
    return [review for review in reviews if review.state == ReviewState.ASSIGNED]


def _times_left(reviews: Sequence[Review]) -> list[datetime]:
    """Until when those may answer who are not late yet."""
    return [review.due_at for review in _owed(reviews) if review.due_at >= now()]


def _is_late(context: IdeaContext, reviews: Sequence[Review]) -> bool:
    """Whether the review's own date is past, or that of everybody who was asked and did not step back."""
    asked = [review for review in reviews if review.state in ANSWERING]
    return is_overdue(context) or (bool(asked) and all(review.due_at < now() for review in asked))


def _find_later_date(session: Session, context: IdeaContext, reviews: Sequence[Review]) -> datetime | None:
    """Until when a late review goes on: a substitute has time left, who is late may answer once more, or somebody is left to be asked.

    None where nobody may answer any more.
    """
    if times_left := _times_left(reviews):
        return min(times_left)
    is_prolonged = context.idea.due_at is not None and all(each.due_at < context.idea.due_at for each in reviews if each.state in ANSWERING)
    if is_prolonged and not is_overdue(context):
        return context.idea.due_at
    if not list_eligible(session, context) and (is_prolonged or not _owed(reviews)):
        return None
    return due_for(session, context, "screening")


def _prolong(session: Session, context: IdeaContext, reviews: Sequence[Review], until: datetime, *, actor: Actor) -> None:
    """Let a late review go on; nothing is done where it does already.

    Where nobody who was asked has time left the secretariat is asked to assign, as long as the policy allows one more reviewer.
    """
    if until == context.idea.due_at:
        return
    may_add = not _times_left(reviews) and count_reviewers_left(session, context) > 0
    asks = ask_by_hand(session, context, until) if may_add else ()
    permitted = permit(session, context, PROLONG, actor=actor)
    context.idea.due_at = until
    said = {"due_at": until.isoformat(), "until": local_day(until).isoformat()}
    take(session, context, permitted, Grounds(detail=said, recorded=said, inbox=InboxChanges(asks)), actor=actor)


def draft_recommendation(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Leave the chair a draft: feasible at or above the pass mark, not feasible below it, with the figures it rests on."""
    context = read_context(session, idea_id, actor=actor)
    idea = context.idea
    if idea.score is None or idea.stage not in (IdeaStage.SHORTLISTED, IdeaStage.BELOW_MARK) or _is_drafted(session, context):
        return
    text = f"Nilai gabungan {format_number(idea.score)} dari 100; batas nilai {format_number(context.policy.pass_mark)}."
    outcome = "feasible" if is_at_mark(context) else "not_feasible"
    permitted = permit(session, context, DRAFT_RECOMMEND, actor=actor)
    take(
        session,
        context,
        permitted,
        Grounds(text, {"outcome": outcome, "score": str(idea.score), "mark": str(context.policy.pass_mark)}),
        actor=actor,
    )


def _is_drafted(session: Session, context: IdeaContext) -> bool:
    """Whether the present score led to a draft; one of before the idea was reopened is of another."""
    drafted = select(Decision.id).where(Decision.idea_id == context.idea.id, Decision.action == DRAFT_RECOMMEND)
    if context.idea.scores_closed_at is not None:
        drafted = drafted.where(col(Decision.at) >= context.idea.scores_closed_at)
    return session.exec(drafted).first() is not None
