"""What a report says: counts, shares, sums, who moved up, and nothing about what it does not show."""

from dataclasses import replace
from io import BytesIO

import openpyxl
import pypdf
import pytest

from tests.workflows.documents.rendering import render_report
from workflows.documents.kinds.report import Tally
from workflows.documents.spreadsheet import write_report_spreadsheet

pytestmark = pytest.mark.slow


def test_a_report_counts_shares_and_sums(report, words_of):
    words = words_of(render_report(report()))
    for shown in (
        "Dari 312 usulan, 84 ditetapkan (26,9%)",
        "Sebanyak 2 dari 226 unit kerja berpartisipasi.",
        "Median waktu penetapan 18 hari.",
        "Rp1.284.500.000",
        "24,6%",
        "Jumlah, 2 penghargaan yang berlaku Rp15.000.000",
        "Penyusutan terbesar: dari “Ditetapkan” ke “Diberi penghargaan”, 14,3% berlanjut",
        "Usulan paling banyak masuk pada Februari: 56",
        "Rahmawati Kusumaningrum; Yohana Simatupang",
        "Tabel 2. Unit kerja",
        "224 unit kerja lain 0 0 0 –",
        "Jumlah 101 24 3 23,8%",
        "Sumber angka: Tabel 2.",
    ):
        assert shown in words


def test_a_report_of_one_month_compares_it_with_none(report, words_of):
    words = words_of(render_report(report(months=(Tally("Jan 2026", 8), Tally("Feb 2026", 0)))))
    assert "Semua usulan masuk pada Januari 2026: 8" in words
    assert "paling banyak" not in words


def test_an_empty_report_still_reads(report, words_of):
    content = report(submitted=0, adopted=0, piloted=0, awarded=0, stages=(), units=(), months=(), awards=(), median_days_to_decision=None)
    words = words_of(render_report(replace(content, savings_rupiah=-5)))
    assert "Belum ada usulan yang masuk." in words
    assert "(–)" not in words
    assert "Median" not in words
    assert "−Rp5" in words


def test_a_report_joins_two_parts_without_a_comma_and_explains_only_what_it_shows(report, words_of):
    words = words_of(render_report(report(piloted=0, savings_rupiah=None)))
    assert "84 ditetapkan (26,9%) dan 12 diberi penghargaan." in words
    assert "Penghematan" not in words
    assert "Median ialah nilai tengah" in words


def test_a_revoked_place_says_who_moved_up(report, award, words_of):
    awards = (award(stands=False, state="Dicabut", note="Tempatnya diisi IDE-2026-000130."), award(idea_code="IDE-2026-000130"))
    words = words_of(render_report(report(awards=awards)))
    assert "Dicabut Tempatnya diisi IDE-2026-000130." in words
    assert "Jumlah, 1 penghargaan yang berlaku Rp15.000.000" in words


def test_a_large_report_lays_its_tables_out_over_pages(report, award):
    pdf = render_report(report(awards=tuple(award(idea_code=f"IDE-2026-{number:06d}") for number in range(200))))
    assert len(pypdf.PdfReader(BytesIO(pdf)).pages) > 10


def test_winners_stand_by_category_each_under_its_name(report, award, words_of):
    village, district = "Kategori Kelurahan", "Kategori Kecamatan"
    awards = (
        award(distinction=f"Juara I, {district}", category=district),
        award(distinction=f"Juara I, {village}", category=village, idea_code="IDE-2026-000130", rank=1),
        award(distinction=f"Juara II, {village}", category=village, idea_code="IDE-2026-000131", rank=2),
    )
    words = words_of(render_report(report(awards=awards)))
    assert (words.count(district), words.count(village)) == (1, 1)
    assert words.index(district) < words.index("IDE-2026-000123") < words.index(village) < words.index("IDE-2026-000130")
    assert "Juara II peringkat 2" in words


def test_the_workbook_names_the_category_beside_each_grade(report, award):
    awards = (award(distinction="Juara I, Kategori Kelurahan", category="Kategori Kelurahan"),)
    sheet = openpyxl.load_workbook(BytesIO(write_report_spreadsheet(report(awards=awards))))["Penghargaan"]
    assert "Juara I, Kategori Kelurahan" in [cell.value for cell in sheet[2]]
