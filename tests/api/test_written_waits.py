"""A wait is read as people write it in either language, and written so that it is read again as it was."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.written_waits import read_wait, write_wait
from models.waits import Span, WaitUnit

WORKING, MONTHS = WaitUnit.WORKING_DAYS, WaitUnit.MONTHS


@pytest.mark.parametrize(
    ("typed", "wait"),
    [
        ("7", 7),
        (" 14 hari ", 14),
        ("14 hari kalender", 14),
        ("1 day", 1),
        ("5 hari kerja", {"amount": 5, "unit": "working_days"}),
        ("5 Hari  Kerja", {"amount": 5, "unit": "working_days"}),
        ("21 working days", {"amount": 21, "unit": "working_days"}),
        ("2 bulan", {"amount": 2, "unit": "months"}),
        ("1 month", {"amount": 1, "unit": "months"}),
        ("5hari kerja", {"amount": 5, "unit": "working_days"}),
        ("lima hari kerja", None),
        ("hari kerja", None),
        ("5 pekan", None),
        ("5 hari kerja lagi", None),
        ("-5 hari kerja", None),
        ("", None),
    ],
)
def test_what_people_write(typed: str, wait: Any) -> None:
    assert read_wait(typed, "id") == wait


@given(st.one_of(st.integers(0, 3_650), st.builds(Span, amount=st.integers(1, 3_650), unit=st.sampled_from(WaitUnit))))
@pytest.mark.parametrize("language", ["id", "en"])
def test_what_is_written_is_read_again(language: str, wait: int | Span) -> None:
    read = read_wait(write_wait(wait, language), language)
    assert read == (wait if isinstance(wait, int) else wait.model_dump(mode="json"))


@pytest.mark.parametrize(
    ("wait", "indonesian", "english"),
    [
        (14, "14 hari", "14 days"),
        (Span(amount=5, unit=WORKING), "5 hari kerja", "5 working days"),
        (Span(amount=2, unit=MONTHS), "2 bulan", "2 months"),
    ],
)
def test_a_wait_in_words(wait: int | Span, indonesian: str, english: str) -> None:
    assert (write_wait(wait, "id"), write_wait(wait, "en")) == (indonesian, english)
