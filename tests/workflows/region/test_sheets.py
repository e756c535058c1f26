"""Tables as offices really send them, and files that are no tables."""

import io
from datetime import date
from typing import Any

import pytest
from xlsxwriter import Workbook  # type: ignore[import-untyped, unused-ignore]

import workflows.region.sheets as sheets
from workflows.process.refusals import Invalid
from workflows.region.sheets import has_lost_digits, open_sheet

HEADS = {"employee_number": ("NIP", "NIP Baru"), "name": ("Nama",), "grade": ("Gol", "Golongan Ruang")}
NIP = "197103171997031900"
BUDI = {"employee_number": NIP, "name": "Budi", "grade": "III/a"}


def write_book(*tables: list[list[Any]], merged: tuple[int, int, int, int] | None = None) -> bytes:
    """A spreadsheet with these sheets; of the last one some cells may be merged."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        for rows in tables:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, place, cell, book.add_format({"num_format": "dd/mm/yyyy"}))
                    else:
                        sheet.write(number, place, cell)
        if merged:
            sheet.merge_range(*merged, tables[-1][merged[0]][merged[1]])
    return file.getvalue()


def read(content: bytes) -> list[tuple[int, dict[str, str]]]:
    return list(open_sheet(content, HEADS, (("employee_number",), ("name",))).rows)


@pytest.mark.parametrize(
    "content",
    [
        f"NIP;Nama;Gol\n{NIP};Budi;III/a\n".encode(),
        f"NIP,Nama,Gol\n{NIP},Budi,III/a\n".encode("utf-8-sig"),
        f"nip baru\tNAMA\tGol./Ruang\tGOLONGAN RUANG\n'{NIP}\t Budi \t\tIII/a\n".encode("utf-16"),
        f'"NIP","Nama","Gol"\r\n"{NIP}","Budi","III/a"\r\n'.encode(),
    ],
    ids=["semicolons", "commas and a mark", "tabs in UTF-16", "quoted"],
)
def test_a_text_is_read_by_whatever_delimiter_and_encoding_it_has(content: bytes) -> None:
    assert read(content) == [(2, BUDI)]


def test_an_old_export_is_read_as_windows_1252() -> None:
    assert read(f"NIP;Nama\n{NIP};André – Budi\n".encode("cp1252")) == [(2, {"employee_number": NIP, "name": "André – Budi"})]


def test_heads_are_found_below_titles_over_two_rows_and_on_a_later_sheet() -> None:
    rows: list[list[Any]] = [
        ["DAFTAR PEGAWAI"],
        [],
        ["No", "NIP", "Nama", "Pangkat", ""],
        ["", "", "", "Gol", "TMT"],
        [1, f"'{NIP}", "Budi", "III/a", date(2020, 4, 1)],
        [],
        [2, "", "", "", ""],
    ]
    assert read(write_book([["Sampul"]], rows, merged=(2, 3, 2, 4))) == [(5, BUDI)]


def test_a_number_that_a_cell_kept_as_a_number_is_seen_to_have_lost_its_digits() -> None:
    [(_row, cells)] = read(write_book([["NIP", "Nama"], [int(NIP), "Budi"]]))
    assert has_lost_digits(cells["employee_number"])
    assert has_lost_digits("1,97103E+17")
    assert not has_lost_digits(NIP)
    assert read(write_book([["NIP", "Nama"], [12, "Budi"]]))[0][1]["employee_number"] == "12"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet_without_columns"),
        (b"Nama;Gol\nBudi;III/a\n", "sheet_without_columns"),
        (b"PK\x03\x04 no archive", "sheet_unreadable"),
        (b"\xd0\xcf\x11\xe0 no workbook", "sheet_unreadable"),
        (b"\0\1\2", "sheet_unreadable"),
        (b"\x81\x8d\x8f", "sheet_unreadable"),
        (b"\xff\xfe\x00", "sheet_unreadable"),
        (b'NIP;Nama\n"' + b"x" * 200_000, "sheet_unreadable"),
        (write_book([["Sampul"]]), "sheet_without_columns"),
        (write_book([["NIP", "Nama"]])[:-40], "sheet_unreadable"),
    ],
    ids=["empty", "no heads", "no archive", "no workbook", "bytes", "no letters", "half a letter", "no end", "a cover", "cut off"],
)
def test_what_is_no_table_is_refused_with_a_reason(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(content)
    assert refused.value.code == code
    if code == "sheet_without_columns":
        assert "NIP" in refused.value.parameters["heads"]


def test_a_file_beyond_every_measure_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    with pytest.raises(Invalid, match="sheet_too_long"):
        read("\n".join(["NIP;Nama", *(f"{number};Budi" for number in range(3))]).encode())
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000)
    with pytest.raises(Invalid, match="sheet_too_large"):
        read(write_book([["NIP", "Nama"]]))
    monkeypatch.setattr(sheets, "MOST_BYTES", 10)
    with pytest.raises(Invalid, match="sheet_too_large"):
        read(b"NIP;Nama\n1;Budi\n")
