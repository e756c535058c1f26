"""Months are counted back on the calendar: a month earlier is the same day, or the last one where that month is shorter."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calculations.months import months_after, months_before

DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))
MONTHS = st.integers(0, 360)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2027, 1, 29), 24, date(2025, 1, 29)),
        (date(2027, 3, 31), 1, date(2027, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2027, 1, 31), 1, date(2026, 12, 31)),
        (date(2027, 12, 31), 13, date(2026, 11, 30)),
        (date(2027, 1, 1), 0, date(2027, 1, 1)),
        (date(2100, 3, 29), 1, date(2100, 2, 28)),
    ],
)
def test_a_day_that_the_month_has_not_is_its_last(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@given(DAYS, MONTHS)
def test_the_day_lies_in_the_month_that_is_so_many_earlier_and_never_later_in_it(day: date, months: int) -> None:
    before = months_before(day, months)
    assert (day.year - before.year) * 12 + day.month - before.month == months
    assert before.day == day.day or (before.day < day.day and (before + timedelta(days=1)).day == 1)


@given(DAYS, MONTHS, st.integers(0, 400))
def test_a_later_day_never_asks_for_an_earlier_one(day: date, months: int, later: int) -> None:
    assert months_before(day, months) <= months_before(day + timedelta(days=later), months)


@given(DAYS, MONTHS, st.integers(1, 12))
def test_more_months_always_lead_further_back(day: date, months: int, more: int) -> None:
    assert months_before(day, months + more) < months_before(day, months)


@given(DAYS, MONTHS)
def test_on_and_back_lead_to_the_same_day_or_to_one_that_a_short_month_cut_off(day: date, months: int) -> None:
    back = months_before(months_after(day, months), months)
    assert back == day or (back < day and months_after(day, months).day < day.day)


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_a_month_on_is_the_same_day_or_the_months_last(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after
