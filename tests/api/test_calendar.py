"""The calendar by the API: a year for everybody signed in, a day declared, confirmed under `/confirmations`, and taken away again."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.asking import ask
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.region.declaring import DECREE, declare

MONDAY = datetime(2026, 12, 21, 2, tzinfo=UTC)
DAY = "2026-12-22"
HOLIDAY = {"kind": "holiday", "name": "Hari jadi kota", "name_en": "Anniversary of the city", "source": DECREE}


@pytest.fixture(autouse=True)
def monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, tmp_path, MONDAY)


def days_of(client: TestClient, town: Town, who: str = "lead") -> dict[str, Any]:
    return {day["day"]: day for day in ask(client, town[who], "GET /calendar/2026").json()["days"]}


def test_a_day_is_declared_confirmed_shown_and_taken_away(client: TestClient, town: Town) -> None:
    put = ask(client, town["admin"], f"PUT /calendar/days/{DAY}", HOLIDAY)
    assert (put.status_code, put.json()["confirmed_at"], put.json()["kind"]) == (200, None, "holiday")
    assert ask(client, town["admin"], f"PUT /calendar/days/{DAY}", HOLIDAY).json()["id"] == put.json()["id"]
    assert DAY not in days_of(client, town)
    [waiting] = [row for row in ask(client, town["second_admin"], "GET /confirmations").json() if row["kind"] == "calendar"]
    assert (waiting["day"], waiting["declares"], waiting["source"], waiting["about_id"]) == (DAY, "holiday", DECREE, None)
    assert ask(client, town["second_admin"], f"POST /confirmations/{waiting['id']}/approval").status_code == 200
    assert days_of(client, town)[DAY] == {**HOLIDAY, "day": DAY, "is_own": True}
    gone = ask(client, town["admin"], f"DELETE /calendar/days/{DAY}").json()
    assert (gone["kind"], gone["confirmed_at"]) == ("as_nation", None)
    ask(client, town["second_admin"], f"POST /confirmations/{gone['id']}/approval")
    assert DAY not in days_of(client, town)


def test_a_year_has_the_nations_days_and_how_many_are_worked(client: TestClient, town: Town) -> None:
    year = ask(client, town["lead"], "GET /calendar/2026").json()
    assert year["year"] == 2026
    assert len(year["working_days"]) == 12
    assert year["working_days"][11] == 21
    christmas = next(day for day in year["days"] if day["day"] == "2026-12-25")
    assert (christmas["kind"], christmas["is_own"], christmas["source"]) == ("holiday", False, "")
    assert year["waiting"] == []


@pytest.mark.parametrize("year", ["0", "1945", "2101", "9999", "-1", "abc", "1e3"])
def test_a_year_that_nobody_knows_is_refused(client: TestClient, town: Town, year: str) -> None:
    assert ask(client, town["lead"], f"GET /calendar/{year}").status_code == 422


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("0000-01-01", 422),
        ("0001-01-01", 422),
        ("9999-12-31", 422),
        ("2026-12-20", 422),
        ("2029-03-02", 422),
        ("2026-02-30", 422),
        ("besok", 422),
    ],
)
def test_a_day_that_cannot_be_declared_is_refused_with_a_sentence(client: TestClient, town: Town, day: str, status: int) -> None:
    answer = ask(client, town["admin"], f"PUT /calendar/days/{day}", HOLIDAY)
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "wrong", [{"kind": "as_nation"}, {"kind": "weekend"}, {"name": "x" * 201}, {"name": ""}, {"note": "x"}, {"source": "SKB"}]
)
def test_what_is_no_declaration_is_refused(client: TestClient, town: Town, wrong: dict[str, str]) -> None:
    assert ask(client, town["admin"], f"PUT /calendar/days/{DAY}", {**HOLIDAY, **wrong}).status_code == 422


def test_a_day_of_which_nothing_is_declared_is_not_found(client: TestClient, town: Town) -> None:
    assert ask(client, town["admin"], f"DELETE /calendar/days/{DAY}").status_code == 404
    declare(town, date(2026, 12, 22))
    ended = ask(client, town["second_admin"], f"DELETE /calendar/days/{DAY}")
    assert (ended.status_code, ended.json()["ended_at"] is not None) == (200, True)
    assert ask(client, town["admin"], f"DELETE /calendar/days/{DAY}").status_code == 404
