"""How far an idea's review and pilot have come: the scores and measurements that are in, the reviewers who may still be asked, the first
day of a report.
"""

from datetime import date, timedelta

from sqlmodel import Session, col, func, select

from models.ideas import Decision
from models.instants import local_day
from models.pilots import Indicator, Measurement, Pilot
from models.reviews import Review, ReviewState
from workflows.process.context import IdeaContext
from workflows.process.refusals import Conflict, Refusal


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


def find_unmeasured(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal that names the pilot's first indicator without a measurement; None where each has one."""
    read = select(Measurement.id).where(Measurement.indicator_id == Indicator.id)
    missing = select(Indicator.name).join(Pilot, col(Pilot.id) == col(Indicator.pilot_id)).where(Pilot.idea_id == context.idea.id)
    name = session.exec(missing.where(~read.exists()).order_by(col(Indicator.name))).first()
    return None if name is None else Conflict("indicator_unmeasured", indicator=name)


def find_no_reading(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where the pilot has no measurement at all."""
    read = select(Measurement.id).join(Indicator, col(Indicator.id) == col(Measurement.indicator_id))
    found = session.exec(read.join(Pilot, col(Pilot.id) == col(Indicator.pilot_id)).where(Pilot.idea_id == context.idea.id)).first()
    return Conflict("nothing_measured") if found is None else None
