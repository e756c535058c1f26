"""Days in cells: as HR systems, Excel and people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.process.refusals import Invalid
from workflows.region.sheet_dates import EARLIEST, SERIALS_FROM, read_day

FIRST = date(2026, 10, 1)


@pytest.mark.parametrize(
    "written",
    [
        "2026-10-01",
        "2026-10-01 00:00:00",
        "01/10/2026",
        "1-10-2026",
        "1.10.2026",
        "1 Oktober 2026",
        "01 okt 2026",
        "1 October 2026",
        "46296",
    ],
)
def test_one_day_is_read_however_it_is_written(written: str) -> None:
    assert read_day(written, "valid_from") == FIRST


@pytest.mark.parametrize("written", ["", "31/02/2026", "2026", "Oktober 2026", "1 Brumaire 2026", "10/2026", "12345", "01/10/26"])
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="sheet_day_unreadable") as refused:
        read_day(written, "valid_from")
    assert (refused.value.field, refused.value.parameters["given"]) == ("valid_from", written)


@given(st.dates(min_value=EARLIEST, max_value=date(2099, 12, 31)))
def test_every_day_comes_back_from_each_of_its_forms(day: date) -> None:
    forms = (day.isoformat(), f"{day:%d/%m/%Y}", str((day - SERIALS_FROM).days))
    assert {read_day(form, "valid_from") for form in forms} == {day}
