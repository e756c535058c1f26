"""The screening that follows a completion has what was left of the first, and three working days at least.

Who would cheat: an office that returns an idea on its last day to have a whole term again. Who falls ill: the office on whose desk forty
completions come in on a Friday evening.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.inbox import InboxItem
from models.instants import local_day
from models.people import Role, RoleGrant
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.steps import NOTES
from tests.workflows.region.declaring import recount
from tests.workflows.region.pausing import let_stand, stopped
from tests.workflows.turns import Clock, clock, midnight, open_items, own_town
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import supplement_idea

__all__ = ["clock", "own_town"]
TEN = {"screening": {"amount": 10, "unit": "working_days"}}  # from Tuesday, 24 November 2026 until Tuesday, 8 December
REASON = "Lengkapi anggaran dan bagian gagasan, sesuai catatan."


def at(clock: Clock, day: date) -> None:
    clock.set(midnight(day) + timedelta(hours=9))


def screening(town: Town, **policy: Any) -> str:
    return town.build_idea(IdeaStage.SCREENING, call=town.build_call(**{"days": TEN, **policy}), lead="operator", team=())


def give_back(town: Town, clock: Clock, idea: str, on: date, *parts: str) -> None:
    at(clock, on)
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes=NOTES, parts=parts, reason=REASON), by="secretary")


def complete(town: Town, clock: Clock, idea: str, on: date, **changed: Any) -> None:
    at(clock, on)
    said = {"sections": {**SECTIONS, "idea": f"Gagasan yang dilengkapi pada {on}."}, **changed}
    town.do(supplement_idea, idea, town.proposal(team=(), **said), by="operator")


def due(town: Town, idea: str) -> date:
    (item,) = open_items(town, idea, "screen")
    assert item.due_at == town.idea(idea).due_at
    assert item.due_at is not None
    return local_day(item.due_at)


@pytest.mark.parametrize(
    ("returned_on", "until", "why"),
    [
        (date(2026, 11, 26), date(2026, 12, 22), "eight were left"),
        (date(2026, 12, 4), date(2026, 12, 15), "two were left, and three are the fewest"),
        (date(2026, 12, 8), date(2026, 12, 15), "its last day"),
        (date(2026, 12, 9), date(2026, 12, 15), "an office that was late has three days as well"),
    ],
    ids=["early", "two left", "last day", "late"],
)
def test_it_has_what_was_left_and_three_working_days_at_least(
    own_town: Town, clock: Clock, returned_on: date, until: date, why: str
) -> None:
    idea = screening(own_town)
    give_back(own_town, clock, idea, returned_on)
    complete(own_town, clock, idea, date(2026, 12, 10))
    assert due(own_town, idea) == until, why


def test_returning_it_again_and_again_never_gives_more(own_town: Town, clock: Clock) -> None:
    idea = screening(own_town)
    give_back(own_town, clock, idea, date(2026, 12, 8))
    for day in (date(2026, 12, 10), date(2026, 12, 15)):
        complete(own_town, clock, idea, day)
        left = open_items(own_town, idea, "screen")[0].working_days
        assert left == 3
        give_back(own_town, clock, idea, day + timedelta(days=1))


def test_a_whole_wait_that_is_shorter_than_the_fewest_days_stays_the_whole_wait(own_town: Town, clock: Clock) -> None:
    idea = screening(own_town, days={"screening": {"amount": 2, "unit": "working_days"}})
    give_back(own_town, clock, idea, date(2026, 11, 25))
    complete(own_town, clock, idea, date(2026, 12, 10))
    assert due(own_town, idea) == date(2026, 12, 14)
    assert open_items(own_town, idea, "screen")[0].working_days is None


def test_what_the_head_permits_again_has_what_was_left_too(own_town: Town, clock: Clock) -> None:
    with own_town.store.unit_of_work() as session:
        session.add(RoleGrant(person_id=own_town["walker"].id, role=Role.ADMIN, unit_id=own_town.units["KOTA"][0]))
    idea = screening(own_town)
    give_back(own_town, clock, idea, date(2026, 11, 26), "budget")
    complete(own_town, clock, idea, date(2026, 12, 10), budget_rupiah=7_000_000)
    assert own_town.idea(idea).stage == IdeaStage.AWAITING_PERMISSION
    at(clock, date(2026, 12, 11))
    own_town.do(permit_idea, idea, granted=True, by="head")
    assert due(own_town, idea) == date(2026, 12, 23)


def test_the_first_screening_has_the_whole_wait(own_town: Town, clock: Clock) -> None:
    assert due(own_town, screening(own_town)) == date(2026, 12, 8)
    assert own_town.rows(select(InboxItem.working_days).where(col(InboxItem.working_days).is_not(None))) == []


def test_a_recount_gives_back_no_whole_term_and_a_pause_its_days(own_town: Town, clock: Clock) -> None:
    idea = screening(own_town, **{**stopped("screening"), "days": TEN})
    give_back(own_town, clock, idea, date(2026, 12, 8))
    complete(own_town, clock, idea, date(2026, 12, 10))
    let_stand(own_town, date(2026, 12, 14), date(2026, 12, 15))
    recount(own_town)
    assert due(own_town, idea) == date(2026, 12, 17), "three working days, and the two that did not count"
