"""Pass a gate that the policy put before a stage's exit: a presentation, a field visit, a hearing."""

from sqlmodel import Session

from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.decide import LONGEST_REASON
from workflows.process.engine import Grounds, permit, take
from workflows.process.refusals import NotFound
from workflows.process.ways import GATE_ACTION
from workflows.process.wording import read_text


def pass_gate(session: Session, idea_id: str, name: str, *, note: str = "", actor: Actor) -> IdeaContext:
    """Mark a gate as passed, with a note for the minutes; the role that the policy names may, and nobody with a part in the idea.

    Raises NotFound for a gate that the policy does not have, Conflict while it is not open or another comes before it.
    """
    context = read_context(session, idea_id, actor=actor)
    if not any(rule.name == name for rule in context.policy.gates):
        raise NotFound("gate_not_found")
    permitted = permit(session, context, GATE_ACTION, name, actor=actor)
    text = read_text("note", note, maximum=LONGEST_REASON)
    take(session, context, permitted, Grounds(text, recorded={"gate": name}), actor=actor)
    return context
