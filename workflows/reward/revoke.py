"""Revoke an award whose facts prove false; its certificates are withdrawn and say so when verified."""

from sqlmodel import Session

from models.awards import Award
from models.seams import now
from workflows.actors import Actor
from workflows.moves import Grounds
from workflows.reward.steps import find_award, step_award
from workflows.wording import read_text


def revoke_award(session: Session, award_id: str, *, reason: str, actor: Actor) -> Award:
    """Take back an approved, scheduled or announced award, with the reason; numbers and rows stay."""
    award, standing = find_award(session, award_id, actor=actor)
    text = read_text("reason", reason, maximum=4_000, minimum=10)
    step_award(session, award, standing, ("revoke", None), actor=actor, grounds=Grounds(text))
    award.revoked_at, award.revoke_reason = now(), text
    session.flush()
    return award
