"""A pilot lasts as long as the policy says at least, and who owns it, who proposed it and who verifies it do not depend on each other.

Who would cheat: an owner who reports a trial of one day, a head who lets a subordinate verify, a proposer who runs the own trial. An
inspector expects the days to be counted from the true start, and the refusal to stand in the transaction that decides.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.ideas import TeamMember
from models.offices import OfficeHolder
from models.people import Role
from models.pilots import Indicator
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import REASON, plan
from tests.workflows.region.appointing import ANDIR
from tests.workflows.turns import Clock, clock, midnight, own_town
from workflows.pilot.conclude import Verdict, conclude_pilot, verify_pilot
from workflows.pilot.measure import Reading, report_measurement
from workflows.pilot.start import plan_pilot, start_pilot
from workflows.process import ways
from workflows.process.context import read_context
from workflows.process.offers import list_offers
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.process.waiting import list_inbox
from workflows.region.grants import grant_role
from workflows.region.offices import set_office

__all__ = ["clock", "own_town"]
FIRST = date(2026, 12, 1)


def conclude(town: Town, idea: str) -> None:
    town.do(conclude_pilot, idea, summary=REASON, by="owner")


@pytest.fixture
def started_late(own_town: Town, clock: Clock) -> str:
    """A pilot of at least 30 days, planned for 1 December, that the flow started on 5 December in the evening; it was measured since."""
    idea = own_town.build_idea(IdeaStage.DETERMINED, call=own_town.build_call(pilot={"minimum_days": 30, "maximum_days": 365}))
    own_town.do(plan_pilot, idea, plan(own_town["owner"].id, starts_on=FIRST, ends_on=FIRST + timedelta(days=60)), by="secretary")
    clock.set("2026-12-05T23:30:00+07:00")
    own_town.do(start_pilot, idea, by="flow:pilot")
    indicator = own_town.rows(select(Indicator.id))[0]
    own_town.do(report_measurement, idea, Reading(indicator, date(2026, 12, 5), Decimal(75)), by="owner")
    return idea


def test_a_pilot_is_concluded_on_the_last_of_its_fewest_days_and_no_second_before(own_town: Town, clock: Clock, started_late: str) -> None:
    first = midnight(date(2027, 1, 4))  # 30 calendar days of the region after the true start, not after the planned one
    for instant in (midnight(FIRST + timedelta(days=30)), first - timedelta(seconds=1)):
        clock.set(instant)
        with pytest.raises(Conflict, match="pilot_too_short") as refused:
            conclude(own_town, started_late)
        assert refused.value.parameters == {"first": "2027-01-04", "minimum": 30}
    clock.set(first)
    conclude(own_town, started_late)
    assert own_town.idea(started_late).stage == IdeaStage.PILOT_REPORTED


def test_the_page_offers_the_report_when_the_days_have_passed(own_town: Town, clock: Clock, started_late: str) -> None:
    for day, offered in ((date(2027, 1, 3), False), (date(2027, 1, 4), True)):
        clock.set(midnight(day))
        with own_town.store.reading() as session:
            actor = own_town.actor(session, "owner")
            offers = list_offers(session, read_context(session, started_late, actor=actor), actor=actor)
        assert ("conclude" in [offer.action for offer in offers]) == offered


def test_the_owner_reads_on_the_page_from_when_the_report_may_be_handed_in(own_town: Town, started_late: str) -> None:
    page = TestClient(own_town.app, cookies={"gagas_session": own_town["owner"].token}).get(f"/usulan/{started_late}").text
    assert "Laporan akhir dapat disampaikan mulai" in page
    assert "4 Januari 2027" in page


def test_an_extended_pilot_counts_from_its_first_start(own_town: Town, clock: Clock, started_late: str) -> None:
    clock.set(midnight(date(2027, 1, 4)))
    conclude(own_town, started_late)
    own_town.do(verify_pilot, started_late, Verdict.EXTEND, reason=REASON, until=date(2027, 3, 1), by="verifier")
    conclude(own_town, started_late)
    assert own_town.idea(started_late).stage == IdeaStage.PILOT_REPORTED


def head_of_verifier(town: Town) -> None:
    """The pilot's owner becomes head of the verifier's unit."""
    town.do(grant_role, town["owner"].id, Role.UNIT_HEAD, "BAPPEDA", by="admin")


def holder_above_verifier(town: Town) -> None:
    """The pilot's owner holds the office of the verifier's unit as acting head, without any role over it."""
    town.do(set_office, "BAPPEDA", ANDIR, by="admin")
    with town.store.unit_of_work() as session:
        session.add(OfficeHolder(unit_id=town.units["BAPPEDA"][0], person_id=town["owner"].id, valid_from=date(2026, 1, 1)))


def leader_of_verifier(town: Town) -> None:
    """The pilot's owner becomes a leader over the verifier's unit."""
    town.give_role("owner", Role.LEADER, "BAPPEDA")


@pytest.mark.parametrize("become_superior", [head_of_verifier, holder_above_verifier, leader_of_verifier])
def test_nobody_verifies_the_pilot_of_a_superior(either_town: Town, become_superior: Callable[[Town], None]) -> None:
    idea = either_town.build_idea(IdeaStage.PILOT_REPORTED)
    become_superior(either_town)
    for verdict in Verdict:
        with pytest.raises(Forbidden, match="subordinate_of_owner"):
            either_town.do(verify_pilot, idea, verdict, reason=REASON, by="verifier")
    either_town.give_role("stranger", Role.VERIFIER, "BAPPEDA")
    either_town.do(verify_pilot, idea, Verdict.ROLL_OUT, reason=REASON, by="stranger")


def test_no_owner_is_planned_whom_nobody_independent_could_verify(town: Town) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED)
    head_of_verifier(town)
    with pytest.raises(Invalid, match="pilot_owner_without_verifier"):
        town.do(plan_pilot, idea, plan(town["owner"].id), by="secretary")


def test_an_owner_who_later_came_into_the_team_measures_and_concludes_nothing(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_PILOT)
    town.take(idea, "measure")
    with town.store.unit_of_work() as session:
        session.add(TeamMember(idea_id=idea, person_id=town["owner"].id, position=3, share_hundredths=1))
    for action, values in ((report_measurement, (Reading("x", FIRST, Decimal(1)),)), (conclude_pilot, ())):
        with pytest.raises(Forbidden, match="conflict_of_interest"):
            town.do(action, idea, *values, by="owner", **({} if values else {"summary": REASON}))


def test_nobody_is_asked_to_verify_the_pilot_of_a_superior(town: Town) -> None:
    idea = town.build_idea(IdeaStage.PILOT_REPORTED)

    def finders() -> list[str]:
        with town.store.reading() as session:
            inboxes = {who: list_inbox(session, actor=town.actor(session, who)) for who in ("verifier", "stranger")}
        return [who for who, inbox in inboxes.items() if idea in [each.idea.id for each in inbox]]

    town.give_role("stranger", Role.VERIFIER, "BAPPEDA")
    assert finders() == ["verifier", "stranger"]
    head_of_verifier(town)
    assert finders() == ["stranger"]


def test_the_inbox_asks_the_guard_that_the_table_names(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    idea = town.build_idea(IdeaStage.PILOT_REPORTED)
    head_of_verifier(town)

    def finds() -> bool:
        with town.store.reading() as session:
            return idea in [each.idea.id for each in list_inbox(session, actor=town.actor(session, "verifier"))]

    assert not finds()
    unguarded = [replace(each, guards=tuple({*each.guards} - {"not_below_owner"})) for each in ways.IDEA.transitions]
    monkeypatch.setattr(ways, "IDEA", replace(ways.IDEA, transitions=tuple(unguarded)))
    assert finds()
