"""Route what was submitted, put what was sealed before its office, and close what was never completed: nobody must decide this."""

from sqlmodel import Session, select

from models.ideas import Decision
from models.instants import local_day
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import Grounds, permit, take
from workflows.process.guards import is_overdue
from workflows.process.inbox import InboxChanges, NewDate
from workflows.process.last_notice import find_missed_notice, find_next_last_day
from workflows.process.permission import asks_permission, is_lead_head
from workflows.process.sealing import HELD, UNSEAL
from workflows.process.ways import IDEA

EXPIRE = IDEA.action("expire")
POSTPONE = IDEA.action("postpone")
ROUTE = IDEA.action("route")


def route_idea(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Send a submitted idea to its unit's head, or past them when the policy asks for no permission or the lead is the head."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage != IdeaStage.SUBMITTED:
        return
    needed = asks_permission(context.policy) and not is_lead_head(session, context)
    permitted = permit(session, context, ROUTE, "permission" if needed else "screening", actor=actor)
    take(session, context, permitted, actor=actor)


def unseal_idea(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Put an idea that waited in a sealed call before the office of its stage, whose days begin now; done once."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage not in HELD or context.call.is_sealed or _is_unsealed(session, idea_id):
        return
    take(session, context, permit(session, context, UNSEAL, actor=actor), actor=actor)


def _is_unsealed(session: Session, idea_id: str) -> bool:
    before = select(Decision.id).where(Decision.idea_id == idea_id, Decision.action == UNSEAL)
    return session.exec(before.limit(1)).first() is not None


def expire_supplement(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Close an idea whose completion was due and never came; where no last notice was given in time, give it with another last day."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage != IdeaStage.SUPPLEMENT_ASKED or not is_overdue(context):
        return
    if find_missed_notice(session, context) is None:
        take(session, context, permit(session, context, EXPIRE, actor=actor), actor=actor)
        return
    permitted, until = permit(session, context, POSTPONE, actor=actor), find_next_last_day(session)
    said = {"until": local_day(until).isoformat()}
    if context.idea.due_at is not None:
        said["due_on"] = local_day(context.idea.due_at).isoformat()
    context.idea.due_at = until
    told = InboxChanges(new_date=NewDate(until, moves=True))
    take(session, context, permitted, Grounds(detail=said, recorded=said, inbox=told), actor=actor)
