"""Whom an idea asks for the written permission, and when again."""

from sqlmodel import Session, select

from models.people import Role, RoleGrant, is_held
from models.policy import Policy
from models.units import Unit
from workflows.process.context import IdeaContext


def asks_permission(policy: Policy) -> bool:
    """Whether the head of the proposer's unit is asked at all."""
    return policy.permission


def must_be_permitted_again(session: Session, context: IdeaContext) -> bool:
    """Whether a supplement changes what the head permitted: title, budget or team, for which the team agrees again (issue 11).

    A lead who is the head themself permits nothing (`is_lead_head`).
    """
    return bool(context.invited) and asks_permission(context.policy) and not is_lead_head(session, context)


def is_lead_head(session: Session, context: IdeaContext) -> bool:
    """Whether the lead proposer heads the unit of the idea, so that nobody is asked for permission."""
    headed = select(Unit.path).join(RoleGrant).where(RoleGrant.person_id == context.idea.lead_id, RoleGrant.role == Role.UNIT_HEAD)
    return any(context.unit_path.startswith(path) for path in session.exec(headed.where(is_held())))
