"""`gagas import past-ideas`: ideas of earlier years as they ended, looked at first, all of a file or nothing."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlmodel import select
from typer.testing import CliRunner, Result

import api.cli.imports
from api.cli.main import app
from models.past_ideas import PastFile, PastIdea
from tests.building import Town
from tests.past import HEADS, LAMPS, QUEUE, SORTING, row, write


@pytest.fixture(autouse=True)
def of_the_town(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.cli.imports, "database", lambda: town.store)


def bring(town: Town, file: Path, *more: str, author: str = "operator") -> Result:
    return CliRunner().invoke(app, ["import", "past-ideas", str(file), "--author", town[author].number, *more])


def titles(town: Town) -> list[str]:
    return sorted(town.rows(select(PastIdea.title)))


def test_a_file_is_looked_at_first_then_taken_and_the_second_time_nothing_changes(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "arsip 2024.csv"
    file.write_bytes(write(row(SORTING), row(QUEUE, outcome="Tidak ditetapkan", day="5 Maret 2023")))
    looked = bring(town, file, "--dry-run")
    assert (looked.exit_code, titles(town)) == (0, []), looked.output
    assert "Usulan terdahulu yang akan dicatat: 2." in looked.stdout
    taken = bring(town, file)
    assert (taken.exit_code, titles(town)) == (0, sorted([SORTING, QUEUE]))
    assert "orang kedua" in taken.stdout
    again = bring(town, file, "--language", "en")
    assert "put on record: 0. There already: 2." in again.stdout
    [kept] = town.rows(select(PastFile))
    assert (kept.name, kept.count, kept.author_id, kept.confirmed_at) == ("arsip 2024.csv", 2, town["operator"].id, None)


def test_a_spreadsheet_is_read_as_an_office_keeps_it(town: Town, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Rekapitulasi usulan inovasi 2022"])
    sheet.append(HEADS.split(";"))
    sheet.append(row(LAMPS, outcome="Sedang Berjalan", day="17/08/2022").split(";"))
    book.save(tmp_path / "rekap.xlsx")
    assert bring(town, tmp_path / "rekap.xlsx").exit_code == 0
    [idea] = town.rows(select(PastIdea))
    assert (idea.title, idea.received_on.isoformat(), idea.outcome, idea.row) == (LAMPS, "2022-08-17", "running", 3)


def test_with_one_fault_nothing_is_taken_and_each_is_told_by_row_and_column(town: Town, tmp_path: Path) -> None:
    file, report = tmp_path / "arsip.csv", tmp_path / "temuan.csv"
    file.write_bytes(write(row(SORTING), row(QUEUE, outcome="Entah"), row(LAMPS, unit="DAGO"), row(LAMPS, unit="NIHIL")))
    refused = bring(town, file, "--report", str(report))
    assert (refused.exit_code, titles(town)) == (1, [])
    for said in ("Baris 3, Hasil: Hasil Entah tidak dikenal", "Baris 4, Unit Kerja: Penanggung jawab", "Baris 5, Unit kerja: Unit NIHIL"):
        assert said in refused.stdout, refused.stdout
    assert report.read_text("utf-8-sig").count("\n") == 4
    assert bring(town, file, author="secretary").exit_code == 1
    assert bring(town, tmp_path / "nihil.csv").exit_code == 2
