"""Revoke an award whose facts prove false; its certificates are withdrawn and say so when verified."""

from sqlmodel import Session

from models.awards import Award
from models.instants import now
from workflows.process.actors import Actor
from workflows.process.engine import Grounds
from workflows.process.wording import read_text
from workflows.reward.steps import find_award, step_award


def revoke_award(session: Session, award_id: str, *, reason: str, actor: Actor) -> Award:
    """Take back an approved, scheduled or announced award, with the reason; numbers and rows stay."""
    award, context = find_award(session, award_id, actor=actor)
    text = read_text("reason", reason, maximum=4_000, minimum=10)
    step_award(session, award, context, ("revoke", None), actor=actor, grounds=Grounds(text))
    award.revoked_at, award.revoke_reason = now(), text
    session.flush()
    return award
