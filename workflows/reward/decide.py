"""decide_award(): a step of an award's way that takes a reason and nothing else, whatever its action."""

from sqlmodel import Session

from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import AwardContext
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.refusals import NotFound
from workflows.reward.browse import read_award_to_change


def decide_award(session: Session, award_id: str, action: str, outcome: str | None, *, reason: str, actor: Actor) -> AwardContext:
    """Take a plain step of an award's way.

    Raises NotFound for an action that is not plain, Invalid for a reason that is too short, and what `permit` raises.
    """
    if not ways.AWARD.is_plain(action):
        raise NotFound("action_not_found")
    context = read_award_to_change(session, award_id, actor=actor)
    permitted = permit(session, context, action, outcome, actor=actor)
    take(session, context, permitted, Grounds(read_reason(permitted.transition, reason)), actor=actor)
    return context
