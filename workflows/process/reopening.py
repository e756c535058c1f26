"""What keeps a rejected idea from being reopened: that it was turned down by the same hand, and a claim about it that is not over."""

from sqlmodel import Session, col, select

from models.claims import OPEN, AdoptionClaim, ClaimState
from models.ideas import Decision
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.refusals import Conflict, Forbidden, Refusal
from workflows.process.ways import IDEA

REOPEN = IDEA.action("reopen")
REJECTING = {(each.action, str(each.outcome)) for each in IDEA.transitions if each.target == IdeaStage.REJECTED}
HOLDING = (*OPEN, ClaimState.UPHELD)  # with a claim in one of these states an idea is not reopened


def find_same_hand(session: Session, context: IdeaContext, actor: Actor) -> Refusal | None:
    """The refusal for whoever turned the idea down last: that circumstances changed is for somebody else to find."""
    decided = select(Decision).where(Decision.idea_id == context.idea.id, col(Decision.action).in_({action for action, _ in REJECTING}))
    newest = session.exec(decided.order_by(col(Decision.at).desc(), col(Decision.id).desc()))
    last = next((each for each in newest if (each.action, each.outcome) in REJECTING), None)
    return Forbidden("rejected_it_oneself") if last is not None and last.actor_id == actor.person_id else None


def find_claimed(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal while somebody may still claim for the idea, or waits for an answer, and once a claim was upheld: it has its credit."""
    held = select(col(AdoptionClaim.state)).where(AdoptionClaim.idea_id == context.idea.id, col(AdoptionClaim.state).in_(HOLDING))
    return None if session.exec(held).first() is None else Conflict("idea_claimed")


def has_open_claim(session: Session, idea_id: str) -> bool:
    """Whether somebody may still claim for an idea, or waits for the answer to a claim: until then it is kept."""
    open_claims = select(AdoptionClaim.id).where(AdoptionClaim.idea_id == idea_id, col(AdoptionClaim.state).in_(OPEN))
    return session.exec(open_claims).first() is not None
