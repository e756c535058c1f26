"""Whom an amendment touches, as pages show it."""

from typing import Any

from workflows.process.amending import count_by_stage
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
