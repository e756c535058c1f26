"""The files of units and people by API: for the same admins as the page, the same bytes, and each time a fact before anything is sent.

Who cheats: a program with the token of a district's admin that asks for the whole region, or one that asks again and again at night. An
inspector reads in the chain who took which units' people and when.
"""

import csv
import io

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlmodel import col, select

from models.ledger import LedgerEntry
from models.people import Role
from tests.api.either import client as client
from tests.api.pages.browsing import fields_of, open_browser
from tests.asking import ask, check_problem
from tests.building import Town

__all__ = ["client"]


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def list_facts(town: Town) -> list[tuple[str, str, str]]:
    found = select(LedgerEntry.payload).where(col(LedgerEntry.kind).endswith(".export")).order_by(col(LedgerEntry.seq))
    return [(fact["kind"], fact["actor"], fact["detail"]["format"]) for fact in town.rows(found)]


def numbers_in(text: str) -> set[str]:
    return {row[0].removeprefix("'") for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")}


def test_an_admin_takes_a_units_people_as_csv_and_it_is_a_fact(town: Town, client: TestClient) -> None:
    answer = ask(client, town["admin"], "GET /exports/people?unit_code=ANDIR")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="pegawai-ANDIR-' in answer.headers["content-disposition"]
    assert town["lead"].number in numbers_in(answer.text)
    assert town["stranger"].number not in numbers_in(answer.text)
    assert list_facts(town) == [("person.export", town["admin"].id, "csv")]


def test_it_is_the_file_that_the_page_gives(town: Town, client: TestClient) -> None:
    browser = open_browser(town, "admin")
    fields = fields_of(browser.get("/ekspor").text, "/ekspor")
    for what in ("people", "units"):
        given = browser.post("/ekspor", data=fields | {"what": what, "unit_code": "KOTA", "kind": "csv"})
        asked = ask(client, town["admin"], f"GET /exports/{what}?format=csv")
        assert asked.content == given.content, what
        assert asked.headers["content-disposition"] == given.headers["content-disposition"]


def test_a_spreadsheet_is_one(town: Town, client: TestClient) -> None:
    answer = ask(client, town["admin"], "GET /exports/units?format=xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert {cell.value for cell in sheet["A"]} >= set(town.units)


@pytest.mark.parametrize("path", ["people", "units"])
@pytest.mark.parametrize("who", ["operator", "head", "secretary", "leader", "auditor", "lead"])
def test_nobody_else_gets_a_file_and_nothing_is_noted(town: Town, client: TestClient, who: str, path: str) -> None:
    for unit in ("ANDIR", "", "NIHIL"):
        check_problem(ask(client, town[who], f"GET /exports/{path}?unit_code={unit}"), 403, "only_admin", language="id")
    assert ask(client, None, f"GET /exports/{path}").status_code == 401
    assert list_facts(town) == []


def test_an_admin_of_a_district_gets_that_district_and_neither_the_region_nor_another(town: Town, client: TestClient) -> None:
    town.give_role("walker", Role.ADMIN, "COBLONG")
    for unit in ("", "ANDIR", "KOTA"):
        check_problem(ask(client, town["walker"], f"GET /exports/people?unit_code={unit}"), 403, "only_admin", language="id")
    answer = ask(client, town["walker"], "GET /exports/people?unit_code=COBLONG")
    assert answer.status_code == 200
    assert town["stranger"].number in numbers_in(answer.text)
    assert town["lead"].number not in numbers_in(answer.text)
    assert list_facts(town) == [("person.export", town["walker"].id, "csv")]


def test_a_unit_or_a_kind_of_file_that_there_is_not_is_refused(town: Town, client: TestClient) -> None:
    check_problem(ask(client, town["admin"], "GET /exports/people?unit_code=NIHIL"), 422, "unit_unknown", language="id")
    assert ask(client, town["admin"], "GET /exports/people?format=pdf").status_code == 422
    assert ask(client, town["admin"], "GET /exports/people?unit_code=%00").status_code == 422
    assert ask(client, town["admin"], "GET /exports/awards").status_code == 404
    assert list_facts(town) == []


def test_each_file_is_a_fact_of_its_own(town: Town, client: TestClient) -> None:
    for _ in range(2):
        assert ask(client, town["admin"], "GET /exports/units").status_code == 200
    assert [kind for kind, _, _ in list_facts(town)] == ["unit.export", "unit.export"]
