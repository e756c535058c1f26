"""The page of the working calendar: months as tables for everybody, the form for the region's admin, and two people behind every day."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from models.calendars import DeclaredDay
from tests.api.pages.browsing import open_browser, send
from tests.api.pages.test_calls import read
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.region.declaring import DECREE, declare, let_count

PAGE = "/kalender"
MONDAY = datetime(2026, 12, 21, 2, tzinfo=UTC)
TUESDAY = date(2026, 12, 22)
HOLIDAY = {"day": "2026-12-22", "kind": "holiday", "name": "Hari jadi kota", "name_en": "Anniversary", "source": DECREE}


@pytest.fixture(autouse=True)
def monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, tmp_path, MONDAY)


def test_a_year_is_shown_by_its_months_in_both_languages(town: Town) -> None:
    let_count(town, TUESDAY)
    said = read(town, "lead", PAGE)
    for shown in ("Kalender kerja 2026", "Desember 2026", "20 hari kerja", "Selasa, 22 Desember", "Hari jadi kota · Hari libur", DECREE):
        assert shown in said
    assert "Jumat, 25 Desember Hari Raya Natal · Hari libur Nasional" in said
    browser = open_browser(town, "lead")
    browser.headers["Accept-Language"] = "en"
    english = browser.get(f"{PAGE}?tahun=2026").text
    for shown in ("Working calendar 2026", "Tuesday, 22 December", "Anniversary of the city", "Christmas Day"):
        assert shown in english
    assert "Kalender kerja 2027" in read(town, "lead", f"{PAGE}?tahun=2027")
    assert 'action="/kalender"' not in browser.get(PAGE).text


def test_an_admin_declares_and_another_confirms(town: Town) -> None:
    answer = send(open_browser(town, "admin"), PAGE, PAGE, **HOLIDAY)
    assert answer.headers["location"] == f"{PAGE}?tahun=2026&ok=calendar_declared"
    assert "Menunggu konfirmasi" in read(town, "admin", PAGE)
    assert "Menunggu konfirmasi" not in read(town, "lead", PAGE)
    asked = read(town, "second_admin", "/konfirmasi")
    for shown in ("Kalender daerah", "Hari jadi kota", "22 Desember 2026 · Hari libur", DECREE):
        assert shown in asked
    [declared] = town.rows(select(DeclaredDay))
    done = send(open_browser(town, "second_admin"), "/konfirmasi", f"/konfirmasi/{declared.id}", do="confirm")
    assert done.headers["location"].endswith("?ok=confirmed")
    assert "Selasa, 22 Desember Hari jadi kota" in read(town, "lead", PAGE)


def test_what_waits_is_taken_back_and_what_counts_is_removed_by_two(town: Town) -> None:
    browser, declared = open_browser(town, "admin"), declare(town, TUESDAY)
    assert send(browser, "/konfirmasi", f"/konfirmasi/{declared}", do="refuse").headers["location"].endswith("?ok=confirmation_refused")
    let_count(town, TUESDAY)
    assert send(browser, PAGE, f"{PAGE}/2026-12-22/hapus").headers["location"] == f"{PAGE}?tahun=2026&ok=calendar_withdrawn"
    assert "Mengikuti kalender nasional" in read(town, "second_admin", "/konfirmasi")
    assert "Selasa, 22 Desember Hari jadi kota" in read(town, "lead", PAGE), "until a second person agrees"


def test_what_cannot_be_declared_is_told_at_its_field_and_kept(town: Town) -> None:
    refused = send(open_browser(town, "admin"), PAGE, PAGE, **{**HOLIDAY, "day": "2026-12-20", "source": "SKB"})
    assert refused.status_code == 422
    assert "Tanggal ini sudah lewat" in refused.text
    assert 'value="Hari jadi kota"' in refused.text
    for wrong in ("", "besok", "0000-00-00", "9999-12-31"):
        answer = send(open_browser(town, "admin"), PAGE, PAGE, **{**HOLIDAY, "day": wrong})
        assert (answer.status_code, "declare_day-day-error" in answer.text) == (422, True), wrong
    assert town.rows(select(DeclaredDay)) == []


def test_who_is_no_admin_of_the_region_sees_no_form_and_is_refused(town: Town) -> None:
    let_count(town, TUESDAY)
    for who in ("lead", "secretary", "leader"):
        assert 'action="/kalender' not in open_browser(town, who).get(PAGE).text
    assert open_browser(town).get(PAGE).status_code == 303
