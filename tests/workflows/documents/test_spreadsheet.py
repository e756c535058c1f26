"""The workbook says what the report says, in cells that only hold what they show."""

from datetime import date
from io import BytesIO

import openpyxl

from workflows.documents.render import write_report_spreadsheet

FORMULAS = ('=HYPERLINK("http://contoh")', "+1+1", "-2", "@SUM(A1)", "https://contoh.go.id", "0123", "{=1}", "\t=1")


def opened(report):
    return openpyxl.load_workbook(BytesIO(write_report_spreadsheet(report)))


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_every_figure_stands_in_its_sheet(report):
    book = opened(report())
    assert book.sheetnames == ["Ringkasan", "Tahap", "Bulan", "Unit", "Penghargaan"]
    summary = dict(rows(book["Ringkasan"])[1:])
    assert summary["Usulan masuk"] == 312
    assert summary["Sejak"].date() == date(2026, 1, 2)
    assert summary["Penghematan bersih (rupiah)"] == 1_284_500_000
    assert rows(book["Tahap"])[3] == ["Ditetapkan", 84]
    assert rows(book["Bulan"])[2] == ["Feb", 56]
    assert rows(book["Unit"])[1] == ["Kelurahan Ciroyom", 61, 15, 3]
    award = rows(book["Penghargaan"])[1]
    assert award[0] == "IDE-2026-000123"
    assert award[3] == "Rahmawati Kusumaningrum; Yohana Simatupang"
    assert award[5:8] == [1, 15_000_000, 15_000_000]


def test_headings_are_frozen_and_columns_wide_enough(report):
    for sheet in opened(report()):
        assert sheet.freeze_panes == "B2"
        assert all(sheet.column_dimensions[letter].width >= 10 for letter in "AB")


def test_money_is_shown_as_rupiah(report):
    assert "Rp" in opened(report())["Penghargaan"]["G2"].number_format


def test_hostile_text_is_never_a_formula_or_a_link(report, award):
    awards = tuple(award(idea_title=text, unit=text, team=(text,), state=text, decree=text) for text in FORMULAS)
    book = opened(report(awards=awards, call_title=FORMULAS[0]))
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f"
            assert cell.hyperlink is None
    assert [row[1] for row in rows(book["Penghargaan"])[1:]] == [text.strip() for text in FORMULAS]


def test_the_same_report_is_the_same_bytes(report):
    assert write_report_spreadsheet(report()) == write_report_spreadsheet(report())


def test_the_workbook_is_dated_by_the_report(report):
    assert opened(report()).properties.created.date() == report().issued_on
