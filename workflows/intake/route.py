"""Route what was submitted, and close what was never completed: nobody must decide this."""

from sqlmodel import Session

from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import permit, take
from workflows.process.guards import is_overdue
from workflows.process.permission import asks_permission, is_lead_head
from workflows.process.ways import IDEA

EXPIRE = IDEA.action("expire")
ROUTE = IDEA.action("route")


def route_idea(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Send a submitted idea to its unit's head, or past them when the policy asks for no permission or the lead is the head."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage != IdeaStage.SUBMITTED:
        return
    needed = asks_permission(context.policy) and not is_lead_head(session, context)
    permitted = permit(session, context, ROUTE, "permission" if needed else "screening", actor=actor)
    take(session, context, permitted, actor=actor)


def expire_supplement(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Close an idea whose completion was due and never came."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage == IdeaStage.SUPPLEMENT_ASKED and is_overdue(context):
        take(session, context, permit(session, context, EXPIRE, actor=actor), actor=actor)
