"""Take an award back to be decided anew once it no longer holds: its idea has left the stage that earned it, or a recomputation differs."""

from sqlmodel import Session, col, select

from models.awards import Award
from models.stages import AwardStage
from workflows.process.actors import Actor
from workflows.process.context import AwardContext
from workflows.process.earning import find_flaw
from workflows.process.engine import permit, take
from workflows.process.ways import AWARD
from workflows.reward.browse import read_award_to_change

RETURN = AWARD.action("return")

DECIDED = (AwardStage.APPROVED, AwardStage.SCHEDULED)  # a proposed one waits for its decision, and can only be declined


def recheck_award(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Look again at the award of an idea that left a stage; nothing is done where it holds, is not decided or was announced."""
    standing = select(Award.id).where(Award.idea_id == idea_id, col(Award.stage).in_(DECIDED))
    award_id = session.exec(standing).first()
    if award_id is None:
        return
    context = read_award_to_change(session, award_id, actor=actor)
    if context.award.stage in DECIDED and find_flaw(session, context) is not None:
        return_award(session, context, actor=actor)


def return_award(session: Session, context: AwardContext, *, actor: Actor) -> None:
    """Bring an award that does not hold back to its proposal: without decree and hour, and whoever approves awards is asked again."""
    permitted = permit(session, context, RETURN, actor=actor)
    award = context.award
    award.approved_by, award.decree_number, award.decree_on, award.decree_sha256 = None, "", None, None
    award.announce_at = None
    take(session, context, permitted, actor=actor)
