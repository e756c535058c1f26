"""A person's posts and terms on pages: seen newest first, changed by their own forms, and the end of service confirmed first."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import select

from models.doubles import MergedDouble
from models.instants import today
from models.people import EmploymentKind, HeadCapacity, Person, RoleGrant
from tests.api.pages.browsing import fields_of, open_browser
from tests.building import Town
from workflows.region.people import NewPerson, register_person


@pytest.fixture
def admin(town: Town) -> TestClient:
    return open_browser(town, "admin")


def post(browser: TestClient, page: str, last: str, **typed: str) -> Response:
    fields = fields_of(browser.get(page).text, f"{page}{last}")
    return browser.post(f"{page}{last}", data=fields | typed, follow_redirects=True)


def test_a_changed_position_stands_above_the_former_one(town: Town, admin: TestClient) -> None:
    page = f"/pegawai/{town['mate'].id}"
    answer = post(admin, page, "/data", name=town["mate"].name, position="Analis Kebijakan", reason="SK 12/2026")
    assert answer.status_code == 200
    assert "Data pegawai sudah disimpan" in answer.text
    assert answer.text.index("<h3>Analis Kebijakan</h3>") < answer.text.index("<h3>Jabatan belum dicatat</h3>")
    assert "Alasan: SK 12/2026" in answer.text
    assert f"dicatat oleh {town['admin'].name}" in answer.text


def test_what_is_wrong_with_details_stands_beside_its_fields(town: Town, admin: TestClient) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    answer = post(admin, f"/pegawai/{town['mate'].id}", "/data", name="", valid_from=tomorrow)
    assert answer.status_code == 422
    for field in ("name", "valid_from"):
        assert f'id="details-{field}-error"' in answer.text
    assert post(admin, f"/pegawai/{town['chair'].id}", "/data", name="Nama Lain").status_code == 403
    assert town.rows(select(Person.name).where(Person.id == town["chair"].id)) == [town["chair"].name]


def test_an_acting_head_is_given_and_shown_with_the_last_day(town: Town, admin: TestClient) -> None:
    last = today() + timedelta(days=9)
    fields = fields_of(admin.get("/pegawai").text, "/pegawai/peran")
    typed = {"identifier": town["walker"].number, "role": "unit_head", "unit_code": "ANDIR", "capacity": "Plh."}
    refused = admin.post("/pegawai/peran", data=fields | typed)
    assert (refused.status_code, 'id="role-last_day-error"' in refused.text) == (422, True)
    fields = fields_of(admin.get("/pegawai").text, "/pegawai/peran")
    given = admin.post("/pegawai/peran", data=fields | typed | {"last_day": last.isoformat(), "reason": "Camat dinas luar"})
    assert given.status_code in (200, 303)
    (grant,) = town.rows(select(RoleGrant).where(RoleGrant.person_id == town["walker"].id))
    assert (grant.capacity, grant.last_day) == (HeadCapacity.DAILY, last)
    shown = admin.get(f"/pegawai/{town['walker'].id}").text
    assert "<h3>Plh. Kepala unit</h3>" in shown
    assert "Alasan: Camat dinas luar" in shown
    ended = post(admin, f"/pegawai/{town['walker'].id}", f"/peran/{grant.id}/akhiri", reason="Camat kembali")
    assert "Alasan berakhir: Camat kembali" in ended.text


def test_the_end_of_service_is_confirmed_first_and_taken_back_with_a_code(town: Town, admin: TestClient) -> None:
    page = f"/pegawai/{town['mate'].id}"
    asked = post(admin, page, "/berhenti", last_day=today().isoformat(), reason="Pensiun")
    assert "Periksa sebelum disimpan" in asked.text
    assert town.rows(select(Person.retired_on).where(Person.id == town["mate"].id)) == [None]
    fields = fields_of(asked.text, f"{page}/berhenti")
    done = admin.post(f"{page}/berhenti", data=fields | {"confirmed": "yes"}, follow_redirects=True)
    assert done.status_code == 200
    assert "Berhenti bertugas; hari terakhir" in done.text
    assert f'action="{page}/pindah"' not in done.text
    back = post(admin, page, "/pulihkan", reason="Diperpanjang")
    assert "Kode ini hanya ditampilkan sekali" in back.text
    assert town.rows(select(Person.retired_on).where(Person.id == town["mate"].id)) == [None]


def test_a_double_is_confirmed_first_and_leads_to_the_record_that_stays(town: Town, admin: TestClient) -> None:
    new = NewPerson(town["mate"].name, "198505052010011238", EmploymentKind.PNS, "CIROYOM")
    second, page = town.do(register_person, new, by="operator")[0].id, f"/pegawai/{town['mate'].id}"
    asked = post(admin, page, "/data-ganda", double="198505052010011238", true_number="other", reason="Tercatat dua kali")
    assert "Data ganda disatukan" in asked.text
    assert "Nomor yang benar" in asked.text
    assert town.rows(select(MergedDouble)) == []
    fields = fields_of(asked.text, f"{page}/data-ganda")
    done = admin.post(f"{page}/data-ganda", data=fields | {"confirmed": "yes"}, follow_redirects=True)
    assert "Data ganda sudah disatukan" in done.text
    gone = admin.get(f"/pegawai/{second}").text
    assert f'href="{page}"' in gone
    assert "<form" not in gone.partition("<main")[2].partition("</main>")[0]
