"""Whom an amendment touches, and whom a new version leaves as they are, as pages show it."""

from typing import Any

from sqlmodel import Session, col, func, select

from models.calls import Call, PolicyVersion
from models.ideas import Idea
from workflows.process.amending import count_by_stage, is_under_way
from workflows.region.amendments import Amendment

FIRST = 20  # ideas that are shown one by one


def show_touched(found: Amendment) -> dict[str, Any]:
    """How many ideas in which stages, and the first of them with their dates: plain values, which outlive the transaction."""
    first = [
        {
            "stage": move.idea.stage,
            "code": move.idea.code,
            "title": move.idea.title,
            "due_before": move.idea.due_at,
            "due_at": move.due_at,
            "tasks": move.tasks_of_idea,
        }
        for move in found.moves[:FIRST]
    ]
    return {"total": len(found.moves), "by_stage": count_by_stage(found.moves), "first": first}


def count_staying(session: Session, call: Call) -> list[tuple[int, int]]:
    """By the number of each version, how many ideas under way are held to it; nothing of a sealed call."""
    if call.is_sealed:
        return []
    count = select(PolicyVersion.number, func.count()).join(Idea, col(Idea.policy_id) == col(PolicyVersion.id))
    held = count.where(Idea.call_id == call.id, is_under_way()).group_by(col(PolicyVersion.number))
    return list(session.exec(held.order_by(col(PolicyVersion.number))).all())
