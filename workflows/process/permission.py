"""Whom an idea asks for the written permission, when again, and what its team must have answered before."""

from sqlmodel import Session, col, select

from models.ideas import Decision
from models.merges import IdeaMerge
from models.people import HeadCapacity, Role, RoleGrant, is_held
from models.policy import Policy
from models.units import Unit
from workflows.process.context import IdeaContext
from workflows.process.refusals import Conflict, Refusal
from workflows.process.ways import IDEA

PERMIT = IDEA.action("permit")
GRANTING = (PERMIT, IDEA.action("expire"))  # by a head's word, or by what the call says of their silence


def asks_permission(policy: Policy) -> bool:
    """Whether the head of the proposer's unit is asked at all."""
    return policy.permission


def must_be_permitted_again(session: Session, context: IdeaContext) -> bool:
    """Whether a completed idea is no more what the head permitted: title, budget or team, for which the team agrees again (issue 11), or
    the team, since another idea has joined.

    A lead who is the head themself permits nothing (`is_lead_head`).
    """
    if not needs_permission(session, context):
        return False
    return bool(context.invited) or has_unpermitted_merge(session, context)


def needs_permission(session: Session, context: IdeaContext) -> bool:
    """Whether a head is asked for this idea: the policy asks one, and the lead is not the head themself."""
    return asks_permission(context.policy) and not is_lead_head(session, context)


def has_unpermitted_merge(session: Session, context: IdeaContext) -> bool:
    """Whether the team is none that a head permitted, or by their silence let through: since they last did, an idea has joined with people
    of its own, or was let go from a team that they had not seen without it.
    """
    granted = select(Decision.at).where(
        Decision.idea_id == context.idea.id, col(Decision.action).in_(GRANTING), Decision.outcome == "granted"
    )
    last = session.exec(granted.order_by(col(Decision.at).desc()).limit(1)).first()
    merges = select(IdeaMerge).where(IdeaMerge.into_id == context.idea.id, col(IdeaMerge.is_done)).order_by(col(IdeaMerge.undone_at))
    changing = [row for row in session.exec(merges) if row.team["before"] != row.team["after"]]
    since = [row for row in changing if last is None or (row.undone_at or row.settled_at or last) > last]
    left = [row for row in since if row.undone_at is not None]
    return len(left) < len(since) or (bool(left) and not left[-1].was_permitted)


def is_lead_head(session: Session, context: IdeaContext) -> bool:
    """Whether the lead proposer heads the unit of the idea, so that nobody is asked for permission.

    Whoever heads it in somebody's place is asked for one: nobody becomes a head for a day to need none.
    """
    headed = select(Unit.path).join(RoleGrant).where(RoleGrant.person_id == context.idea.lead_id, RoleGrant.role == Role.UNIT_HEAD)
    headed = headed.where(RoleGrant.capacity == HeadCapacity.REGULAR)
    return any(context.unit_path.startswith(path) for path in session.exec(headed.where(is_held())))


def find_waiting(context: IdeaContext) -> Refusal | None:
    """The refusal where somebody who was asked to join has not answered."""
    waiting = len(context.unanswered)
    return Conflict("team_unanswered", waiting=waiting) if waiting else None


def find_nobody_to_leave_out(context: IdeaContext) -> Refusal | None:
    """The refusal where nobody is waited for who may be left out."""
    return None if context.left_out else Conflict("team_answered")


def find_change(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where the head must see again what was changed."""
    return Conflict("permission_needed_again") if must_be_permitted_again(session, context) else None


def find_no_change(session: Session, context: IdeaContext) -> Refusal | None:
    """The refusal where nothing was changed that the head must see."""
    return None if must_be_permitted_again(session, context) else Conflict("permission_stands")
