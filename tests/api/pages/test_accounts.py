"""Accounts and offices as pages: confirm as the second person, my account, somebody's record; what the API can do, a browser can."""

import re

from sqlmodel import col, select

from models.ids import new_id
from models.instants import today
from models.people import AccountNotice, EmployeeNumber, Role, RoleGrant, SignIn
from tests.api.pages.browsing import PASSWORD, confirm, fields_of, give_password, open_browser, send
from tests.building import Town
from workflows.process.actors import actor_of
from workflows.region.codes import renew_activation
from workflows.region.grants import grant_role

NEW_PASSWORD = "hujan turun di kebun teh"


def holds(town: Town, who: str, role: Role) -> bool:
    with town.store.reading() as session:
        return actor_of(session, town[who].id).holds(role)


def test_a_deciding_role_given_on_the_page_waits_for_the_second_person_on_theirs(town: Town) -> None:
    given = send(
        open_browser(town, "admin"), "/pegawai", "/pegawai/peran", identifier=town["walker"].number, role="verifier", unit_code="KOTA"
    )
    assert given.headers["location"] == "/pegawai?ok=role_asked"
    (grant,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town["walker"].id))
    own = open_browser(town, "admin").get("/konfirmasi").text
    assert "Harus dikonfirmasi orang lain" in own
    assert 'value="confirm"' not in own
    second = open_browser(town, "second_admin")
    assert "Menunggu konfirmasi Anda sebagai orang kedua: 1" in second.get("/kotak-masuk").text
    assert "Kode baru tampil satu kali kepada Anda" in second.get("/konfirmasi").text
    confirmed = send(second, "/konfirmasi", f"/konfirmasi/{grant}", do="confirm").text
    assert re.search(r'class="secret">\w{4}-\w{4}-\w{4}<', confirmed)
    assert town["walker"].name in confirmed
    assert holds(town, "walker", Role.VERIFIER)
    assert "Tidak ada yang menunggu konfirmasi Anda" in second.get("/konfirmasi").text


def test_who_began_it_is_refused_on_the_page_too(town: Town) -> None:
    grant = town.do(grant_role, town["walker"].id, Role.CHAIR, "KOTA", by="admin").id
    answer = send(open_browser(town, "admin"), "/konfirmasi", f"/konfirmasi/{grant}", do="confirm")
    assert answer.status_code == 403
    assert "Konfirmasi harus dilakukan orang lain" in answer.text
    withdrawn = send(open_browser(town, "admin"), "/konfirmasi", f"/konfirmasi/{grant}", do="refuse")
    assert withdrawn.headers["location"] == "/konfirmasi?ok=confirmation_refused"
    assert not holds(town, "walker", Role.CHAIR)


def test_a_code_for_somebody_in_office_is_shown_to_the_second_person_once(town: Town) -> None:
    operator = open_browser(town, "operator")
    asked = send(operator, "/pegawai", "/pegawai/kode", identifier=town["head"].number)
    assert asked.headers["location"] == "/pegawai?ok=code_asked"
    (row,) = re.findall(r'action="/konfirmasi/(\w+)"', open_browser(town, "second_admin").get("/konfirmasi").text)
    second = open_browser(town, "second_admin")
    fields = fields_of(second.get("/konfirmasi").text, f"/konfirmasi/{row}") | {"do": "confirm"}
    first, again = (second.post(f"/konfirmasi/{row}", data=fields) for _ in range(2))
    assert re.search(r'class="secret">\w{4}-\w{4}-\w{4}<', first.text)
    assert 'class="secret"' not in again.text


def test_my_account_lists_devices_and_ends_them(town: Town) -> None:
    browser, other = open_browser(town, "chair"), open_browser(town, "chair")
    shown = browser.get("/akun").text
    assert shown.count('action="/akun/sesi/') == 2  # the other browser, and the town's own
    token = other.cookies["gagas_session"]
    assert token not in shown
    for action in re.findall(r'action="(/akun/sesi/\w+)"', shown):
        assert send(browser, "/akun", action).headers["location"] == "/akun?ok=session_ended"
    assert other.get("/usulan").status_code == 303
    answer = send(browser, "/akun", "/akun/keluar-semua")
    assert answer.headers["location"] == "/?ok=signed_out_everywhere"
    assert 'gagas_session=""' in answer.headers["set-cookie"]
    assert town.rows(select(SignIn).where(SignIn.person_id == town["chair"].id)) == []


def test_the_password_is_changed_on_my_account(town: Town) -> None:
    give_password(town, "chair")
    browser, other = open_browser(town, "chair"), open_browser(town, "chair")
    typed = {"present_password": PASSWORD, "password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    wrong = send(browser, "/akun", "/akun/kata-sandi", **{**typed, "present_password": "bukan ini"})
    assert wrong.status_code == 422
    assert "Kata sandi sekarang tidak cocok" in wrong.text
    assert NEW_PASSWORD not in wrong.text
    differ = send(browser, "/akun", "/akun/kata-sandi", **{**typed, "password_again": "lain sekali ini"})
    assert "Kedua kata sandi tidak sama" in differ.text
    forged = browser.post("/akun/kata-sandi", data={**typed, "form_token": "x", "form_key": new_id()})
    assert forged.status_code == 403
    assert send(browser, "/akun", "/akun/kata-sandi", **typed).headers["location"] == "/akun?ok=password_changed"
    assert (browser.get("/akun").status_code, other.get("/akun").status_code) == (200, 303)
    assert "Kata sandi Anda diganti" in browser.get("/akun").text


def test_a_persons_record_is_found_by_number_and_leads_every_way_back(town: Town) -> None:
    admin, mate = open_browser(town, "admin"), town["mate"]
    found = send(admin, "/pegawai", "/pegawai/cari", identifier=mate.number)
    record = f"/pegawai/{mate.id}"
    assert found.headers["location"] == record
    assert mate.number not in admin.get(record).text
    town.give_role("mate", Role.PILOT_OWNER, "ANDIR")
    (grant,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == mate.id))
    number = {"employee_number": "199305172021221968", "kind": "pppk", "valid_from": "2026-01-01"}
    assert send(admin, record, f"{record}/nomor", **number).status_code == 422
    steps = (
        (f"{record}/peran/{grant}/akhiri", {}, "role_ended"),
        (f"{record}/pindah", {"unit_code": "DAGO"}, "person_moved"),
        (f"{record}/nomor", {**number, "valid_from": ""}, None),
        (f"{record}/tutup", {}, "account_closed"),
    )
    for action, fields, done in steps:
        answer = send(admin, record, action, **fields)
        if done == "account_closed":
            assert "perannya diberikan lagi satu per satu" in answer.text
            answer = confirm(admin, answer)
        assert (answer.headers.get("location"), answer.status_code) == ((f"{record}?ok={done}", 303) if done else (None, 422))
    assert not holds(town, "mate", Role.PILOT_OWNER)
    assert re.search(r'class="secret">\w{4}-\w{4}-\w{4}<', send(admin, record, f"{record}/buka").text)


def test_a_new_number_is_given_on_the_record_and_the_person_is_told(town: Town) -> None:
    mate, record = town["mate"], f"/pegawai/{town['mate'].id}"
    new = {"employee_number": "199305172021221968", "kind": "pppk", "valid_from": today().isoformat()}
    answer = send(open_browser(town, "operator"), record, f"{record}/nomor", **new)
    assert answer.headers["location"] == f"{record}?ok=number_changed", answer.text
    present = select(EmployeeNumber.number).where(EmployeeNumber.person_id == mate.id, col(EmployeeNumber.valid_until).is_(None))
    assert town.rows(present) == [new["employee_number"]]
    assert town.rows(select(AccountNotice.kind).where(AccountNotice.person_id == mate.id)) == ["number_changed"]


def test_a_record_is_read_by_who_looks_after_the_account(town: Town) -> None:
    record = f"/pegawai/{town['mate'].id}"
    statuses = {
        who: open_browser(town, who).get(record).status_code for who in ("operator", "admin", "mate", "head", "auditor", "secretary")
    }
    assert statuses == {"operator": 200, "admin": 200, "mate": 403, "head": 403, "auditor": 403, "secretary": 403}
    assert open_browser(town, "operator").get(f"/pegawai/{town['stranger'].id}").status_code == 403


def test_the_person_is_told_on_their_own_page(town: Town) -> None:
    town.do(renew_activation, town["head"].id, by="operator")
    assert "Kode baru untuk akun Anda diminta" in open_browser(town, "head").get("/akun").text
    assert town.rows(select(SignIn.person_id).where(col(SignIn.person_id) == town["head"].id))


def test_an_operator_prints_a_units_codes_on_a_page_that_is_shown_once(town: Town) -> None:
    operator = open_browser(town, "operator")
    fields = fields_of(operator.get("/pegawai").text, "/pegawai/lembar") | {"unit_code": "MALEBER"}
    first, again = (operator.post("/pegawai/lembar", data=fields) for _ in range(2))
    (code,) = re.findall(r'class="secret">(\w{4}-\w{4}-\w{4})<', first.text)
    assert town["lead"].name in first.text
    assert town["lead"].number not in first.text
    assert "Kode dibuat untuk 1 pegawai" in first.text
    assert code not in again.text
    assert "tidak disimpan" in again.text
    refused = send(operator, "/pegawai", "/pegawai/lembar", unit_code="DAGO")
    assert refused.status_code == 403
