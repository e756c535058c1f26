"""Permit an idea: the written permission of the unit's head (izin tertulis)."""

from sqlmodel import Session

from models.ideas import Idea
from workflows.actors import Actor
from workflows.moves import Grounds, move
from workflows.standing import find_standing
from workflows.wording import read_text


def permit_idea(session: Session, idea_id: str, *, granted: bool, reason: str = "", actor: Actor) -> Idea:
    """Grant the permission, or refuse it with a reason, which closes the idea; a head over the unit may, never on an own idea."""
    standing = find_standing(session, idea_id, actor=actor)
    text = read_text("reason", reason, maximum=4_000, minimum=0 if granted else 10)
    code = None if granted else "permission_refused"
    move(session, standing, "permit", "granted" if granted else "refused", actor=actor, grounds=Grounds(text, code))
    return standing.idea
