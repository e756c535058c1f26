"""Approve or decline a proposed award: four eyes, since whoever proposed it does not approve it."""

from datetime import date

from sqlmodel import Session

from models.awards import Award
from models.instants import now
from workflows.process.actors import Actor
from workflows.process.engine import Grounds
from workflows.process.refusals import Forbidden
from workflows.process.wording import read_line, read_text
from workflows.reward.steps import find_award, step_award


def approve_award(session: Session, award_id: str, *, decree_number: str, decree_on: date, actor: Actor) -> Award:
    """Approve an award under a decree's number and day; without a decree it cannot reach the person's records (SIASN)."""
    award, context = find_award(session, award_id, actor=actor)
    number = read_line("decree_number", decree_number, maximum=100)
    step_award(session, award, context, ("approve", "approved"), actor=actor)
    _refuse_own_proposal(award, actor)
    award.approved_by, award.decree_number, award.decree_on = actor.person_id, number, decree_on
    session.flush()
    return award


def decline_award(session: Session, award_id: str, *, reason: str, actor: Actor) -> Award:
    """Decline a proposed award with a reason."""
    award, context = find_award(session, award_id, actor=actor)
    text = read_text("reason", reason, maximum=4_000, minimum=10)
    step_award(session, award, context, ("approve", "declined"), actor=actor, grounds=Grounds(text))
    _refuse_own_proposal(award, actor)
    award.revoked_at, award.revoke_reason = now(), text
    session.flush()
    return award


def _refuse_own_proposal(award: Award, actor: Actor) -> None:
    if award.proposed_by is not None and award.proposed_by == actor.person_id:
        raise Forbidden("own_proposal")
