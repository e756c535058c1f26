"""Permit an idea: the written permission of the unit's head (izin tertulis)."""

from sqlmodel import Session

from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.decide import decide
from workflows.process.ways import IDEA

PERMIT = IDEA.action("permit")


def permit_idea(session: Session, idea_id: str, *, granted: bool, reason: str = "", actor: Actor) -> IdeaContext:
    """Grant the permission, or refuse it with a reason, which closes the idea; a head over the unit may, never on an own idea."""
    return decide(session, idea_id, PERMIT, "granted" if granted else "refused", reason=reason, actor=actor)
