"""A time that is given ends where a person with a wall calendar and a pencil would say, whatever the calendar, the pauses and the zone.

Who would cheat: whoever lets a pause give back time that had passed, or counts the day of the event. What an inspector expects: the same
last day again, and a reason for every day that was not counted.
"""

from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.calculations.pencil import Pencil
from workflows.calculations.clock import PauseRefused
from workflows.calculations.refusals import InvalidPayload
from workflows.calculations.registry import calculate
from workflows.calculations.time_rules import TimeRefused

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
EARLIEST = date(2025, 11, 1)
DAYS = st.integers(0, 500).map(lambda days: EARLIEST + timedelta(days=days))
OFFSETS = st.integers(-11, 13).map(lambda hours: timezone(timedelta(hours=hours)))
INSTANTS = st.builds(lambda day, at, zone: datetime.combine(day, at, zone), DAYS, st.times(), OFFSETS)
KINDS = st.sampled_from(("holiday", "joint_leave", "working_day"))
ROWS = st.dictionaries(DAYS.map(str), KINDS, max_size=40).map(
    lambda rows: [{"day": day, "kind": kind, "name": "Hari", "name_en": "Day"} for day, kind in rows.items()]
)
SPANS = st.builds(
    lambda began, length, cause: {
        "cause": cause,
        "paused_at": began.isoformat(),
        "resumed_at": None if length is None else (began + length).isoformat(),
    },
    INSTANTS,
    st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=30)), st.timedeltas(timedelta(0), timedelta(days=30))),
    st.sampled_from(("supplement", "expert", "flood")),
)
QUESTIONS = st.fixed_dictionaries(
    {
        "start": INSTANTS.map(datetime.isoformat),
        "rule": st.fixed_dictionaries(
            {
                "amount": st.integers(0, 40),
                "unit": st.sampled_from(("calendar_days", "working_days", "months")),
                "paused_by": st.just(["supplement", "expert"]),
            }
        ),
        "calendar": st.fixed_dictionaries(
            {"weekend": st.lists(st.integers(1, 7), max_size=6, unique=True), "national": st.booleans(), "days": ROWS}
        ),
        "pauses": st.lists(SPANS, max_size=4),
        "zone": st.sampled_from(ZONES),
    }
)


@given(QUESTIONS)
def test_the_clock_equals_a_person_with_a_calendar_and_a_pencil(question: dict[str, Any]) -> None:
    read = calculate("clock", question)
    assert read["due_on"] == Pencil(question).count()


@given(QUESTIONS)
def test_every_day_up_to_the_last_is_told_once_with_its_number_or_its_reason(question: dict[str, Any]) -> None:
    question["rule"]["unit"] = "working_days"
    read = calculate("clock", question)
    told = [step for step in read["steps"] if step["code"] in ("day", "weekend", "holiday", "joint_leave", "paused")]
    assert sum(step["code"] == "day" for step in told) == read["counted"]
    assert read["due_on"] is None or read["counted"] == question["rule"]["amount"]
    numbers = [step["text"].rpartition("-")[2] for step in told if step["code"] == "day"]
    assert numbers == [f"{number}." for number in range(1, len(numbers) + 1)]


@given(QUESTIONS, st.integers(1, 30))
def test_more_free_days_never_bring_the_last_day_nearer(question: dict[str, Any], after: int) -> None:
    question["rule"]["unit"] = "working_days"
    before = calculate("clock", question)["due_on"]
    day = str(datetime.fromisoformat(question["start"]).date() + timedelta(days=after))
    rows = [row for row in question["calendar"]["days"] if row["day"] != day]
    rows.append({"day": day, "kind": "joint_leave", "name": "Cuti", "name_en": "Leave"})
    later = calculate("clock", question | {"calendar": question["calendar"] | {"days": rows}})["due_on"]
    assert before is not None or later is None
    assert later is None or later >= before, "later it may meet a pause that is not over"


@given(INSTANTS, st.integers(0, 730), st.sampled_from(ZONES))
def test_calendar_days_end_as_they_always_did(start: datetime, days: int, name: str) -> None:
    zone = ZoneInfo(name)
    as_before = datetime.combine(start.astimezone(zone).date() + timedelta(days=days), time(23, 59, 59), zone)
    read = calculate("clock", {"start": start.isoformat(), "rule": {"amount": days}, "zone": name})
    assert datetime.fromisoformat(read["due_at"]) == as_before


def ask(start: str, amount: int, unit: str, **more: Any) -> dict[str, Any]:
    rule = {"amount": amount, "unit": unit, **more.pop("rule", {})}
    return calculate("clock", {"start": start, "rule": rule, **more})


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-03-12T09:00:00+07:00", 5, "working_days", "2026-03-26"),  # Nyepi, Idulfitri and their joint leave lie between
        ("2026-12-23T09:00:00+07:00", 3, "working_days", "2026-12-30"),  # Christmas with its joint leave, and a weekend
        ("2026-12-31T16:59:59+00:00", 1, "working_days", "2027-01-04"),  # 23.59.59 WIB: New Year's Day and a weekend follow
        ("2026-12-31T17:00:00+00:00", 1, "working_days", "2027-01-04"),  # 00.00 WIB of the year that follows
        ("2026-08-14T09:00:00+07:00", 1, "working_days", "2026-08-18"),  # Independence Day is a Monday
        ("2026-01-31T09:00:00+07:00", 1, "months", "2026-02-28"),
        ("2023-12-31T09:00:00+07:00", 2, "months", "2024-02-29"),
        ("2026-02-28T09:00:00+07:00", 1, "months", "2026-03-28"),
        ("2026-11-30T23:30:00+07:00", 3, "months", "2027-02-28"),
        ("2026-05-04T09:00:00+07:00", 0, "working_days", "2026-05-04"),
    ],
)
def test_known_days_around_feasts_year_ends_and_short_months(start: str, amount: int, unit: str, due: str) -> None:
    assert ask(start, amount, unit)["due_on"] == due


def test_the_same_instant_is_another_day_in_another_zone() -> None:
    found = {zone: ask("2026-05-04T15:30:00+00:00", 1, "working_days", zone=zone)["due_on"] for zone in ZONES}
    assert found == {"Asia/Jakarta": "2026-05-05", "Asia/Makassar": "2026-05-05", "Asia/Jayapura": "2026-05-06"}


def test_the_regions_table_goes_before_weekend_and_nation() -> None:
    days = [
        {"day": "2026-08-15", "kind": "working_day", "name": "Hari kerja pengganti", "name_en": "Working day in lieu"},
        {"day": "2026-08-17", "kind": "working_day", "name": "Tetap masuk", "name_en": "At work"},
        {"day": "2026-08-18", "kind": "holiday", "name": "Pilkada", "name_en": "Election"},
    ]
    found = ask("2026-08-14T09:00:00+07:00", 3, "working_days", calendar={"days": days})
    assert found["due_on"] == "2026-08-19"
    assert [step["code"] for step in found["steps"]] == ["event", "day", "weekend", "day", "holiday", "day", "due"]
    assert found["steps"][4]["text"] == "Selasa, 2026-08-18: tidak dihitung, hari libur (Pilkada)."


def test_a_pause_that_lasts_leaves_the_last_day_open_and_says_what_is_left() -> None:
    pauses = [{"cause": "supplement", "paused_at": "2026-05-06T09:00:00+07:00"}]
    found = ask("2026-05-04T09:00:00+07:00", 5, "working_days", rule={"paused_by": ["supplement"]}, pauses=pauses)
    assert (found["due_on"], found["due_at"], found["counted"]) == (None, None, 2)
    assert found["steps"][-1]["text_en"] == "The pause by supplement since 2026-05-06 has not ended; 3 days are left."


def test_a_cause_that_the_rule_does_not_name_pauses_nothing_and_is_told() -> None:
    pauses = [{"cause": "flood", "paused_at": "2026-05-05T09:00:00+07:00"}]
    found = ask("2026-05-04T09:00:00+07:00", 2, "working_days", pauses=pauses)
    assert found["due_on"] == "2026-05-06"
    assert found["steps"][1]["code"] == "pause_ignored"


def test_a_pause_within_one_day_gives_no_day() -> None:
    pauses = [{"cause": "expert", "paused_at": "2026-05-05T08:00:00+07:00", "resumed_at": "2026-05-05T15:00:00+07:00"}]
    assert ask("2026-05-04T09:00:00+07:00", 2, "working_days", rule={"paused_by": ["expert"]}, pauses=pauses)["due_on"] == "2026-05-06"


def test_reminders_and_escalations_are_counted_in_the_days_of_the_time() -> None:
    found = ask("2026-03-12T09:00:00+07:00", 5, "working_days", rule={"reminders": [3, 1, 60], "escalations": [1, 3]})
    assert found["due_on"] == "2026-03-26"
    assert found["reminders"] == ["2026-03-16", "2026-03-25"]
    assert found["escalations"] == ["2026-03-27", "2026-03-31"]
    assert "reminder_outside" in [step["code"] for step in found["steps"]]
    plain = ask("2026-03-12T09:00:00+07:00", 14, "calendar_days", rule={"reminders": [3], "escalations": [1]})
    assert (plain["reminders"], plain["escalations"]) == (["2026-03-23"], ["2026-03-27"])


@pytest.mark.parametrize(
    ("start", "amount", "unit"),
    [
        ("0001-01-01T00:00:00+14:00", 1, "working_days"),
        ("9999-12-31T23:59:59-12:00", 1, "working_days"),
        ("1945-12-31T00:00:00+07:00", 1, "calendar_days"),
        ("2100-12-31T00:00:00+07:00", 1, "calendar_days"),
        ("2098-01-01T00:00:00+07:00", 3_650, "working_days"),
        ("2026-01-01T00:00:00+07:00", 121, "months"),
    ],
)
def test_a_time_beyond_the_years_that_are_known_is_refused(start: str, amount: int, unit: str) -> None:
    with pytest.raises(TimeRefused):
        ask(start, amount, unit)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rule": {"amount": 10_000}}, "rule.amount"),
        ({"rule": {"amount": -1}}, "rule.amount"),
        ({"rule": {"amount": 1.5}}, "rule.amount"),
        ({"rule": {"amount": True}}, "rule.amount"),
        ({"rule": {"amount": 1, "unit": "fortnights"}}, "rule.unit"),
        ({"start": "2026-05-04T09:00:00"}, "start"),
        ({"zone": "Europe/Amsterdam"}, "zone"),
        ({"calendar": {"weekend": [1, 2, 3, 4, 5, 6, 7]}}, "calendar.weekend"),
        ({"calendar": {"days": [{"day": "2026-02-30", "kind": "holiday", "name": "X", "name_en": "X"}]}}, "calendar.days.0.day"),
        ({"calendar": {"days": [{"day": "0000-01-01", "kind": "holiday", "name": "X", "name_en": "X"}]}}, "calendar.days.0.day"),
    ],
)
def test_what_is_no_time_is_refused_with_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        calculate("clock", {"start": "2026-05-04T09:00:00+07:00", "rule": {"amount": 1}, **change})
    assert refused.value.field == field


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    pauses = [{"cause": "expert", "paused_at": "2026-05-05T08:00:00+07:00", "resumed_at": "2026-05-04T15:00:00+07:00"}]
    with pytest.raises(InvalidPayload) as refused:
        calculate("clock", {"start": "2026-05-04T09:00:00+07:00", "rule": {"amount": 1}, "pauses": pauses})
    assert (refused.value.field, refused.value.problems[0]["code"]) == ("pauses.0.resumed_at", PauseRefused.code)
