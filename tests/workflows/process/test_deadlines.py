"""Until when somebody has time: a number of days as it ever was, working days by the region's calendar, months to the day.

Who would err: a clerk on 23 December, a policy in another unit than the one before, a clock at midnight in Jayapura. What an inspector
expects: the dates in inbox, idea and reviews are those that anybody counts again with `gagas calc clock`.
"""

import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from models import instants
from models.inbox import InboxItem
from models.instants import local_day, now
from models.reviews import Review
from models.stages import IdeaStage
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.region.test_amendments import amend, refusal_of
from workflows.calculations.registry import calculate
from workflows.process.deadlines import due_in, end_of_day
from workflows.process.refusals import Conflict
from workflows.region.call_life import archive_call
from workflows.region.calls import close_call

MONDAY = datetime(2026, 12, 21, 2, tzinfo=UTC)  # Christmas and its joint leave, New Year's Day and Isra Mikraj lie ahead
WORKING = {
    "permission": {"amount": 1, "unit": "months"},
    "screening": {"amount": 5, "unit": "working_days"},
    "review": {"amount": 10, "unit": "working_days"},
    "agreement": {"amount": 3, "unit": "working_days"},
}


@pytest.fixture
def monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> datetime:
    set_clock(monkeypatch, tmp_path, MONDAY)
    return MONDAY


def dues(town: Town, idea: str) -> dict[str, date]:
    open_items = select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))
    return {item.task: local_day(item.due_at) for item in town.rows(open_items) if item.due_at is not None}


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_a_number_of_days_ends_as_it_ever_did(town: Town, zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    luck = random.Random(zone)
    monkeypatch.setenv("GAGAS_ZONE", zone)
    for _ in range(50):
        at, days = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=luck.randrange(200 * 86_400)), luck.randrange(731)
        set_clock(monkeypatch, tmp_path, at)
        instants.region_zone.cache_clear()
        with town.store.reading() as session:
            found = due_in(session, days)
        local = ZoneInfo(zone)
        assert found == datetime.combine(at.astimezone(local).date() + timedelta(days=days), time(23, 59, 59), local)


def test_each_wait_is_counted_in_its_own_unit(either_town: Town, monday: datetime) -> None:
    town = either_town
    call = town.build_call(days=WORKING)
    asked = town.build_idea(IdeaStage.AWAITING_PERMISSION, call=call)
    screened, reviewed = town.build_idea(IdeaStage.SCREENING, call=call), town.build_idea(IdeaStage.IN_REVIEW, call=call)
    assert dues(town, asked) == {"permit": date(2027, 1, 21)}
    assert dues(town, screened) == {"screen": date(2026, 12, 30)}
    assert dues(town, reviewed) == {"score": date(2027, 1, 8)}
    assert {local_day(due) for due in town.rows(select(Review.due_at).where(Review.idea_id == reviewed))} == {date(2027, 1, 8)}
    for idea, day in ((asked, date(2027, 1, 21)), (screened, date(2026, 12, 30)), (reviewed, date(2027, 1, 8))):
        assert town.idea(idea).due_at == end_of_day(day)
    shortlisted = town.build_idea(IdeaStage.SHORTLISTED, call=call)
    assert dues(town, shortlisted) == {"recommend": date(2027, 1, 4)}, "fourteen calendar days, as the usual policy has it"


def test_anybody_counts_the_same_date_again(town: Town, monday: datetime) -> None:
    call = town.build_call(days=WORKING)
    idea = town.idea(town.build_idea(IdeaStage.SCREENING, call=call))
    read = calculate("clock", {"start": idea.stage_since.isoformat(), "rule": {"amount": 5, "unit": "working_days"}})
    assert datetime.fromisoformat(read["due_at"]) == idea.due_at


def test_a_gate_may_have_working_days_and_the_longest_of_several_counts(town: Town, monday: datetime) -> None:
    gates = [
        {
            "name": "visit",
            "label": "Kunjungan",
            "label_en": "Visit",
            "stage": "shortlisted",
            "role": "secretariat",
            "days": WORKING["screening"],
        },
        {"name": "talk", "label": "Paparan", "label_en": "Talk", "stage": "shortlisted", "role": "secretariat", "days": 8},
    ]
    idea = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(gates=gates))
    assert dues(town, idea) == {"gate:visit": date(2026, 12, 30), "gate:talk": date(2026, 12, 29)}
    assert town.idea(idea).due_at == end_of_day(date(2026, 12, 30))


def test_whoever_is_asked_to_join_has_working_days_but_never_beyond_the_call(town: Town, monday: datetime) -> None:
    town.build_call(code="UJI-0", days=WORKING)
    assert dues(town, town.ask_team()) == {"agree": date(2026, 12, 28)}
    town = town_with(town, {"agreement": {"amount": 40, "unit": "working_days"}})
    assert dues(town, town.ask_team(title="Gagasan kedua")) == {"agree": local_day(monday + timedelta(days=30))}, "the call ends then"


def town_with(town: Town, days: dict[str, Any]) -> Town:
    """The town with another usual call."""
    town._calls["UJI-0"] = town.build_call(days=days)
    return town


def test_an_amendment_adds_working_days_to_dates_that_stand(either_town: Town, monday: datetime) -> None:
    town = either_town
    call = town.build_call(days=WORKING)
    screened, reviewed = town.build_idea(IdeaStage.SCREENING, call=call), town.build_idea(IdeaStage.IN_REVIEW, call=call)
    amend(town, call, {"days.screening.amount": 8, "days.review.amount": 12, "days.recommendation": 20})
    assert dues(town, screened) == {"screen": date(2027, 1, 6)}, "31 December, 4 and 6 January: New Year and Isra Mikraj are free"
    assert dues(town, reviewed) == {"score": date(2027, 1, 12)}
    assert town.idea(screened).due_at == end_of_day(date(2027, 1, 6))


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"days.screening.amount": 4}, {"policy.days.screening.amount": "amendment_shortens"}),
        ({"days.screening.unit": "months"}, {"policy.days.screening.unit": "part_not_amendable"}),
        ({"days.screening": 90}, {"policy.days.screening": "part_not_amendable"}),
        ({"days.recommendation": {"amount": 99, "unit": "working_days"}}, {"policy.days.recommendation": "policy_invalid"}),
        ({"days.screening.amount": 400}, {"policy.days.screening": "policy_invalid"}),
        ({"days.screening.amount": True}, {"policy.days.screening.amount": "policy_invalid"}),
    ],
)
def test_an_amendment_never_changes_what_a_wait_is_counted_in(
    town: Town, monday: datetime, changes: dict[str, Any], refused: dict[str, str]
) -> None:
    call = town.build_call(days=WORKING)
    town.build_idea(IdeaStage.SCREENING, call=call)
    assert refusal_of(town, call, changes) == refused


def test_the_days_for_an_objection_keep_a_call_from_the_archive_until_the_last_working_day(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, tmp_path, MONDAY)
    call = town.build_call(days={"objection": {"amount": 21, "unit": "working_days"}})
    town.build_idea(IdeaStage.REJECTED, call=call)
    town.do(close_call, call, by="secretary")
    last = date(2027, 1, 25)  # 21 days of work after 21 December
    read = calculate("clock", {"start": MONDAY.isoformat(), "rule": {"amount": 21, "unit": "working_days"}})
    assert read["due_on"] == str(last)
    set_clock(monkeypatch, tmp_path, end_of_day(last))
    with pytest.raises(Conflict, match="call_under_way"):
        town.do(archive_call, call, by="secretary")
    set_clock(monkeypatch, tmp_path, end_of_day(last) + timedelta(seconds=1))
    assert town.do(archive_call, call, by="secretary").archived_at == now()
