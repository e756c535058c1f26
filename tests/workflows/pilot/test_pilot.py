"""Pilot: who plans and owns it, when it runs, what was reached, and what follows."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.inbox import InboxItem
from models.instants import now, today
from models.people import Role
from models.pilots import Direction, Indicator, Measurement, Pilot
from models.policy import Entry
from models.stages import IdeaStage
from tests.building import Town
from tests.clock import set_clock
from tests.steps import REASON, plan
from workflows.intake.team import MemberShare
from workflows.pilot.conclude import Verdict, compute_result, conclude_pilot, reached_percent, verify_pilot
from workflows.pilot.measure import Reading, report_measurement
from workflows.pilot.roll_out import roll_out_in_use
from workflows.pilot.start import IndicatorPlan, plan_pilot, start_pilot
from workflows.process.refusals import Conflict, Forbidden, Invalid


def pilot_of(town: Town, idea: str) -> Pilot:
    return town.rows(select(Pilot).where(Pilot.idea_id == idea))[0]


def indicators_of(town: Town, idea: str) -> list[Indicator]:
    return town.rows(select(Indicator).where(Indicator.pilot_id == pilot_of(town, idea).id).order_by(col(Indicator.name)))


def test_what_is_in_use_already_has_no_pilot(town: Town) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED, call=town.build_call(entry="in_use"))
    assert town.rows(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))) == []
    with pytest.raises(Conflict, match="call_has_no_pilot"):
        town.do(plan_pilot, idea, plan(town["owner"].id), by="secretary")
    town.do(roll_out_in_use, idea, by="flow:pilot")
    assert town.idea(idea).stage == IdeaStage.ROLLED_OUT


@pytest.mark.parametrize("entry", [Entry.NEW, Entry.IN_TRIAL])
def test_what_is_new_is_not_rolled_out_by_itself(town: Town, entry: Entry) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED, call=town.build_call(entry=entry))
    town.do(roll_out_in_use, idea, by="flow:pilot")
    assert town.idea(idea).stage == IdeaStage.DETERMINED


def test_a_pilot_starts_on_its_first_day_and_asks_its_owner(town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED)
    first = today() + timedelta(days=2)
    town.do(plan_pilot, idea, plan(town["owner"].id, starts_on=first, ends_on=first + timedelta(days=40)), by="secretary")
    present = now()
    for days, stage in ((0, IdeaStage.DETERMINED), (1, IdeaStage.DETERMINED), (2, IdeaStage.IN_PILOT)):
        set_clock(monkeypatch, tmp_path, present + timedelta(days=days))
        town.do(start_pilot, idea, by="flow:pilot")
        assert town.idea(idea).stage == stage
    (item,) = town.rows(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))
    assert (item.person_id, item.task) == (town["owner"].id, "measure")


def test_a_plan_may_be_made_again_until_it_starts(town: Town) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED)
    for name in ("Lama antre", "Kepuasan warga"):
        goals = (IndicatorPlan(name, Decimal(1), Decimal(2)),)
        town.do(plan_pilot, idea, plan(town["owner"].id, indicators=goals), by="secretary")
    assert [indicator.name for indicator in indicators_of(town, idea)] == ["Kepuasan warga"]
    town.do(start_pilot, idea, by="flow:pilot")
    with pytest.raises(Conflict, match="wrong_stage"):
        town.do(plan_pilot, idea, plan(town["owner"].id), by="secretary")


@pytest.mark.parametrize("who", ["mate", "stranger", "chair"])
def test_an_owner_holds_the_role_and_has_no_part(town: Town, who: str) -> None:
    if who == "mate":  # of the team, so that the role alone is not what they lack
        town.give_role(who, Role.PILOT_OWNER, "KOTA")
    idea = town.build_idea(IdeaStage.DETERMINED)
    with pytest.raises(Invalid, match="pilot_owner_not_eligible"):
        town.do(plan_pilot, idea, plan(town[who].id), by="secretary")


@pytest.mark.parametrize(("days", "fits"), [(29, False), (30, True), (365, True), (366, False)])
def test_a_pilot_is_as_long_as_the_policy_says(town: Town, days: int, fits: bool) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED, call=town.build_call(pilot={"minimum_days": 30, "maximum_days": 365}))
    wanted = plan(town["owner"].id, ends_on=today() + timedelta(days=days))
    if fits:
        town.do(plan_pilot, idea, wanted, by="secretary")
        return
    with pytest.raises(Invalid, match="pilot_length_out_of_range"):
        town.do(plan_pilot, idea, wanted, by="secretary")


@pytest.mark.parametrize("days", [-1, 1])
def test_nothing_is_measured_before_the_pilot_or_tomorrow(town: Town, days: int) -> None:
    idea = town.build_idea(IdeaStage.IN_PILOT)
    reading = Reading(indicators_of(town, idea)[0].id, today() + timedelta(days=days), Decimal(1))
    with pytest.raises(Invalid, match="measured_outside_pilot"):
        town.do(report_measurement, idea, reading, by="owner")
    assert town.rows(select(Measurement)) == []


def test_an_indicator_of_another_pilot_is_unknown_here(town: Town) -> None:
    one, other = town.build_idea(IdeaStage.IN_PILOT), town.build_idea(IdeaStage.IN_PILOT)
    with pytest.raises(Invalid, match="indicator_unknown"):
        town.do(report_measurement, one, Reading(indicators_of(town, other)[0].id, today(), Decimal(1)), by="owner")


def test_no_pilot_is_concluded_without_a_reading_of_every_indicator(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_PILOT)
    with pytest.raises(Conflict, match="indicator_unmeasured"):
        town.do(conclude_pilot, idea, summary=REASON, by="owner")
    assert town.idea(idea).stage == IdeaStage.IN_PILOT


@pytest.mark.parametrize(
    ("baseline", "target", "value", "reached"),
    [
        (60, 90, 75, "50.00"),
        (60, 90, 90, "100.00"),
        (60, 90, 120, "200.00"),
        (60, 90, 30, "-100.00"),
        (50, 20, 35, "50.00"),
        (0, 3, 1, "33.33"),
    ],
)
def test_what_was_reached_is_the_part_of_the_way(baseline: int, target: int, value: int, reached: str) -> None:
    direction = Direction.UP if target > baseline else Direction.DOWN
    indicator = Indicator(pilot_id="x", name="x", direction=direction, baseline=Decimal(baseline), target=Decimal(target))
    assert reached_percent(indicator, Decimal(value)) == Decimal(reached)


def test_the_result_rests_on_the_last_reading(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_PILOT)
    indicator = indicators_of(town, idea)[0].id
    for value in (61, 90):
        town.do(report_measurement, idea, Reading(indicator, today(), Decimal(value)), by="owner")
    town.do(conclude_pilot, idea, summary=REASON, by="owner")
    town.do(compute_result, idea, by="flow:pilot")
    lines = [{"indicator": "Lama antre", "value": "90", "reached_percent": "100.00"}]
    assert pilot_of(town, idea).result == {"indicators": lines, "targets_met": 1, "of": 1}


def test_an_extension_lies_later_and_within_the_policy(town: Town) -> None:
    idea = town.build_idea(IdeaStage.PILOT_REPORTED)
    ends_on = pilot_of(town, idea).ends_on
    for until, code in ((None, "extension_not_later"), (ends_on, "extension_not_later"), (ends_on + timedelta(days=999), "out_of_range")):
        with pytest.raises(Invalid, match=code):
            town.do(verify_pilot, idea, Verdict.EXTEND, reason=REASON, until=until, by="verifier")
    town.do(verify_pilot, idea, Verdict.EXTEND, reason=REASON, until=ends_on + timedelta(days=30), by="verifier")
    extended = pilot_of(town, idea)
    assert (extended.ends_on, extended.result, town.idea(idea).stage) == (ends_on + timedelta(days=30), None, IdeaStage.IN_PILOT)
    town.take(idea, "measure", "conclude", "compute_result", "verify roll_out")
    assert town.idea(idea).stage == IdeaStage.ROLLED_OUT


def test_a_verifier_with_a_part_in_the_idea_gives_no_verdict(town: Town) -> None:
    team = (MemberShare(town["lead"].number, 5_000), MemberShare(town["verifier"].number, 5_000))
    idea = town.build_idea(IdeaStage.PILOT_REPORTED, team=team)
    for verdict in Verdict:
        with pytest.raises(Forbidden, match="conflict_of_interest"):
            town.do(verify_pilot, idea, verdict, reason=REASON, by="verifier")
