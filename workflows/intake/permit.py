"""Permit an idea: the written permission of the unit's head (izin tertulis)."""

from sqlmodel import Session

from models.ideas import Idea
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import Grounds, move
from workflows.process.wording import read_text


def permit_idea(session: Session, idea_id: str, *, granted: bool, reason: str = "", actor: Actor) -> Idea:
    """Grant the permission, or refuse it with a reason, which closes the idea; a head over the unit may, never on an own idea."""
    context = read_context(session, idea_id, actor=actor)
    text = read_text("reason", reason, maximum=4_000, minimum=0 if granted else 10)
    code = None if granted else "permission_refused"
    move(session, context, "permit", "granted" if granted else "refused", actor=actor, grounds=Grounds(text, code))
    return context.idea
