"""Roll out what is in use already: a contest judges running innovations and has no pilot."""

from sqlmodel import Session

from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import permit, take
from workflows.process.guards import has_no_pilot
from workflows.process.ways import IDEA

ROLL_OUT = IDEA.action("roll_out")


def roll_out_in_use(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Record an adopted innovation of a call for running ones as rolled out; others wait for their pilot."""
    context = read_context(session, idea_id, actor=actor)
    if has_no_pilot(context.policy) and context.idea.stage == IdeaStage.DETERMINED:
        take(session, context, permit(session, context, ROLL_OUT, actor=actor), actor=actor)
