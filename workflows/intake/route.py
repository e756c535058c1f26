"""Route what was submitted, and close what was never completed: nobody must decide this."""

from sqlmodel import Session, select

from models.people import Role, RoleGrant
from models.seams import now
from models.stages import IdeaStage
from models.units import Unit
from workflows.actors import Actor
from workflows.moves import Grounds, move
from workflows.standing import Standing, find_standing


def route_idea(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Send a submitted idea to its unit's head, or past them when the policy asks for no permission or the lead is the head."""
    standing = find_standing(session, idea_id, actor=actor)
    if standing.idea.stage != IdeaStage.SUBMITTED:
        return
    needed = standing.policy.permission and not _lead_is_head(session, standing)
    move(session, standing, "route", "permission" if needed else "screening", actor=actor)


def expire_supplement(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Close an idea whose completion was due and never came."""
    standing = find_standing(session, idea_id, actor=actor)
    idea = standing.idea
    if idea.stage == IdeaStage.SUPPLEMENT_ASKED and idea.due_at is not None and idea.due_at < now():
        move(session, standing, "expire", actor=actor, grounds=Grounds(code="supplement_unanswered"))


def _lead_is_head(session: Session, standing: Standing) -> bool:
    headed = select(Unit.path).join(RoleGrant).where(RoleGrant.person_id == standing.idea.lead_id, RoleGrant.role == Role.UNIT_HEAD)
    paths = session.exec(headed)
    return any(standing.unit_path.startswith(path) for path in paths)
