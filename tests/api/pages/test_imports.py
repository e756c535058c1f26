"""The page that takes in a file: looked at first, all of it or nothing; people by operators of their units, units by admins alone."""

import csv
import io
import re

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import select

from models.people import EmployeeNumber
from models.units import Unit
from tests.api.pages.browsing import fields_of, open_browser
from tests.building import Town
from tests.town import employee_number

HEADS = "NIP;Nama;Unit Kerja\n"
NEW, OTHER = employee_number(70), employee_number(71)


def send_file(browser: TestClient, content: str | bytes, act: str = "write", what: str = "people") -> Response:
    fields = fields_of(browser.get("/impor").text, "/impor") | {"what": what, "act": act}
    return browser.post("/impor", data=fields, files={"file": ("pegawai.csv", content, "text/csv")})


def is_registered(town: Town, number: str) -> bool:
    return bool(town.rows(select(EmployeeNumber.id).where(EmployeeNumber.number == number)))


def test_an_admin_checks_a_file_and_then_imports_it(town: Town) -> None:
    browser, content = open_browser(town, "admin"), f"{HEADS}{NEW};Ani Kuswara;Kelurahan Maleber\n"
    checked = send_file(browser, content, "check")
    assert checked.status_code == 200
    assert "Tidak ada yang perlu diperbaiki" in checked.text
    assert "Akan didaftarkan: 1." in checked.text
    assert not is_registered(town, NEW)
    taken = send_file(browser, content)
    assert (taken.status_code, is_registered(town, NEW)) == (200, True)
    assert "Isi berkas sudah diterapkan" in taken.text
    assert "Didaftarkan: 1." in taken.text
    assert "Tetap: 1." in send_file(browser, content).text


@pytest.mark.parametrize("act", ["check", "write"])
def test_every_fault_stands_on_the_page_by_row_and_column_and_nothing_is_taken(town: Town, act: str) -> None:
    browser, content = (
        open_browser(town, "admin"),
        f"{HEADS}{NEW};Ani;MALEBER\n{OTHER};<b>Budi</b>;Andir <i>Kidul</i>\n1,97E+17;Citra;MALEBER\n",
    )
    refused = send_file(browser, content, act)
    assert refused.status_code == 422
    assert "Tidak ada yang diubah: 2 hal perlu diperbaiki." in refused.text
    assert "<td>3</td><td>Unit kerja</td><td>Unit Andir &lt;i&gt;Kidul&lt;/i&gt; tidak dikenal. Periksa kodenya.</td>" in refused.text
    assert "<td>4</td><td>NIP/NI PPPK</td>" in refused.text
    assert not is_registered(town, NEW)


def test_the_faults_come_as_a_file_for_a_spreadsheet_too(town: Town) -> None:
    answer = send_file(open_browser(town, "admin"), f"{HEADS}{NEW};Ani;=1+1\n", "report")
    assert answer.headers["content-type"].startswith("text/csv")
    [_heads, row] = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";")
    assert row[:2] == ["2", "Unit kerja"]
    assert not is_registered(town, NEW)


def test_what_is_no_table_and_a_form_without_a_file_are_refused_in_a_sentence(town: Town) -> None:
    browser = open_browser(town, "admin")
    broken = send_file(browser, b"PK\x03\x04 nothing")
    assert broken.status_code == 422
    assert "Simpan ulang sebagai XLSX" in broken.text
    assert "Kolom ini tidak ditemukan: NIP, Kode Unit." in send_file(browser, "Nama\nAni\n").text
    empty = browser.post("/impor", data=fields_of(browser.get("/impor").text, "/impor") | {"act": "write"})
    assert empty.status_code == 422


def test_a_whole_citys_file_is_taken_though_no_other_form_takes_as_much(town: Town) -> None:
    browser = open_browser(town, "admin")
    wide = "x" * 1_500_000
    assert send_file(browser, f"{HEADS}{NEW};{wide};MALEBER\n", "check").status_code == 422
    assert browser.post("/pegawai", data={"name": wide}).status_code == 413
    assert send_file(browser, "x" * 12_000_001).status_code == 413


def test_an_operator_imports_the_people_of_their_units_and_is_led_to_their_sheet(town: Town) -> None:
    browser = open_browser(town, "operator")
    shown = browser.get("/impor").text
    assert (re.findall(r'name="what" value="(\w+)"', shown), "/ekspor" in shown) == (["people"], False)
    taken = send_file(browser, f"{HEADS}{NEW};Ani Kuswara;Kelurahan Maleber\n")
    assert (taken.status_code, is_registered(town, NEW)) == (200, True)
    assert 'href="/pegawai#lembar"' in taken.text
    assert 'id="lembar"' in browser.get("/pegawai").text
    assert 'href="/pegawai#lembar"' not in send_file(browser, f"{HEADS}{NEW};Ani Kuswara;Kelurahan Maleber\n").text, "nobody is new"


@pytest.mark.parametrize("act", ["check", "write", "report"])
def test_an_operators_rows_of_other_units_are_told_by_row_and_nothing_is_taken(town: Town, act: str) -> None:
    stranger = town["stranger"]
    content = f"{HEADS}{NEW};Ani;MALEBER\n{stranger.number};{stranger.name};DAGO\n{OTHER};Budi;DAGO\n"
    answer = send_file(open_browser(town, "operator"), content, act)
    assert answer.text.count("Baris ini menyangkut unit di luar wewenang Anda") == 2
    assert stranger.number not in answer.text
    assert not is_registered(town, NEW)


@pytest.mark.parametrize("act", ["check", "write"])
def test_an_operator_sends_no_units_though_the_form_is_altered(town: Town, act: str) -> None:
    answer = send_file(open_browser(town, "operator"), "Kode;Nama;Induk\nRW1;RW 01;MALEBER\n", act, what="units")
    assert answer.status_code == 403
    assert town.rows(select(Unit.id).where(Unit.code == "RW1")) == []


@pytest.mark.parametrize("who", ["head", "leader", "secretary", "lead"])
def test_nobody_but_operators_and_admins_opens_or_sends_it(town: Town, who: str) -> None:
    browser = open_browser(town, who)
    assert browser.get("/impor").status_code == 403
    form = fields_of(open_browser(town, "admin").get("/impor").text, "/impor")
    sent = browser.post("/impor", data=form | {"what": "people", "act": "write"}, files={"file": ("a.csv", f"{HEADS}{NEW};Ani;MALEBER")})
    assert sent.status_code == 403
    assert not is_registered(town, NEW)
