"""Revoke an award whose facts prove false; its certificates are withdrawn and say so when verified."""

from sqlmodel import Session

from models.instants import now
from workflows.process.actors import Actor
from workflows.process.context import AwardContext
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.ways import AWARD
from workflows.reward.browse import read_award_to_change

REVOKE = AWARD.action("revoke")


def revoke_award(session: Session, award_id: str, *, reason: str, actor: Actor) -> AwardContext:
    """Take back an approved, scheduled or announced award, with the reason; numbers and rows stay."""
    context = read_award_to_change(session, award_id, actor=actor)
    permitted = permit(session, context, REVOKE, actor=actor)
    text = read_reason(permitted.transition, reason)
    context.award.revoked_at, context.award.revoke_reason = now(), text
    take(session, context, permitted, Grounds(text), actor=actor)
    return context
