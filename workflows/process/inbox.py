"""The inbox as the engine keeps it: who is asked for what until when, and what is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.clock_rules import OF_GATE
from models.database import append_row, run_plain, table_of
from models.ideas import Invitation
from models.ids import new_id
from models.inbox import InboxItem
from models.instants import now
from models.people import Role
from models.policy import GateRule
from models.waits import Span
from workflows.process import ways
from workflows.process.context import AwardContext, Context, DocumentContext, IdeaContext
from workflows.process.deadlines import due_for, end_of_day
from workflows.process.guards import is_in_policy
from workflows.process.journal import send
from workflows.process.last_notice import CLOSED_UNANSWERED, LAST_NOTICE
from workflows.process.lateness import find_late_job
from workflows.process.passing_up import pass_on
from workflows.process.relations import list_assigned, office_path, role_for
from workflows.process.second_wait import SCREEN, find_second_wait
from workflows.process.ways import Kind, Relation

ITEM_KEY = "item:"  # before an item's id: the key under which somebody is told of it
OF_LEAD = sorted({each.action for each in ways.IDEA.transitions if each.relation == Relation.LEAD})  # what a lead alone may do


@dataclass(frozen=True)
class Ask:
    """An action that a step asks for beside what its stage awaits: until when, of one person or of whoever holds the action's role."""

    action: str
    due_at: datetime | None
    person_id: str | None = None
    own: Span | None = None  # how long it may take, where that is not the policy's whole wait


@dataclass(frozen=True)
class Settled:
    """A task that a step makes needless though the stage stays: of everybody, or of one person."""

    task: str
    person_id: str | None = None


@dataclass(frozen=True)
class NewDate:
    """Until when a team was told that its idea takes, for which tasks by their ids; without any, for what the stage awaits.

    Where it `moves`, that is the task's own date now, told by a last notice.
    """

    until: datetime
    moves: bool = False
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class InboxChanges:
    """What a step changes in the inbox beside what its stage awaits; an action hands it to the engine, which alone writes there.

    `dropped` are people who are of the team no more, and are told so by mail; `invited` all who are asked to join, where that was written
    anew.
    """

    asks: tuple[Ask, ...] = ()
    settled: tuple[Settled, ...] = ()
    dropped: tuple[str, ...] = ()
    invited: tuple[Invitation, ...] | None = None
    heads: tuple[str, ...] = ()  # heads of units who are told that a permission was settled by the rule of its call
    new_date: NewDate | None = None


def ask_awaited(session: Session, context: IdeaContext | AwardContext, by: str) -> None:
    """Ask whom the present stage awaits, until the end of the policy's days; what the policy rules out is not asked for.

    `by` is the action that brought the subject there, or let it wait no more.
    """
    stage = context.way.stages[context.row.stage]
    if stage.kind == Kind.DRAFT:
        return
    leading = [transition for transition in context.way.leaving(stage.name) if transition.action == stage.awaits]
    asked = [transition for transition in leading if is_in_policy(transition, context.about.policy)]
    if asked and asked[0].relation == Relation.ASSIGNED:
        for person_id, until in list_assigned(session, context.about.idea.id, stage.role or Role.REVIEWER):
            until = until if isinstance(until, datetime) else end_of_day(until)
            _ask_person(session, context.about, Ask(stage.awaits, until, person_id))
        return
    own = find_second_wait(session, context.about, by) if stage.awaits == SCREEN else None
    due_at = due_for(session, context.about, stage.days, own) if stage.days and (asked or not stage.awaits) else None
    if isinstance(context, IdeaContext):
        context.idea.due_at = due_at
    if asked:
        _ask(session, context, Ask(stage.awaits, due_at, own=own))


def change_inbox(session: Session, context: Context, changes: InboxChanges) -> None:
    """Tick off what a step settled, ask for what it asks, and have told whom it names; a document is awaited of nobody."""
    for person_id in changes.dropped:
        send(session, ways.JOBS["dropped_from_team"], person_id, idea_id=context.about.idea.id if context.about else None)
    for person_id in changes.heads:
        told = f"silence:{context.row.id}:{person_id}:{now():%Y%m%d%H%M%S}"
        send(session, ways.JOBS["head_was_silent"], person_id, idea_id=context.row.id, once=told)
    for each in changes.settled:
        settle(session, context, task=each.task, person_id=each.person_id)
    for wanted in changes.asks:
        if isinstance(context, IdeaContext) and wanted.person_id is not None:
            _ask_person(session, context, wanted)
        elif not isinstance(context, DocumentContext):
            _ask(session, context, wanted)
    if changes.new_date is not None and isinstance(context, IdeaContext):
        _note_date(session, context, changes.new_date)


def _note_date(session: Session, context: IdeaContext, told: NewDate) -> None:
    """Note with what the idea waits for which date the team was told for it."""
    stage = context.way.stages[context.idea.stage]
    meant = col(InboxItem.id).in_(told.items) if told.items else InboxItem.task == stage.awaits
    for item in session.exec(select(InboxItem).where(InboxItem.idea_id == context.idea.id, meant, col(InboxItem.done_at).is_(None))):
        item.told_until = told.until
        if told.moves:
            item.due_at, item.escalated_at = told.until, None
            item.reminded = [*item.reminded, {"step": LAST_NOTICE, "at": now().isoformat()}]


def _ask(session: Session, context: IdeaContext | AwardContext, wanted: Ask) -> None:
    """Ask for an action whoever may take it: the holders of its role over the office's path; the lead proposer in person."""
    transition = next(each for each in context.way.of_action(wanted.action) if each.who is not None)
    role, days = role_for(context, transition), None if wanted.own is None else wanted.own.amount
    in_person = context.about.idea.lead_id if transition.relation == Relation.LEAD else None
    asked: dict[str, object] = {"task": wanted.action, "role": role, "person_id": in_person, "due_at": wanted.due_at, "working_days": days}
    _append(session, context, asked)


def _ask_person(session: Session, context: IdeaContext, wanted: Ask) -> None:
    """Ask one person, and have them told at once; what is asked of a role waits for the morning's digest.

    Where the stage awaits it of each of several people, the idea is due when its first answer is.
    """
    transition = next(each for each in context.way.of_action(wanted.action) if each.who is not None)
    if context.idea.due_at is None and context.way.stages[context.idea.stage].awaits == wanted.action:
        context.idea.due_at = wanted.due_at
    asked: dict[str, object] = {"task": wanted.action, "role": transition.who, "person_id": wanted.person_id, "due_at": wanted.due_at}
    item_id = _append(session, context, asked)
    send(session, ways.JOBS["asked_in_person"], str(wanted.person_id), idea_id=context.idea.id, once=ITEM_KEY + item_id)


def ask_gate(session: Session, context: IdeaContext, rule: GateRule) -> None:
    """Ask whoever passes a gate, until the end of the gate's days, counted by its clock as those of a stage are."""
    task = OF_GATE + rule.name
    _append(session, context, {"task": task, "role": rule.role, "person_id": None, "due_at": due_for(session, context, task)})


def find_gate_date(session: Session, context: IdeaContext) -> datetime | None:
    """The date of an idea whose stage waits for gates: the last of those of the gates that are asked for at present.

    None where a job follows once the stage itself is late (a supplement or a deferral expires): that waits for the gates, as nobody was
    asked yet.
    """
    if find_late_job(context.way, context.policy, context.way.stages[context.idea.stage]):
        return None
    open_gates = (InboxItem.idea_id == context.idea.id, col(InboxItem.task).startswith(OF_GATE), col(InboxItem.done_at).is_(None))
    return session.exec(select(sa.func.max(col(InboxItem.due_at))).where(*open_gates)).one()


def _append(session: Session, context: IdeaContext | AwardContext, asked: dict[str, object]) -> str:
    path = "" if asked["person_id"] else office_path(context, Role(str(asked["role"])))
    award_id = context.award.id if isinstance(context, AwardContext) else None
    item_id = new_id()
    is_reminded = asked["task"] in CLOSED_UNANSWERED or any(rule.remind for rule in context.about.policy.clocks)
    asked |= {"remind_at": now()} if is_reminded else {}  # the clock counts the steps of it
    append_row(session, InboxItem, id=item_id, idea_id=context.about.idea.id, award_id=award_id, unit_path=path, **asked)
    return item_id


_ITEM = table_of(InboxItem)
_OPEN_ITEM = _ITEM.c.done_at.is_(None)
_SETTLE = sa.update(_ITEM).where(_OPEN_ITEM).values(done_at=sa.bindparam("at"))


def settle(session: Session, context: Context, *, task: str | None = None, person_id: str | None = None) -> None:
    """Tick off what was awaited of an idea (not of its awards) or of an award: all of it, or one task, or one person's."""
    if isinstance(context, AwardContext):
        update = _SETTLE.where(_ITEM.c.award_id == context.award.id)
    else:
        update = _SETTLE.where(_ITEM.c.idea_id == context.row.id, _ITEM.c.award_id.is_(None))
    if task is not None:
        update = update.where(_ITEM.c.task == task)
    if person_id is not None:
        update = update.where(_ITEM.c.person_id == person_id)
    run_plain(session, update, {"at": now()})


def list_invited(session: Session, context: Context, changes: InboxChanges) -> Sequence[Invitation] | None:
    """Everybody who is asked to join an idea's team after a step; None where nobody was, before it or since."""
    if changes.invited is not None or not isinstance(context, IdeaContext) or not context.invited:
        return changes.invited
    session.flush()
    asked = select(Invitation).where(Invitation.idea_id == context.idea.id)
    return session.exec(asked.order_by(col(Invitation.position), col(Invitation.id))).all()


def hand_on(session: Session, context: IdeaContext, former_id: str) -> None:
    """Ask an idea's lead for what was asked of the one before as its lead: since the same instant, until the same day."""
    of_former = (_ITEM.c.idea_id == context.idea.id, _ITEM.c.award_id.is_(None), _ITEM.c.person_id == former_id)
    handed = sa.update(_ITEM).where(_OPEN_ITEM, *of_former, _ITEM.c.task.in_(OF_LEAD)).values(person_id=context.idea.lead_id)
    run_plain(session, handed)


def is_asked(session: Session, context: IdeaContext, action: str) -> bool:
    """Whether an action of the idea is awaited at present."""
    open_item = select(InboxItem.id).where(InboxItem.idea_id == context.idea.id, InboxItem.task == action, col(InboxItem.done_at).is_(None))
    return session.exec(open_item).first() is not None


def find_overdue(session: Session, limit: int) -> list[InboxItem]:
    """Open items whose date is past and that nobody was told of, which count as told now; and those that are passed on once more.

    Where a silent office is passed up, the item is from now on asked of somebody above; and of somebody else again as soon as nobody
    is left who holds the office asked and may take the step.
    """
    late = select(InboxItem).where(col(InboxItem.done_at).is_(None), col(InboxItem.escalated_at).is_(None), col(InboxItem.due_at) < now())
    items = list(session.exec(late.order_by(col(InboxItem.due_at)).limit(limit)))
    passed_on = pass_on(session, items)
    for item in items:
        if item.due_at is not None and item.due_at < now():  # whoever was asked above has days of their own
            item.escalated_at = now()
    return [*items, *passed_on]
