"""Schedule an announcement; a flow announces at the hour, and until then nobody outside the preparation knows."""

from datetime import datetime

from sqlmodel import Session

from models.instants import now
from models.stages import AwardStage
from workflows.process.actors import Actor
from workflows.process.context import AwardContext
from workflows.process.earning import find_flaw
from workflows.process.engine import permit, take
from workflows.process.refusals import Invalid
from workflows.process.ways import AWARD
from workflows.reward.browse import read_award_to_change
from workflows.reward.recheck import return_award

ANNOUNCE = AWARD.action("announce")
SCHEDULE = AWARD.action("schedule")


def schedule_award(session: Session, award_id: str, *, announce_at: datetime, actor: Actor) -> AwardContext:
    """Fix the hour of the announcement, or move it while it has not struck. Raises Invalid for an hour in the past."""
    context = read_award_to_change(session, award_id, actor=actor)
    permitted = permit(session, context, SCHEDULE, actor=actor)
    if announce_at < now():
        raise Invalid("date_in_the_past", "announce_at")
    context.award.announce_at = announce_at
    take(session, context, permitted, actor=actor)
    return context


def announce_award(session: Session, award_id: str, *, actor: Actor) -> None:
    """Announce a scheduled award whose hour has struck; one that no longer holds goes back to whoever approves awards."""
    context = read_award_to_change(session, award_id, actor=actor)
    award = context.award
    if award.stage != AwardStage.SCHEDULED or award.announce_at is None or award.announce_at > now():
        return
    if find_flaw(session, context) is not None:
        return_award(session, context, actor=actor)
        return
    permitted = permit(session, context, ANNOUNCE, actor=actor)
    award.announced_at = now()
    take(session, context, permitted, actor=actor)
