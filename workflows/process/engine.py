"""The engine: permit() says whether a step may be taken, take() takes it; one for ideas, awards and documents.

An action reads its context, asks permit() before it changes anything, changes what is its own, and takes the step. Only the engine writes
a stage, a decision, an inbox item or a follow-up job.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, SQLModel, select

from models.clock_rules import OF_GATE
from models.database import append_row
from models.documents import DocumentState
from models.ideas import Decision, Gate, GateState, Idea, Invitation
from models.ids import new_id, new_salt
from models.instants import now
from models.policy import GateRule
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows, write_opening
from workflows.process.attest.found import take_away
from workflows.process.attest.older import list_older
from workflows.process.attest.tables import INVITATION
from workflows.process.context import AwardContext, Context, DocumentContext, IdeaContext
from workflows.process.gates import is_next, list_open_gates
from workflows.process.guards import Question, find_refusal
from workflows.process.inbox import InboxChanges, ask_awaited, ask_gate, change_inbox, find_gate_date, list_invited, settle
from workflows.process.journal import follow_up, record, release_held
from workflows.process.refusals import Conflict, Forbidden
from workflows.process.relations import has_part, may_act, role_for
from workflows.process.sealing import waits_for_end
from workflows.process.ways import GATE_ACTION, JOBS, KEEP_CODE, Kind, Readers, Relation, Transition

DECIDING_UNIT = "deciding_unit"  # in an official's decision: the unit in whose office they decided, whatever becomes of them


class UnknownAction(Exception):
    """The code names an action that no table has: a defect, not a refusal."""


@dataclass(frozen=True)
class Grounds:
    """Why a step is taken: the reason for people, what else the decision says, and what the ledger keeps of it (no name, no number).

    `rows` are what the step wrote beside its subject; the ledger commits to them. `inbox` is what is asked for and settled beside what
    the stages say.
    """

    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    recorded: dict[str, Any] = field(default_factory=dict)
    rows: tuple[SQLModel, ...] = ()
    inbox: InboxChanges = field(default_factory=InboxChanges)


@dataclass(frozen=True)
class Permitted:
    """A step that the engine permitted, to be taken in the same transaction."""

    transition: Transition


def permit(session: Session, context: Context, action: str, outcome: str | None = None, *, actor: Actor) -> Permitted:
    """Whether the actor may take a step now; nothing is changed.

    Raises Forbidden when the actor could never do this here, Conflict when the stage is wrong for it, and a guard's own refusal.
    """
    ever = list_transitions(context, action, outcome)
    if not ever:
        raise UnknownAction(action)
    stage = present_stage(context)
    mine = [transition for transition in ever if may_act(session, context, transition, actor)]
    if not mine:
        raise _forbidden(context, ever, actor)
    for transition in mine:
        if (transition.stage, transition.outcome) == (stage, outcome):
            refusal = find_refusal(session, Question(context, transition, actor))
            if refusal is not None:
                raise refusal
            return Permitted(transition)
    if action == GATE_ACTION:
        raise _gate_not_open(context, outcome)
    raise Conflict("wrong_stage", stage=stage, action=action, outcome=outcome)


def take(session: Session, context: Context, permitted: Permitted, grounds: Grounds | None = None, *, actor: Actor) -> None:
    """Take a permitted step: stage, inbox, decision, ledger entry and follow-up jobs together, flushed.

    A lost race shows here, as a stale version.
    """
    transition, row, grounds = permitted.transition, context.row, grounds or Grounds()
    session.add(row)
    gates: list[Gate] = []
    if transition.stage is not None and not isinstance(context, DocumentContext):
        flag_modified(row, "stage")  # every step raises the version, so that two at once never both hold
    if transition.action == GATE_ACTION:
        gates = _pass_gate(session, context, transition, actor)
    elif transition.stage is None or transition.target:
        gates = _enter(session, context, transition)
    change_inbox(session, context, grounds.inbox)
    invited = list_invited(session, context, grounds.inbox)
    written = [(str(each.__tablename__), each) for each in (row, *grounds.rows, *gates, *(invited or ()))]
    if transition.readers != Readers.NOBODY:
        written += _decide(session, context, transition, grounds, actor)
    idea_id = context.about.idea.id if context.about is not None else context.document.idea_id
    follow_up(session, list_jobs(context, transition), row.id, idea_id)
    kind = _kind(context, transition)
    sets = () if invited is None else (INVITATION,)
    commits = _committed(session, context, kind, written, sets)
    said = {**_recorded(context, grounds), **commits, **write_opening(kind, context.way.name, row)}
    record(session, kind, row.id, actor=actor, idea_id=idea_id, **said)
    session.flush()


def list_jobs(context: Context, transition: Transition) -> tuple[str, ...]:
    """The jobs that follow a step: the table's, and a look at the award where an idea leaves a stage that its policy awards from."""
    leaves = isinstance(context, IdeaContext) and transition.target is not None and transition.stage in context.policy.award_from
    return (*transition.jobs, JOBS["award_may_be_lost"]) if leaves else transition.jobs


def list_transitions(context: Context, action: str, outcome: str | None) -> tuple[Transition, ...]:
    """Every transition of an action: the table's, or that of a gate which the idea's policy adds."""
    if action == GATE_ACTION and isinstance(context, IdeaContext):
        return tuple(gate_transition(rule) for rule in context.policy.gates if rule.name == outcome)
    return context.way.of_action(action)


def gate_transition(rule: GateRule) -> Transition:
    """A gate of a policy as the step that passes it."""
    return Transition(
        stage=rule.stage,
        action=GATE_ACTION,
        outcome=rule.name,
        target=None,
        who=rule.role,
        relation=Relation.SCOPE,
        reason=0,
        has_content=False,
        guards=("gate_open_now",),
        code="",
        jobs=(),
        readers=Readers.ALL,
    )


def present_stage(context: Context) -> str | None:
    """The stage that the subject is in; None for what is only about to begin."""
    state = sa.inspect(context.row)
    if state.transient or state.pending:
        return None
    return context.document.state if isinstance(context, DocumentContext) else context.row.stage


def _gate_not_open(context: Context, outcome: str | None) -> Conflict:
    rules = context.about.policy.gates if context.about is not None else ()
    rule = next(rule for rule in rules if rule.name == outcome)
    return Conflict("gate_not_open", gate=rule.name, label=rule.label, label_en=rule.label_en)


def _forbidden(context: Context, ever: tuple[Transition, ...], actor: Actor) -> Forbidden:
    wanted = next((transition for transition in ever if transition.who is not None), ever[0])
    if wanted.relation == Relation.ASKED:
        return Forbidden("only_asked")
    if context.about is not None and wanted.relation in (Relation.SCOPE, Relation.ASSIGNED) and has_part(context.about, actor):
        return Forbidden("conflict_of_interest")
    return Forbidden(f"only_{role_for(context, wanted) or 'FLOW'}")


def _enter(session: Session, context: Context, transition: Transition) -> list[Gate]:
    """Bring the subject into its stage: settle what was awaited, put up the policy's gates, ask for what is awaited now."""
    begins = transition.stage is None
    if isinstance(context, DocumentContext):
        if not begins:
            context.document.state = DocumentState(str(transition.target))
        return []
    if not begins:
        context.row.stage, context.row.stage_since = str(transition.target), now()
    if isinstance(context, IdeaContext):
        context.idea.due_at = None
        if transition.code != KEEP_CODE:
            context.idea.reason_code = transition.code or None
    invited = isinstance(context, IdeaContext) and bool(context.invited)
    if not begins and (invited or context.way.stages[str(transition.stage)].kind != Kind.DRAFT):  # of a draft nothing else is awaited
        settle(session, context)
    if not begins and invited:  # nobody is asked to join any more
        take_away(session, Invitation, context.row.id)
    if isinstance(context, AwardContext):
        ask_awaited(session, context, transition.action)
        return []
    return _ask_in_stage(session, context, transition)


def _ask_in_stage(session: Session, context: IdeaContext, transition: Transition) -> list[Gate]:
    """Put up the policy's gates and ask for what the stage awaits; in a sealed call the idea waits, and nobody is asked before its end."""
    begins = transition.stage is None
    if not begins and waits_for_end(session, context):
        return []
    gates = [] if begins else _put_up_gates(session, context)
    _ask_or_wait(session, context, transition.action)
    return gates


def _put_up_gates(session: Session, context: IdeaContext) -> list[Gate]:
    """A gate is put up once, when the idea first comes to its stage; what waited for one of the stage before is woken."""
    if not context.policy.gates:
        return []
    release_held(session, context.idea.id)
    known = set(session.exec(select(Gate.name).where(Gate.idea_id == context.idea.id)))
    new = [rule for rule in context.policy.gates if rule.stage == context.idea.stage and rule.name not in known]
    gates = [Gate(idea_id=context.idea.id, name=rule.name, stage=rule.stage) for rule in new]
    session.add_all(gates)
    for rule in new:
        if is_next(rule, new):
            ask_gate(session, context, rule)
    return gates


def _ask_or_wait(session: Session, context: IdeaContext, by: str) -> None:
    """Ask for what the stage awaits, once no gate stands in its way; the gates' own days count until then."""
    stage = context.way.stages[context.idea.stage]
    if context.policy.gates and context.way.waits_for_gates(stage) and list_open_gates(session, context):
        context.idea.due_at = find_gate_date(session, context)
        return
    ask_awaited(session, context, by)


def _pass_gate(session: Session, context: Context, transition: Transition, actor: Actor) -> list[Gate]:
    if not isinstance(context, IdeaContext):
        raise UnknownAction(GATE_ACTION)
    gate = session.exec(select(Gate).where(Gate.idea_id == context.idea.id, Gate.name == transition.outcome).with_for_update()).one()
    gate.state, gate.passed_by, gate.passed_at = GateState.PASSED, actor.person_id, now()
    session.flush()
    settle(session, context, task=OF_GATE + str(transition.outcome))
    still_open = list_open_gates(session, context)
    for rule in still_open:
        if str(transition.outcome) in rule.after and is_next(rule, still_open):
            ask_gate(session, context, rule)
    is_held = context.way.waits_for_gates(context.way.stages[context.idea.stage])
    if still_open and is_held:
        context.idea.due_at = find_gate_date(session, context)
    elif is_held:
        ask_awaited(session, context, transition.action)
    if not still_open:
        release_held(session, context.idea.id)
    return [gate]


def _decide(session: Session, context: Context, transition: Transition, grounds: Grounds, actor: Actor) -> list[tuple[str, Any]]:
    """Write the decision; answers its table and values."""
    if context.about is None:
        return []
    of_award = isinstance(context, AwardContext)
    official = {DECIDING_UNIT: actor.unit_id} if transition.relation == Relation.SCOPE and actor.unit_id else {}
    detail = {**official, **grounds.detail}
    values = {
        "id": new_id(),
        "idea_id": context.about.idea.id,
        "action": f"award_{transition.action}" if of_award else transition.action,
        "outcome": transition.outcome or "",
        "reason": grounds.reason,
        "detail": {"award": context.row.id, **detail} if of_award else detail,
        "actor_id": actor.person_id,
        "flow": actor.flow,
        "at": now(),
        "salt": new_salt(),
    }
    append_row(session, Decision, **values)
    return [("decision", SimpleNamespace(**values))]


def _kind(context: Context, transition: Transition) -> str:
    """The fact's name in the ledger: way, action and outcome; a gate is named in the fact itself."""
    step = ".".join(filter(None, (transition.action, "" if transition.action == GATE_ACTION else transition.outcome)))
    return f"{context.way.name}.{step}"


def _recorded(context: Context, grounds: Grounds) -> dict[str, Any]:
    row = context.row
    if isinstance(row, Idea):
        return {"stage": row.stage, "revision": row.revision, "code": row.reason_code, **grounds.recorded}
    if isinstance(context, AwardContext):
        award = context.award
        announced = {} if award.announced_at is None else {"tier": award.tier, "amount_rupiah": award.amount_rupiah}
        return {"stage": award.stage, **announced, **grounds.recorded}
    return grounds.recorded


def _committed(session: Session, context: Context, kind: str, written: list[tuple[str, Any]], sets: tuple[str, ...]) -> dict[str, Any]:
    """The commitments to what a step wrote, be it that of `sets` nothing is left; the first step since an idea's rows have salts commits to
    all its rows."""
    older = list_older(session, context.about.idea) if context.about is not None else []
    commits = commit_rows(kind, written, older, sets=sets)
    return {"commits": commits} if commits else {}
