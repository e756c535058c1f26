"""move(): one permitted step of an idea: stage, decision, inbox and fact together."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.database import append_row, run_plain, table_of
from models.ideas import Decision, Gate, GateState
from models.inbox import InboxItem
from models.instants import now, region_zone
from models.people import Role
from models.policy import Entry
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, permitted_transition
from workflows.process.journal import record
from workflows.process.refusals import Conflict
from workflows.process.tables import IDEA_TRANSITIONS, Transition

# stage -> what is awaited there: (action, who is asked, which of the policy's days it may take)
AWAITED: dict[IdeaStage, tuple[str, Role, str]] = {
    IdeaStage.AWAITING_PERMISSION: ("permit", Role.UNIT_HEAD, "permission"),
    IdeaStage.SCREENING: ("screen", Role.SECRETARIAT, "screening"),
    IdeaStage.SUPPLEMENT_ASKED: ("supplement", Role.PROPOSER, "supplement"),
    IdeaStage.SHORTLISTED: ("recommend", Role.CHAIR, "recommendation"),
    IdeaStage.RECOMMENDED: ("determine", Role.LEADER, "determination"),
    IdeaStage.DEFERRED: ("resume", Role.SECRETARIAT, "deferral"),
    IdeaStage.DETERMINED: ("plan_pilot", Role.SECRETARIAT, "pilot_plan"),
    IdeaStage.PILOT_REPORTED: ("verify", Role.VERIFIER, "verdict"),
}


@dataclass(frozen=True)
class Grounds:
    """Why a step is taken: free text for people, a code for statistics, and what else the decision says."""

    reason: str = ""
    code: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def move(
    session: Session, context: IdeaContext, action: str, outcome: str | None = None, *, actor: Actor, grounds: Grounds | None = None
) -> Transition:
    """Take one step of the idea's way, or refuse.

    Raises Forbidden, Conflict (wrong stage, open gate); a lost race shows when the transaction is flushed.
    """
    idea, grounds = context.idea, grounds or Grounds()
    transition = permitted_transition(session, context, IDEA_TRANSITIONS, (idea.stage, action, outcome), actor=actor)
    if transition.target and idea.stage != IdeaStage.DRAFT and action not in ("withdraw", "expire"):
        refuse_open_gates(session, context)
    if transition.target:
        enter(session, context, IdeaStage(transition.target), code=grounds.code)
    else:
        sa.orm.attributes.flag_modified(idea, "stage")  # every step raises the version, so that two at once never both hold
    written = {"reason": grounds.reason, "detail": grounds.detail, "actor_id": actor.person_id, "flow": actor.flow}
    append_row(session, Decision, idea_id=idea.id, action=action, outcome=outcome or "", **written)
    kind = f"idea.{action}.{outcome}" if outcome else f"idea.{action}"
    record(session, kind, idea.id, actor=actor, idea_id=idea.id, stage=idea.stage, revision=idea.revision, code=grounds.code)
    session.flush()
    return transition


def enter(session: Session, context: IdeaContext, stage: IdeaStage, *, code: str | None = None) -> None:
    """Bring an idea into a stage: settle what was awaited, ask for what is awaited now, put up the policy's gates."""
    idea = context.idea
    if idea.stage != IdeaStage.DRAFT:  # of a draft nothing is awaited
        settle(session, idea.id)
    idea.stage, idea.stage_since, idea.reason_code, idea.due_at = stage, now(), code, None
    for rule in context.policy.gates:
        if rule.stage == stage and session.exec(select(Gate).where(Gate.idea_id == idea.id, Gate.name == rule.name)).first() is None:
            session.add(Gate(idea_id=idea.id, name=rule.name, stage=stage))
            await_role(session, context, f"gate:{rule.name}", rule.role, end_of_day_in(rule.days))
    if stage == IdeaStage.REJECTED:
        idea.due_at = end_of_day_in(context.policy.days.retention)
    if stage in AWAITED and not (stage == IdeaStage.DETERMINED and context.policy.entry == Entry.IN_USE):
        action, role, days = AWAITED[stage]
        idea.due_at = end_of_day_in(getattr(context.policy.days, days))
        await_role(session, context, action, context.policy.movers.get(action, role), idea.due_at)


def await_role(session: Session, context: IdeaContext, task: str, role: Role, due_at: datetime | None) -> None:
    """Ask whoever holds a role over the idea (a unit head) or its call (the committee); the proposer is asked in person."""
    person_id = context.idea.lead_id if role == Role.PROPOSER else None
    path = context.unit_path if role == Role.UNIT_HEAD else context.call_path
    append_row(session, InboxItem, task=task, role=role, unit_path=path, person_id=person_id, idea_id=context.idea.id, due_at=due_at)


def await_person(session: Session, context: IdeaContext, asked: tuple[str, Role], person_id: str, due_at: datetime) -> None:
    """Ask one person for a task, in a role."""
    append_row(session, InboxItem, task=asked[0], role=asked[1], person_id=person_id, idea_id=context.idea.id, due_at=due_at)


_ITEM = table_of(InboxItem)
_SETTLE = (
    sa.update(_ITEM)
    .where(_ITEM.c.idea_id == sa.bindparam("settled"), _ITEM.c.done_at.is_(None), _ITEM.c.award_id.is_(None))
    .values(done_at=sa.bindparam("at"))
)


def settle(session: Session, idea_id: str, *, task: str | None = None, person_id: str | None = None) -> None:
    """Tick off what was awaited of an idea: all of it, or one task, or one person's."""
    update = _SETTLE
    if task is not None:
        update = update.where(_ITEM.c.task == task)
    if person_id is not None:
        update = update.where(_ITEM.c.person_id == person_id)
    run_plain(session, update, {"settled": idea_id, "at": now()})


_OPEN_GATE = sa.select(col(Gate.name)).where(
    col(Gate.idea_id) == sa.bindparam("idea_id"), col(Gate.stage) == sa.bindparam("stage"), col(Gate.state) == GateState.OPEN
)


def refuse_open_gates(session: Session, context: IdeaContext) -> None:
    """Raise Conflict while a gate of the present stage is open."""
    name = session.execute(_OPEN_GATE, {"idea_id": context.idea.id, "stage": context.idea.stage}).scalar()
    if name is not None:
        raise Conflict("gate_open", gate=name)


def end_of_day_in(days: int) -> datetime:
    """The last second of the region's day that lies `days` calendar days ahead."""
    local = now().astimezone(region_zone()) + timedelta(days=days)
    return local.replace(hour=23, minute=59, second=59, microsecond=0)
