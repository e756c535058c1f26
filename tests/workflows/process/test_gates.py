"""A gate and the stage's own days: nobody is late with what they could not do yet, and a gate shortens no time that a policy gives."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.inbox import InboxItem
from models.instants import now
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.turns import Clock, clock, deliver, house, tick
from workflows.process.actors import flow_actor
from workflows.process.context import read_context
from workflows.process.inbox import ask
from workflows.review.gates import pass_gate

__all__ = ["clock", "house"]

STEPS = {"supplement_asked": "screen returned", "deferred": "determine deferred"}
BEFORE = {"supplement_asked": IdeaStage.SCREENING, "deferred": IdeaStage.RECOMMENDED}
AWAITED = {"supplement_asked": ("supplement", 14), "deferred": ("resume", 180)}


def build_behind_gate(house: Town, stage: str) -> str:
    """An idea in a stage that a gate of three days holds."""
    gate = {"name": "hearing", "label": "Dengar pendapat", "label_en": "Hearing", "stage": stage, "role": "secretariat", "days": 3}
    call = house.build_call(gates=[gate])
    if stage == "rejected":
        return house.build_idea(IdeaStage.REJECTED, call=call)
    idea = house.build_idea(BEFORE[stage], call=call)
    house.take(idea, STEPS[stage])
    return idea


def asked(house: Town, idea: str) -> list[tuple[str, int | None]]:
    """What is awaited of an idea, with the days that are left for it."""
    items = house.rows(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))
    return [(item.task, (item.due_at.date() - now().date()).days if item.due_at else None) for item in items]


def pass_days(house: Town, clock: Clock, days: int) -> None:
    """So many days later the clock looks, and the flows do what it asks for."""
    clock.set(now() + timedelta(days=days))
    tick(house)
    deliver(house, "intake", "review")


@pytest.mark.parametrize("stage", STEPS)
def test_an_idea_does_not_expire_while_a_gate_keeps_it_from_what_is_awaited(house: Town, clock: Clock, stage: str) -> None:
    idea = build_behind_gate(house, stage)
    assert asked(house, idea) == [("gate:hearing", 3)]
    pass_days(house, clock, 400)
    assert house.idea(idea).stage == stage
    house.do(pass_gate, idea, "hearing", by="secretary")
    assert asked(house, idea) == [AWAITED[stage]], "the days begin when somebody is asked"
    pass_days(house, clock, 200)
    assert house.idea(idea).stage == IdeaStage.CLOSED


def test_a_gate_does_not_shorten_how_long_a_rejected_idea_is_kept(house: Town, clock: Clock) -> None:
    idea = build_behind_gate(house, "rejected")
    house.do(pass_gate, idea, "hearing", by="secretary")
    pass_days(house, clock, 700)
    assert house.idea(idea).stage == IdeaStage.REJECTED
    pass_days(house, clock, 40)
    assert house.idea(idea).stage == IdeaStage.CLOSED


def test_a_rejected_idea_is_closed_as_soon_as_its_gate_is_passed_once_its_time_is_over(house: Town, clock: Clock) -> None:
    idea = build_behind_gate(house, "rejected")
    pass_days(house, clock, 740)
    assert house.idea(idea).stage == IdeaStage.REJECTED
    house.do(pass_gate, idea, "hearing", by="secretary")
    deliver(house, "review")
    assert house.idea(idea).stage == IdeaStage.CLOSED


def test_who_was_asked_beside_the_gate_by_an_earlier_release_is_not_asked_again(house: Town) -> None:
    idea = build_behind_gate(house, "deferred")
    until = now() + timedelta(days=90)
    with house.store.unit_of_work() as session:
        ask(session, read_context(session, idea, actor=flow_actor("review")), "resume", until)
    house.do(pass_gate, idea, "hearing", by="secretary")
    assert asked(house, idea) == [("resume", 90)]
