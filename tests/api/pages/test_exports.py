"""The page that gives out a file: by admins alone, of their own units, and each time as a fact."""

import csv
import io

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import select

from models.ledger import LedgerEntry
from tests.api.pages.browsing import fields_of, open_browser
from tests.building import Town


def take(browser: TestClient, unit: str = "ANDIR", what: str = "people", kind: str = "csv") -> Response:
    fields = fields_of(browser.get("/ekspor").text, "/ekspor")
    return browser.post("/ekspor", data=fields | {"what": what, "unit_code": unit, "kind": kind})


def list_facts(town: Town) -> list[str]:
    return town.rows(select(LedgerEntry.kind).where(LedgerEntry.kind.endswith(".export")).order_by(LedgerEntry.seq))  # type: ignore[attr-defined]


def test_an_admin_downloads_their_units_people_and_it_is_noted_each_time(town: Town) -> None:
    browser = open_browser(town, "admin")
    answer = take(browser)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert 'filename="pegawai-ANDIR-' in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert f"'{town['lead'].number}" in [row[0] for row in rows]
    assert f"'{town['stranger'].number}" not in [row[0] for row in rows]
    assert take(browser, what="units", kind="xlsx").content.startswith(b"PK")
    assert list_facts(town) == ["person.export", "unit.export"]


def test_one_form_sent_twice_is_two_files_and_two_facts(town: Town) -> None:
    browser = open_browser(town, "admin")
    fields = fields_of(browser.get("/ekspor").text, "/ekspor") | {"what": "people", "unit_code": "ANDIR", "kind": "csv"}
    assert [browser.post("/ekspor", data=fields).status_code for _ in range(2)] == [200, 200]
    assert list_facts(town) == ["person.export", "person.export"]


@pytest.mark.parametrize("who", ["operator", "head", "leader", "auditor", "lead"])
def test_nobody_else_sees_the_page_or_gets_a_file(town: Town, who: str) -> None:
    browser = open_browser(town, who)
    assert browser.get("/ekspor").status_code == 403
    fields = fields_of(browser.get("/akun").text, "/akun/kata-sandi") | {"what": "people", "unit_code": "ANDIR", "kind": "csv"}
    assert browser.post("/ekspor", data=fields).status_code == 403
    assert list_facts(town) == []


def test_an_admin_of_other_units_gets_none_of_these(town: Town) -> None:
    town.give_role("walker", "admin", "COBLONG")  # type: ignore[arg-type]
    browser = open_browser(town, "walker")
    assert "Kecamatan Andir" not in browser.get("/ekspor").text
    assert take(browser, "ANDIR").status_code == 403
    assert list_facts(town) == []


def test_a_form_from_elsewhere_gives_nothing(town: Town) -> None:
    answer = open_browser(town, "admin").post("/ekspor", data={"what": "people", "unit_code": "KOTA", "kind": "csv", "form_token": "x"})
    assert answer.status_code == 403
    assert list_facts(town) == []
