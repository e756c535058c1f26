"""Pass a gate that the policy put before a stage's exit: a presentation, a field visit, a hearing."""

from sqlmodel import Session, select

from models.ideas import Decision, Gate, GateState
from models.instants import now
from models.people import Role
from workflows.process.actors import Actor
from workflows.process.context import has_part, read_context
from workflows.process.engine import settle
from workflows.process.journal import record, release_held
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.process.tables import GATE_ACTION
from workflows.process.wording import read_text


def pass_gate(session: Session, idea_id: str, name: str, *, note: str = "", actor: Actor) -> Gate:
    """Mark a gate as passed, with a note for the minutes; the role that the policy names may, and nobody with a part in the idea."""
    context = read_context(session, idea_id, actor=actor)
    rule = next((rule for rule in context.policy.gates if rule.name == name), None)
    if rule is None:
        raise NotFound("gate_not_found")
    if has_part(context, actor):
        raise Forbidden("conflict_of_interest")
    actor.require(rule.role, *((context.unit_path,) if rule.role == Role.UNIT_HEAD else context.paths))
    gate = session.exec(select(Gate).where(Gate.idea_id == idea_id, Gate.name == name).with_for_update()).first()
    if gate is None or gate.state != GateState.OPEN or context.idea.stage != gate.stage:
        raise Conflict("gate_not_open", gate=name)
    gate.state, gate.passed_by, gate.passed_at = GateState.PASSED, actor.person_id, now()
    text = read_text("note", note, maximum=4_000)
    session.add(Decision(idea_id=idea_id, action=GATE_ACTION, outcome=name, reason=text, actor_id=actor.person_id))
    settle(session, idea_id, task=f"gate:{name}")
    release_held(session, idea_id)
    record(session, f"idea.{GATE_ACTION}", idea_id, actor=actor, idea_id=idea_id, gate=name)
    session.flush()
    return gate
