"""How far an idea's review and pilot have come: the scores that are in, the reviewers who may still be asked, the first day of a report."""

from datetime import date, timedelta

from sqlmodel import Session, col, func, select

from models.ideas import Decision
from models.instants import local_day
from models.pilots import Pilot
from models.reviews import Review, ReviewState
from workflows.process.context import IdeaContext


def count_reviewers_left(session: Session, context: IdeaContext) -> int:
    """How many more may be asked since the idea came into review: the policy's reviewers and substitutes, whoever stepped back."""
    asked = (
        select(func.count()).select_from(Review).where(Review.idea_id == context.idea.id, Review.assigned_at >= context.idea.stage_since)
    )
    return context.policy.reviewers + context.policy.substitutes - session.exec(asked).one()


def count_reviews(session: Session, context: IdeaContext, *states: ReviewState) -> int:
    """How many reviews of the idea are in one of these states."""
    count = select(func.count()).select_from(Review).where(Review.idea_id == context.idea.id, col(Review.state).in_(states))
    return session.exec(count).one()


def first_report_day(session: Session, context: IdeaContext) -> date:
    """The region's first day on which a pilot may be concluded: the policy's fewest days after the day on which it truly started."""
    started = select(Decision.at).where(Decision.idea_id == context.idea.id, Decision.action == "start_pilot").order_by(col(Decision.at))
    at = session.exec(started).first()
    planned = select(col(Pilot.starts_on)).where(Pilot.idea_id == context.idea.id)
    first_day: date = session.exec(planned).one() if at is None else local_day(at)  # an old database may not say when it started
    return first_day + timedelta(days=context.policy.pilot.minimum_days)
