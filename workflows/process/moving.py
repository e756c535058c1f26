"""Open dates of ideas under way that become later, many in one step: set, and told in each idea's history and in the ledger.

Beside the engine, as no stage changes and no single idea is decided on: an amendment of the policy moves them, or a day that became free.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlmodel import Session

from models.database import append_rows
from models.ideas import Decision, Idea
from models.ids import new_id, new_salt
from models.inbox import InboxItem
from models.instants import now
from models.reviews import Review
from workflows.process import ways
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.attest.older import list_older
from workflows.process.journal import record_each

AMEND, RECOUNT = "amend", "recount"  # the steps that move dates, in an idea's history and in the ledger


@dataclass(frozen=True)
class DateMove:
    """A task's open date before and after."""

    item: InboxItem
    due_at: datetime


@dataclass
class Move:
    """What changes for one idea: its own date, the tasks that wait for people and the reviews that are owed."""

    idea: Idea
    due_at: datetime | None
    tasks: list[DateMove] = field(default_factory=list)
    reviews: list[tuple[Review, datetime]] = field(default_factory=list)
    stopped_by: list[dict[str, str]] = field(default_factory=list)  # the pauses by which dates become later, as history tells of them

    @property
    def tasks_of_idea(self) -> int:
        """How many tasks move, those about an award left out: whoever reads of the step may not know of one before its hour."""
        return sum(task.item.award_id is None for task in self.tasks)


@dataclass(frozen=True)
class DateStep:
    """The step that moves dates: its name and reason, what each idea's history says beside, and what the ledger keeps of it."""

    action: str
    reason: str = ""
    describe: Callable[[Move], dict[str, Any]] = lambda _move: {}
    recorded: Mapping[str, Any] = field(default_factory=dict)


def set_dates(session: Session, moves: Sequence[Move]) -> None:
    """Let every date be the later one; what is late no more is told of again where it comes to be. Flushed: a lost race shows here."""
    for move in moves:
        move.idea.due_at = move.due_at
        for task in move.tasks:
            task.item.due_at = task.due_at
            if task.due_at > now():
                task.item.escalated_at = None
        for review, due_at in move.reviews:
            review.due_at = due_at
    session.flush()


def write_history(session: Session, moves: Sequence[Move], step: DateStep, *, actor: Actor) -> None:
    """Tell of the step in each idea's history and in the ledger, which commits to the rows that changed."""
    decisions = [_write_decision(move, step, actor) for move in moves]
    append_rows(session, Decision, decisions)
    kind = f"{ways.IDEA.name}.{step.action}"
    told = zip(moves, decisions, strict=True)
    facts = {move.idea.id: _record(session, kind, step, move, SimpleNamespace(**said)) for move, said in told}
    record_each(session, kind, facts, actor=actor, of_ideas=True)


def _write_decision(move: Move, step: DateStep, actor: Actor) -> dict[str, Any]:
    return {
        "id": new_id(),
        "idea_id": move.idea.id,
        "action": step.action,
        "outcome": "",
        "reason": step.reason,
        "detail": step.describe(move),
        "actor_id": actor.person_id,
        "flow": actor.flow,
        "at": now(),
        "salt": new_salt(),
    }


def _record(session: Session, kind: str, step: DateStep, move: Move, decision: SimpleNamespace) -> dict[str, Any]:
    """What the ledger keeps of one idea's dates, with commitments to the rows that changed."""
    idea = move.idea
    older = list_older(session, idea)
    rows = [("idea", idea), *(("review", review) for review, _ in move.reviews), ("decision", decision)]
    said = {"stage": idea.stage, "revision": idea.revision, "code": idea.reason_code, **step.recorded}
    return {**said, "commits": commit_rows(kind, rows, older)}
