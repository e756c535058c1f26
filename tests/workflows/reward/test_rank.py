"""A ranked call: places belong to the call, each idea is judged and paid by the policy version it entered under, no place is given twice.

Who would cheat or err: a secretariat that proposes a friend's idea by hand for a prize already given, two of them at the same moment, a
call whose amounts were raised half-way. An inspector takes score, team and policy version of each idea and repeats the sums.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from models.awards import Award
from models.calls import Call, CallState
from models.instants import now
from models.stages import AwardStage, IdeaStage
from tests.building import POLICY, Shelf, Town
from tests.steps import REASON
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import draft_idea
from workflows.intake.team import MemberShare
from workflows.process.refusals import Conflict, Invalid
from workflows.region.calls import amend_policy, close_call
from workflows.reward.approve import decline_award
from workflows.reward.propose import draft_ranked_awards, propose_award
from workflows.reward.revoke import revoke_award

Tiers = list[dict[str, Any]]


def tier(name: str, minimum: int, amount: int, places: int | None) -> dict[str, Any]:
    return {"name": name, "label": f"Juara {name}", "minimum_score": str(minimum), "amount_rupiah": amount, "places": places}


def book_of(tiers: Tiers, uplift: int = 0) -> dict[str, Any]:
    return {**POLICY["rule_book"], "tiers": tiers, "team_uplift_percent": uplift, "team_uplift_from": 2}


ONE_OF_EACH = [tier("first", 80, 9_000_000, 1), tier("second", 60, 5_000_000, 1), tier("finalist", 50, 1, None)]
CHEAP = [tier("first", 80, 1, 1), tier("second", 60, 1, 1), tier("finalist", 50, 1, None)]


def ranked_call(town: Town, tiers: Tiers | None = None) -> str:
    return town.build_call(rule_book=book_of(tiers or ONE_OF_EACH), entry="in_use")


def amend(town: Town, call: str, tiers: Tiers, uplift: int = 0) -> None:
    town.amend(call, entry="in_use", rule_book=book_of(tiers, uplift))


def add_scored(town: Town, call: str, score: Decimal, *, received_at: datetime | None = None, alone: bool = True) -> str:
    """An idea of the call's present version that stands rolled out with a score; how it came there is no matter here."""
    team = () if alone else (MemberShare(town["lead"].number, 7_000), MemberShare(town["mate"].number, 3_000))
    with town.store.unit_of_work() as session:
        idea = draft_idea(session, call, town.proposal(team=team), actor=town.actor(session, "lead")).idea
        if not alone:
            answer_invitation(session, idea.id, joins=True, actor=town.actor(session, "mate"))
        idea.score, idea.submitted_at, idea.stage = score, received_at or now(), IdeaStage.ROLLED_OUT
        return idea.id


def rank(town: Town, call: str) -> None:
    town.do(close_call, call, by="secretary")
    town.do(draft_ranked_awards, call, by="flow:reward")


def awarded(town: Town, call: str) -> dict[str, tuple[str, int]]:
    return {each.idea_id: (each.tier, each.amount_rupiah) for each in town.rows(select(Award).where(Award.call_id == call))}


def test_each_idea_of_a_ranked_call_is_paid_by_its_own_policy_version(town: Town) -> None:
    call = ranked_call(town, CHEAP)
    early = add_scored(town, call, Decimal(70))
    amend(town, call, ONE_OF_EACH)
    late = add_scored(town, call, Decimal(95))
    rank(town, call)
    assert awarded(town, call) == {late: ("first", 9_000_000), early: ("second", 1)}


def test_each_idea_is_judged_by_the_minimum_of_its_own_version(town: Town) -> None:
    call = ranked_call(town, [tier("first", 95, 10, 1), tier("second", 60, 5, 1)])
    strict = add_scored(town, call, Decimal(90))
    amend(town, call, [tier("first", 80, 20, 1), tier("second", 60, 6, 1)])
    lenient = add_scored(town, call, Decimal(85))
    rank(town, call)
    assert awarded(town, call) == {strict: ("second", 5), lenient: ("first", 20)}


@pytest.mark.parametrize(
    "tiers",
    [
        [tier("first", 80, 9_000_000, 2), *ONE_OF_EACH[1:]],
        [*ONE_OF_EACH[:2], tier("finalist", 50, 1, 5)],
        ONE_OF_EACH[:2],
        [tier("champion", 80, 9_000_000, 1), *ONE_OF_EACH[1:]],
        [tier("second", 80, 9_000_000, 1), tier("first", 60, 5_000_000, 1), ONE_OF_EACH[2]],
        [tier("first", 80, 9_000_000, None), tier("second", 60, 5_000_000, None), tier("finalist", 50, 1, None)],
    ],
    ids=["a second place", "a limit", "a tier less", "another name", "another order", "no ranking at all"],
)
def test_an_opened_contest_keeps_its_places_in_every_version(town: Town, tiers: Tiers) -> None:
    call = ranked_call(town)
    with pytest.raises(Invalid, match="call_places_fixed") as refused:
        amend(town, call, tiers)
    assert refused.value.field == "policy.rule_book.tiers"


def test_amounts_minima_and_labels_may_change_and_so_may_all_of_a_call_that_is_not_opened(town: Town) -> None:
    call = ranked_call(town)
    amend(town, call, [{**tier("first", 90, 1, 1), "label": "Terbaik"}, tier("second", 70, 1, 1), tier("finalist", 0, 0, None)])
    with town.store.unit_of_work() as session:
        session.get_one(Call, call).state = CallState.PLANNED
    amend(town, call, ONE_OF_EACH[:1])


def test_a_call_without_places_does_not_become_a_contest_once_it_is_opened(town: Town) -> None:
    call = town.build_call()
    limited = [{**each, "places": 1} for each in POLICY["rule_book"]["tiers"]]
    with pytest.raises(Invalid, match="call_places_fixed"):
        town.do(amend_policy, call, {**POLICY, "rule_book": book_of(limited)}, by="secretary")


# Proposed by hand


def test_by_hand_no_place_is_given_twice(town: Town) -> None:
    call = ranked_call(town, ONE_OF_EACH[:2])
    best, good, third = (add_scored(town, call, Decimal(score)) for score in (95, 90, 85))
    assert town.do(propose_award, best, by="secretary").award.tier == "first"
    assert town.do(propose_award, good, by="secretary").award.tier == "second"
    with pytest.raises(Conflict, match="no_place_left"):
        town.do(propose_award, third, by="secretary")
    rank(town, call)
    assert awarded(town, call) == {best: ("first", 9_000_000), good: ("second", 5_000_000)}


def test_by_hand_an_idea_below_every_minimum_is_told_so(town: Town) -> None:
    with pytest.raises(Conflict, match="no_tier_reached"):
        town.do(propose_award, add_scored(town, ranked_call(town), Decimal(40)), by="secretary")


def test_by_hand_nobody_is_put_before_an_idea_with_a_higher_score(town: Town) -> None:
    call = ranked_call(town, ONE_OF_EACH[:1])
    best, good = (add_scored(town, call, Decimal(score)) for score in (95, 90))
    with pytest.raises(Conflict, match="no_place_left"):
        town.do(propose_award, good, by="secretary")
    assert town.do(propose_award, best, by="secretary").award.tier == "first"


@pytest.mark.parametrize("freed", ["declined", "revoked"])
def test_a_freed_place_goes_to_the_next_by_score(town: Town, freed: str) -> None:
    call = ranked_call(town, ONE_OF_EACH[:1])
    best, good, last = (add_scored(town, call, Decimal(score)) for score in (95, 90, 85))
    rank(town, call)
    (award,) = town.rows(select(Award.id).where(Award.idea_id == best))
    if freed == "declined":
        town.do(decline_award, award, reason=REASON, by="leader")
    else:
        town.take(best, "approve approved", "announce")
        town.do(revoke_award, award, reason=REASON, by="leader")
    with pytest.raises(Conflict, match="no_place_left"):
        town.do(propose_award, last, by="secretary")
    assert town.do(propose_award, good, by="secretary").award.tier == "first"
    with pytest.raises(Conflict, match="no_place_left"):
        town.do(propose_award, best, by="secretary")


def decline(town: Town, idea: str) -> None:
    (award,) = town.rows(select(Award.id).where(Award.idea_id == idea, col(Award.stage) == AwardStage.PROPOSED))
    town.do(decline_award, award, reason=REASON, by="leader")


def test_of_two_who_propose_at_once_one_gets_the_last_place(either_town: Town) -> None:
    """Both ideas had their turn before, so neither stands in the other's way but by the place itself."""
    town = either_town
    call = ranked_call(town, ONE_OF_EACH[:1])
    ideas = [add_scored(town, call, Decimal(95)) for _ in range(2)]
    for idea in ideas:
        town.do(propose_award, idea, by="secretary")
        decline(town, idea)
    for _ in range(10):
        refused: list[str] = []
        ready = threading.Barrier(2)

        def propose(idea: str, ready: threading.Barrier = ready, refused: list[str] = refused) -> None:
            ready.wait()
            try:
                town.do(propose_award, idea, by="secretary")
            except Conflict as conflict:
                refused.append(conflict.code)

        threads = [threading.Thread(target=propose, args=(idea,)) for idea in ideas]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = town.rows(select(Award.idea_id).where(Award.call_id == call, col(Award.stage) == AwardStage.PROPOSED))
        assert refused == ["no_place_left"]
        decline(town, winner)


# The whole ranking, against its definition


@dataclass(frozen=True)
class Entry:
    """An idea as an inspector sees it: score, place in the order of receipt, size of its team, the rules of its own version."""

    score: Decimal
    received: int
    alone: bool
    tiers: Tiers
    uplift: int


@dataclass
class Inspector:
    """Works each award out from the definition alone, again and again, in no order: what stands for an idea rests on the better ones."""

    entries: list[Entry]

    @cached_property
    def better(self) -> list[list[int]]:
        places = range(len(self.entries))
        return [[other for other in places if self._stands_before(other, one)] for one in places]

    def _stands_before(self, other: int, one: int) -> bool:
        first, second = self.entries[other], self.entries[one]
        return first.score > second.score or (first.score == second.score and first.received < second.received)

    def tier(self, one: int) -> dict[str, Any] | None:
        """The best tier of its own rules that it reaches and that better ideas have not filled."""
        reached = [each for each in self.entries[one].tiers if self.entries[one].score >= Decimal(each["minimum_score"])]
        given = [found["name"] for found in map(self.tier, self.better[one]) if found] if reached else []
        return next((each for each in reached if each["places"] is None or given.count(each["name"]) < each["places"]), None)

    def award(self, one: int) -> tuple[str, int] | None:
        found, entry = self.tier(one), self.entries[one]
        if found is None:
            return None
        raised = 0 if entry.alone else found["amount_rupiah"] * entry.uplift // 100
        return found["name"], found["amount_rupiah"] + raised


@st.composite
def contests(draw: st.DrawFn) -> list[tuple[Tiers, int, list[tuple[int, int, bool]]]]:
    """Two or three versions of one contest, each with the ideas that entered under it: score, minute of receipt, whether alone."""
    places = draw(st.lists(st.none() | st.integers(1, 2), min_size=1, max_size=3).filter(lambda each: any(each)))
    versions, minutes = [], iter(draw(st.permutations(range(12))))
    for _ in range(draw(st.integers(2, 3))):
        minima = sorted(draw(st.lists(st.integers(40, 100), min_size=len(places), max_size=len(places))), reverse=True)
        amounts = draw(st.lists(st.integers(0, 10**7), min_size=len(places), max_size=len(places)))
        rows = zip(range(9), minima, amounts, places, strict=False)
        tiers = [tier(f"t{number}", minimum, amount, most) for number, minimum, amount, most in rows]
        ideas = draw(st.lists(st.tuples(st.integers(40, 100), st.booleans()), max_size=3))
        versions.append((tiers, draw(st.sampled_from([0, 7, 50])), [(score, next(minutes), alone) for score, alone in ideas]))
    return versions


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_whatever_the_versions_the_ranking_is_what_an_inspector_works_out(shelf: Shelf, share: Callable[[int], int]) -> None:
    town = shelf.open_town()

    @settings(max_examples=share(200), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(contests())
    def compare(versions: list[tuple[Tiers, int, list[tuple[int, int, bool]]]]) -> None:
        (first, first_uplift, _), *_ = versions
        call, begun = town.build_call(rule_book=book_of(first, first_uplift), entry="in_use"), now()
        entries: dict[str, Entry] = {}
        for number, (tiers, uplift, ideas) in enumerate(versions):
            if number:
                amend(town, call, tiers, uplift)
            for score, minute, alone in ideas:
                idea = add_scored(town, call, Decimal(score), received_at=begun + timedelta(minutes=minute), alone=alone)
                entries[idea] = Entry(Decimal(score), minute, alone, tiers, uplift)
        rank(town, call)
        inspector = Inspector(list(entries.values()))
        expected = {idea: award for number, idea in enumerate(entries) if (award := inspector.award(number)) is not None}
        assert awarded(town, call) == expected

    compare()
