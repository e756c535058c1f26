"""A policy's waits: a number stays calendar days, as every stored policy has it; with a unit it is held against the same limits.

Who would err: whoever writes 400 working days, or the unit as they please. What must not change: a policy that was signed before.
"""

from typing import Any

import pytest
from pydantic import ValidationError

from models.policy import Days, GateRule
from models.waits import Span, WaitUnit, find_added, is_span

GATE = {"name": "visit", "label": "Kunjungan", "label_en": "Visit", "stage": "shortlisted", "role": "secretariat"}


def working(amount: Any) -> dict[str, Any]:
    return {"amount": amount, "unit": "working_days"}


def months(amount: Any) -> dict[str, Any]:
    return {"amount": amount, "unit": "months"}


def test_a_number_is_stored_as_before_and_a_span_as_it_was_written() -> None:
    days = Days.model_validate({"review": working(10), "screening": 9, "hearing": months(1)})
    assert days.model_dump(mode="json") == {**Days().model_dump(mode="json"), "review": working(10), "screening": 9, "hearing": months(1)}
    assert Days().model_dump(mode="json")["review"] == 14
    assert Days.model_validate(days.model_dump(mode="json")) == days
    assert days.get("review") == Span(amount=10, unit=WaitUnit.WORKING_DAYS)
    assert GateRule.model_validate({**GATE, "days": working(3)}).days == Span(amount=3, unit=WaitUnit.WORKING_DAYS)


@pytest.mark.parametrize(
    ("given", "place", "problem"),
    [
        ({"review": working(400)}, ("review",), "less_than_equal"),
        ({"review": working(261)}, ("review",), "less_than_equal"),
        ({"review": working(10_000)}, ("review", "amount"), "less_than_equal"),
        ({"review": months(13)}, ("review",), "less_than_equal"),
        ({"review": months(0)}, ("review", "amount"), "greater_than_equal"),
        ({"retention": months(1)}, ("retention",), "greater_than_equal"),
        ({"review": working("5")}, ("review", "amount"), "int_type"),
        ({"review": working(True)}, ("review", "amount"), "int_type"),
        ({"review": {"amount": 5}}, ("review", "unit"), "missing"),
        ({"review": {"amount": 5, "unit": "calendar_days"}}, ("review", "unit"), "enum"),
        ({"review": {**working(5), "note": "x"}}, ("review", "note"), "extra_forbidden"),
        ({"review": 366}, ("review",), "less_than_equal"),
        ({"review": [5]}, ("review",), "int_type"),
        ({"hearing": working(600)}, ("hearing",), "less_than_equal"),
        ({"hearing": "9"}, ("hearing",), "int_type"),
    ],
)
def test_what_is_no_wait_is_refused_at_its_place(given: dict[str, Any], place: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Days.model_validate(given)
    assert [(error["loc"], error["type"]) for error in refused.value.errors()] == [(place, problem)]


@pytest.mark.parametrize(
    "given", [{"review": working(260)}, {"review": months(12)}, {"deferral": months(24)}, {"retention": months(120)}, {"objection": 0}]
)
def test_the_longest_waits_are_a_year_or_what_the_wait_may_have(given: dict[str, Any]) -> None:
    assert Days.model_validate(given).model_dump(mode="json", include=set(given)) == given


def test_what_is_added_to_a_wait_has_its_unit_and_nothing_else_counts_as_longer() -> None:
    five, seven = (Span(amount=amount, unit=WaitUnit.WORKING_DAYS) for amount in (5, 7))
    assert find_added(five, seven) == Span(amount=2, unit=WaitUnit.WORKING_DAYS)
    assert find_added(14, 21) == 7
    for before, after in ((seven, five), (five, five), (21, 14), (14, five), (five, 14), (five, Span(amount=9, unit=WaitUnit.MONTHS))):
        assert find_added(before, after) is None


def test_only_a_whole_span_is_one() -> None:
    assert is_span(working(5))
    assert not any(map(is_span, (5, None, {}, {"amount": 5}, {"amount": 5, "unit": "days"}, {**working(5), "more": 1}, [working(5)])))
