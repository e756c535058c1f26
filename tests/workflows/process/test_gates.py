"""A gate and the stage's own days: nobody is late with what they could not do yet, and a gate shortens no time that a policy gives."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.inbox import InboxItem
from models.instants import now
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.turns import Clock, clock, deliver, own_town, tick
from workflows.review.gates import pass_gate

__all__ = ["clock", "own_town"]

STEPS = {"supplement_asked": "screen returned", "deferred": "determine deferred"}
BEFORE = {"supplement_asked": IdeaStage.SCREENING, "deferred": IdeaStage.RECOMMENDED}
AWAITED = {"supplement_asked": ("supplement", 14), "deferred": ("resume", 180)}


def build_behind_gate(own_town: Town, stage: str) -> str:
    """An idea in a stage that a gate of three days holds."""
    gate = {"name": "hearing", "label": "Dengar pendapat", "label_en": "Hearing", "stage": stage, "role": "secretariat", "days": 3}
    call = own_town.build_call(gates=[gate])
    if stage == "rejected":
        return own_town.build_idea(IdeaStage.REJECTED, call=call)
    idea = own_town.build_idea(BEFORE[stage], call=call)
    own_town.take(idea, STEPS[stage])
    return idea


def asked(own_town: Town, idea: str) -> list[tuple[str, int | None]]:
    """What is awaited of an idea, with the days that are left for it."""
    items = own_town.rows(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))
    return [(item.task, (item.due_at.date() - now().date()).days if item.due_at else None) for item in items]


def pass_days(own_town: Town, clock: Clock, days: int) -> None:
    """So many days later the clock looks, and the flows do what it asks for."""
    clock.set(now() + timedelta(days=days))
    tick(own_town)
    deliver(own_town, "intake", "review")


@pytest.mark.parametrize("stage", STEPS)
def test_an_idea_does_not_expire_while_a_gate_keeps_it_from_what_is_awaited(own_town: Town, clock: Clock, stage: str) -> None:
    idea = build_behind_gate(own_town, stage)
    assert asked(own_town, idea) == [("gate:hearing", 3)]
    pass_days(own_town, clock, 400)
    assert own_town.idea(idea).stage == stage
    own_town.do(pass_gate, idea, "hearing", by="secretary")
    assert asked(own_town, idea) == [AWAITED[stage]], "the days begin when somebody is asked"
    for days in (200, 5):  # a completion is closed after its last notice
        pass_days(own_town, clock, days)
    assert own_town.idea(idea).stage == IdeaStage.CLOSED


def test_a_gate_does_not_shorten_how_long_a_rejected_idea_is_kept(own_town: Town, clock: Clock) -> None:
    idea = build_behind_gate(own_town, "rejected")
    own_town.do(pass_gate, idea, "hearing", by="secretary")
    pass_days(own_town, clock, 700)
    assert own_town.idea(idea).stage == IdeaStage.REJECTED
    pass_days(own_town, clock, 40)
    assert own_town.idea(idea).stage == IdeaStage.CLOSED


def test_a_rejected_idea_is_closed_as_soon_as_its_gate_is_passed_once_its_time_is_over(own_town: Town, clock: Clock) -> None:
    idea = build_behind_gate(own_town, "rejected")
    pass_days(own_town, clock, 740)
    assert own_town.idea(idea).stage == IdeaStage.REJECTED
    own_town.do(pass_gate, idea, "hearing", by="secretary")
    deliver(own_town, "review")
    assert own_town.idea(idea).stage == IdeaStage.CLOSED
