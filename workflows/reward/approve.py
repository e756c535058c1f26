"""Approve or decline a proposed award: four eyes, since whoever proposed it does not approve it."""

from datetime import date

from sqlmodel import Session

from models.calls import Call
from workflows.process.actors import Actor
from workflows.process.context import AwardContext
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.wording import read_line
from workflows.reward.browse import read_award


def approve_award(session: Session, award_id: str, *, decree_number: str, decree_on: date, actor: Actor) -> AwardContext:
    """Approve an award under a decree's number and day; without a decree it cannot reach the person's records (SIASN)."""
    context = read_award(session, award_id, actor=actor)
    session.get(Call, context.award.call_id, with_for_update={"key_share": True})  # two awards at once share the call's ceiling
    permitted = permit(session, context, "approve", "approved", actor=actor)
    number = read_line("decree_number", decree_number, maximum=100)
    award = context.award
    award.approved_by, award.decree_number, award.decree_on = actor.person_id, number, decree_on
    recorded = {"decree_number": number, "decree_on": decree_on.isoformat()}
    take(session, context, permitted, Grounds(recorded=recorded), actor=actor)
    return context


def decline_award(session: Session, award_id: str, *, reason: str, actor: Actor) -> AwardContext:
    """Decline a proposed award with a reason; another may be proposed for the idea."""
    context = read_award(session, award_id, actor=actor)
    permitted = permit(session, context, "approve", "declined", actor=actor)
    take(session, context, permitted, Grounds(read_reason(permitted.transition, reason)), actor=actor)
    return context
