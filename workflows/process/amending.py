"""What an amendment moves of ideas under way: the policy that each is held to, and every open date that counts by it; all in one step.

Beside the engine, as no stage changes and no single idea is decided on: the step is the policy's, and each idea's history tells of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.awards import Award
from models.calls import Call, PolicyVersion
from models.clock_rules import OF_GATE
from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import local_day, now
from models.policy import Policy
from models.reviews import Review, ReviewState
from models.waits import Wait, find_added
from workflows.calculations.calendar import WorkingCalendar
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.context import read_policy, read_policy_of
from workflows.process.deadlines import count_on, due_from, end_of_day, read_calendar
from workflows.process.moving import AMEND, DateMove, DateStep, Move, set_dates, write_history
from workflows.process.waits import AGREE, UNTIL_CALL_ENDS, find_wait_name
from workflows.process.ways import Kind, Reached


def list_moves(session: Session, call: Call, line: Sequence[PolicyVersion], policy: Policy, *, lock: bool = False) -> list[Move]:
    """What a policy in the place of a line's versions changes for each idea under way that is held to one of them, the eldest first.

    With `lock` the ideas and what is asked about them are kept from others until the transaction ends.
    """
    held = (Idea.call_id == call.id, col(Idea.policy_id).in_([each.id for each in line]), is_under_way())
    query, theirs = select(Idea).where(*held).order_by(col(Idea.created_at), col(Idea.id)), select(Idea.id).where(*held)
    ideas = session.exec(query.with_for_update().execution_options(populate_existing=True) if lock else query).all()
    before = {each.id: _list_added(read_policy(each), policy) for each in line}
    calendar = read_calendar(session)
    moves = {idea.id: Move(idea, _move_idea(idea, before[idea.policy_id], calendar)) for idea in ideas}
    open_items = select(InboxItem).where(col(InboxItem.idea_id).in_(theirs), col(InboxItem.done_at).is_(None))
    for item in session.exec(open_items.order_by(col(InboxItem.id))):
        move = moves.get(item.idea_id)
        if move is not None and item.task.startswith(OF_GATE) and ways.IDEA.waits_for_gates(ways.IDEA.stages[move.idea.stage]):
            move.due_at = move.idea.due_at  # it is the gate's date, which no amendment moves
        if move is not None and (due_at := _move_item(item, move, before[move.idea.policy_id], calendar)) is not None:
            until = min(due_at, move.due_at or call.closes_at) if item.task in UNTIL_CALL_ENDS else due_at
            if item.due_at is not None and until > item.due_at:
                move.tasks.append(DateMove(item, until))
    owed = select(Review).where(col(Review.idea_id).in_(theirs), Review.state == ReviewState.ASSIGNED)
    for review in session.exec(owed.order_by(col(Review.id))):
        move = moves.get(review.idea_id)
        if move is not None and (added := before[move.idea.policy_id].get(ways.IDEA.stages[move.idea.stage].days)):
            move.reviews.append((review, _later(review.due_at, added, calendar)))
    return list(moves.values())


def carry_out(session: Session, version: PolicyVersion, moves: Sequence[Move], detail: Mapping[str, Any], *, actor: Actor) -> None:
    """Hold each idea to a version that was signed just now: its dates, its history and the ledger's entry about it; flushed.

    `detail` says for people what the version changes. A lost race on any idea shows here, as a stale version.
    """
    for move in moves:
        move.idea.policy_id = version.id
    set_dates(session, moves)
    step = DateStep(AMEND, version.reason or "", lambda _move: dict(detail), {"policy": version.number})
    write_history(session, moves, step, actor=actor)


def move_agreements(session: Session, call: Call, before: datetime) -> None:
    """Let those who are asked to join the team of a draft answer until the call's new end, where its former end cut their days off."""
    asked = (
        select(InboxItem, Idea)
        .join(Idea, col(Idea.id) == col(InboxItem.idea_id))
        .where(Idea.call_id == call.id, col(Idea.stage).in_(ways.IDEA.list_stages(Kind.DRAFT)))
        .where(InboxItem.task == AGREE, col(InboxItem.done_at).is_(None), InboxItem.due_at == before)
    )
    for item, idea in session.exec(asked):
        whole = due_from(session, local_day(item.created_at), read_policy_of(session, idea).days.agreement)
        item.due_at = min(whole, call.closes_at)
        if item.due_at > now():
            item.escalated_at = None


def is_under_way() -> sa.ColumnElement[bool]:
    """The condition on ideas to which something may still happen: not at an end, or with an award that is open or may still be proposed."""
    ended, open_awards = ways.IDEA.list_stages(Kind.END), ways.AWARD.list_stages(Kind.OPEN)
    awards = sa.select(col(Award.id)).where(col(Award.idea_id) == col(Idea.id))
    may_earn = col(Idea.stage).in_(ways.IDEA.list_reached(Reached.VERIFIED)) & ~awards.exists()
    return col(Idea.stage).not_in(ended) | awards.where(col(Award.stage).in_(open_awards)).exists() | may_earn


def count_by_stage(moves: Sequence[Move]) -> dict[str, int]:
    """How many ideas an amendment touches in each stage, in the table's order."""
    counts = Counter(move.idea.stage for move in moves)
    return {stage: counts[stage] for stage in ways.IDEA.stages if stage in counts}


def _list_added(before: Policy, after: Policy) -> dict[str, Wait]:
    """By the name of a wait, how much is added to it."""
    names = {*type(after.days).model_fields, *(after.days.model_extra or {})}
    return {name: added for name in names if (added := find_added(before.days.get(name), after.days.get(name))) is not None}


def _move_idea(idea: Idea, added: Mapping[str, Wait], calendar: WorkingCalendar) -> datetime | None:
    wait = added.get(ways.IDEA.stages[idea.stage].days)
    return _later(idea.due_at, wait, calendar) if idea.due_at is not None and wait else idea.due_at


def _move_item(item: InboxItem, move: Move, added: Mapping[str, Wait], calendar: WorkingCalendar) -> datetime | None:
    """The later date of a task; None where it stays."""
    wait = added.get(find_wait_name(item, move.idea.stage))
    return _later(item.due_at, wait, calendar) if item.due_at is not None and wait else None


def _later(due_at: datetime, added: Wait, calendar: WorkingCalendar) -> datetime:
    return end_of_day(count_on(local_day(due_at), added, calendar))
