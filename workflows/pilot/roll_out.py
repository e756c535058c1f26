"""Roll out what is in use already: a contest judges running innovations and has no pilot."""

from sqlmodel import Session

from models.policy import Entry
from models.stages import IdeaStage
from workflows.actors import Actor
from workflows.moves import move
from workflows.standing import find_standing


def roll_out_in_use(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Record an adopted innovation of a call for running ones as rolled out; others wait for their pilot."""
    standing = find_standing(session, idea_id, actor=actor)
    if standing.policy.entry == Entry.IN_USE and standing.idea.stage == IdeaStage.DETERMINED:
        move(session, standing, "roll_out", actor=actor)
