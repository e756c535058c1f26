"""Schedule an announcement; a flow announces at the hour, and until then nobody outside the preparation knows."""

from datetime import datetime

from sqlmodel import Session

from models.awards import Award
from models.instants import now
from models.stages import AwardStage
from workflows.process.actors import Actor
from workflows.process.refusals import Invalid
from workflows.reward.steps import find_award, step_award


def schedule_award(session: Session, award_id: str, *, announce_at: datetime, actor: Actor) -> Award:
    """Fix the hour of the announcement, or move it while it has not struck. Raises Invalid for an hour in the past."""
    award, context = find_award(session, award_id, actor=actor)
    step_award(session, award, context, ("schedule", None), actor=actor)
    if announce_at < now():
        raise Invalid("date_in_the_past", "announce_at")
    award.announce_at = announce_at
    session.flush()
    return award


def announce_award(session: Session, award_id: str, *, actor: Actor) -> None:
    """Announce a scheduled award whose hour has struck."""
    award, context = find_award(session, award_id, actor=actor)
    if award.stage != AwardStage.SCHEDULED or award.announce_at is None or award.announce_at > now():
        return
    award.announced_at = now()
    step_award(session, award, context, ("announce", None), actor=actor)
