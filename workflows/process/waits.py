"""Which of a policy's waits a task has: of its stage, of its gate, or of what no stage awaits; and how many working days are left of it."""

from collections.abc import Sequence

from sqlmodel import Session

from models.clock_rules import OF_GATE
from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import now
from models.policy import Policy
from models.waits import Wait
from workflows.process import ways
from workflows.process.context import read_policy_of
from workflows.process.deadlines import count_days_left, is_in_working_days, read_calendar

AGREE, ASSIGN, REVISE, SCORE = (ways.IDEA.action(name) for name in ("agree", "assign", "revise", "score"))
OTHER_WAITS = {AGREE: "agreement", REVISE: "agreement", ASSIGN: "screening"}  # tasks that no stage awaits, by the waits that they are given

UNTIL_CALL_ENDS = (AGREE, REVISE)  # tasks of a draft, which end with the call at the latest


def find_wait_name(item: InboxItem, stage_name: str) -> str:
    """The policy's name for how long a task may wait, of an idea in a stage or of its award; empty where no wait gives its date."""
    if item.award_id is not None:
        awaiting = ways.AWARD.awaiting(item.task)
        return awaiting.days if awaiting is not None else ""
    if item.task.startswith(OF_GATE):
        return item.task
    stage = ways.IDEA.stages[stage_name]
    return stage.days if item.task == stage.awaits else OTHER_WAITS.get(item.task, "")


def find_wait(item: InboxItem, stage_name: str, policy: Policy) -> Wait | None:
    """How long a task may wait under a policy; None for one whose date no wait has given, and for a gate that the policy lacks."""
    if item.own_wait is not None:
        return item.own_wait
    name = find_wait_name(item, stage_name)
    if name.startswith(OF_GATE) and policy.find_gate(name) is None:
        return None
    return policy.find_wait(name) if name else None


def list_days_left(session: Session, asked: Sequence[tuple[InboxItem, Idea]]) -> dict[str, int]:
    """By the id of each task that has a wait in working days and is not late, how many of them are left."""
    waits = {item.id: find_wait(item, idea.stage, read_policy_of(session, idea)) for item, idea in asked}
    counted = [item for item, _ in asked if (wait := waits[item.id]) is not None and is_in_working_days(wait)]
    open_dates = {item.id: item.due_at for item in counted if item.due_at is not None and item.due_at >= now()}
    if not open_dates:
        return {}
    calendar = read_calendar(session)
    return {item_id: count_days_left(due_at, calendar) for item_id, due_at in open_dates.items()}
