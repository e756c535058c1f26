"""The inbox says since when something waits and how many working days are left of it, by page and by API."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.api.pages.test_calls import read
from tests.asking import ask
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.process.test_deadlines import MONDAY, WORKING
from tests.workflows.region.declaring import let_count
from workflows.process.deadlines import count_days_left, end_of_day, read_calendar


@pytest.mark.parametrize(
    ("ahead", "left"),
    [(0, 5), (2, 3), (3, 3), (6, 3), (7, 2), (8, 1), (9, 0)],  # Monday the 21st to Wednesday the 30th: Christmas and a weekend lie between
)
def test_working_days_are_counted_from_the_next_day_to_the_last(
    client: TestClient, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: int, left: int
) -> None:
    set_clock(monkeypatch, tmp_path, MONDAY)
    town.build_idea(IdeaStage.SCREENING, call=town.build_call(days=WORKING))
    set_clock(monkeypatch, tmp_path, MONDAY + timedelta(days=ahead))
    [line] = ask(client, town["secretary"], "GET /inbox").json()["inbox"]
    assert (line["working_days_left"], datetime.fromisoformat(line["since"])) == (left, MONDAY)
    said = read(town, "secretary", "/kotak-masuk")
    assert ("hari ini" if left == 0 else f"{left} hari kerja lagi") in said
    assert "sejak 21 Des 2026" in said


def test_a_date_in_calendar_days_or_past_has_none(client: TestClient, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, tmp_path, MONDAY)
    town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(days=WORKING))
    [line] = ask(client, town["chair"], "GET /inbox").json()["inbox"]
    assert line["working_days_left"] is None
    assert "14 hari lagi" in read(town, "chair", "/kotak-masuk")
    town.build_idea(IdeaStage.SCREENING, call=town.build_call(days=WORKING))
    set_clock(monkeypatch, tmp_path, datetime(2027, 1, 4, 2, tzinfo=UTC))
    [late] = ask(client, town["secretary"], "GET /inbox").json()["inbox"]
    assert (late["working_days_left"], late["overdue"]) == (None, True)


def test_a_day_of_the_region_is_none_of_those_that_are_left(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, tmp_path, MONDAY)
    let_count(town, date(2026, 12, 22))
    with town.store.reading() as session:
        assert count_days_left(end_of_day(date(2026, 12, 30)), read_calendar(session)) == 4
