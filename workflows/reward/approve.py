"""Approve or decline a proposed award: four eyes, since whoever proposed it does not approve it."""

from sqlmodel import Session

from models.calls import Call
from models.decrees import DecreeKind
from workflows.process.actors import Actor
from workflows.process.context import AwardContext
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.ways import AWARD
from workflows.region.decrees import NamedDecree, record_decree, write_decree
from workflows.reward.browse import read_award_to_change

APPROVE = AWARD.action("approve")


def approve_award(session: Session, award_id: str, *, decree: NamedDecree, actor: Actor) -> AwardContext:
    """Approve an award under a decree; without one it cannot reach the person's records (SIASN). Raises what `record_decree` raises."""
    context = read_award_to_change(session, award_id, actor=actor)
    session.get(Call, context.award.call_id, with_for_update={"key_share": True})  # two awards at once share the call's ceiling
    permitted = permit(session, context, APPROVE, "approved", actor=actor)
    recorded = record_decree(session, context.about, DecreeKind.AWARD, decree, actor=actor)
    award = context.award
    award.approved_by, award.decree_number, award.decree_on = actor.person_id, recorded.number, recorded.issued_on
    award.decree_sha256 = recorded.sha256
    take(session, context, permitted, Grounds(recorded=write_decree(recorded), rows=(recorded,)), actor=actor)
    return context


def decline_award(session: Session, award_id: str, *, reason: str, actor: Actor) -> AwardContext:
    """Decline a proposed award with a reason; another may be proposed for the idea."""
    context = read_award_to_change(session, award_id, actor=actor)
    permitted = permit(session, context, APPROVE, "declined", actor=actor)
    take(session, context, permitted, Grounds(read_reason(permitted.transition, reason)), actor=actor)
    return context
