"""Route what was submitted, and close what was never completed: nobody must decide this."""

from sqlmodel import Session, select

from models.people import Role, RoleGrant, is_held
from models.stages import IdeaStage
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.engine import permit, take
from workflows.process.guards import asks_permission, is_overdue


def route_idea(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Send a submitted idea to its unit's head, or past them when the policy asks for no permission or the lead is the head."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage != IdeaStage.SUBMITTED:
        return
    needed = asks_permission(context.policy) and not _lead_is_head(session, context)
    permitted = permit(session, context, "route", "permission" if needed else "screening", actor=actor)
    take(session, context, permitted, actor=actor)


def expire_supplement(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Close an idea whose completion was due and never came."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage == IdeaStage.SUPPLEMENT_ASKED and is_overdue(context):
        take(session, context, permit(session, context, "expire", actor=actor), actor=actor)


def _lead_is_head(session: Session, context: IdeaContext) -> bool:
    headed = select(Unit.path).join(RoleGrant).where(RoleGrant.person_id == context.idea.lead_id, RoleGrant.role == Role.UNIT_HEAD)
    paths = session.exec(headed.where(is_held()))
    return any(context.unit_path.startswith(path) for path in paths)
