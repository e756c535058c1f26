"""`gagas import units|people`: what would change, what is wrong by row and column, and the report of it."""

import csv
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

import api.cli.imports
from api.cli.main import app
from models.people import EmployeeNumber
from models.units import Unit
from tests.building import Town
from tests.town import employee_number

HEADS = "NIP;Nama;Unit Kerja\n"
NEW, OTHER = employee_number(70), employee_number(71)


@pytest.fixture(autouse=True)
def of_the_town(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.cli.imports, "database", lambda: town.store)


def bring(file: Path, *more: str, what: str = "people") -> Result:
    return CliRunner().invoke(app, ["import", what, str(file), *more])


def write(folder: Path, *rows: str) -> Path:
    file = folder / "pegawai.csv"
    file.write_text(HEADS + "\n".join(rows), "utf-8")
    return file


def count_people(town: Town) -> int:
    return len(town.rows(select(EmployeeNumber.id).where(EmployeeNumber.number == NEW)))


def test_a_file_is_looked_at_first_then_taken_and_the_second_time_nothing_changes(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, f"{NEW};Ani Kuswara;Kecamatan Andir")
    looked = bring(file, "--dry-run")
    assert (looked.exit_code, count_people(town)) == (0, 0)
    assert "Akan didaftarkan: 1." in looked.stdout
    taken = bring(file)
    assert (taken.exit_code, count_people(town)) == (0, 1)
    assert "Baris: 1. Didaftarkan: 1. Dipindahkan: 0." in taken.stdout
    assert "Registered: 0. Moved: 0. Updated: 0. Unchanged: 1." in bring(file, "--language", "en").stdout


def test_every_fault_is_told_by_row_and_column_and_kept_in_a_report(town: Town, tmp_path: Path) -> None:
    file, report = write(tmp_path, f"{NEW};Ani;Andir Kidul", f"{OTHER};;ANDIR"), tmp_path / "temuan.csv"
    refused = bring(file, "--report", str(report))
    assert (refused.exit_code, count_people(town)) == (1, 0)
    assert "Baris 2, Unit kerja: Unit Andir Kidul tidak dikenal. Periksa kodenya." in refused.stdout
    assert "Tidak ada yang diubah: 2 hal perlu diperbaiki dalam 2 baris." in refused.stdout
    with report.open(encoding="utf-8-sig", newline="") as written:
        rows = list(csv.reader(written, delimiter=";"))
    assert [row[:2] for row in rows] == [["Baris", "Kolom"], ["2", "Unit kerja"], ["3", "Nama"]]


@pytest.mark.parametrize(("content", "said"), [(b"Nama\nAni\n", "NIP, Kode Unit"), (b"PK\x03\x04", "XLSX")])
def test_what_is_no_table_of_people_is_refused_in_a_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "pegawai.xlsx"
    file.write_bytes(content)
    refused = bring(file)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert bring(tmp_path / "nihil.csv").exit_code == 2


def test_units_are_brought_in_by_a_file_too(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "unit.csv"
    file.write_text("Kode,Nama Unit,Induk\nUPT-AIR,UPT Air Bersih,DINKES\nX,Tanpa Induk,\n", "utf-8")
    refused = bring(file, what="units")
    assert "Baris 3, Unit induk: Tulis unit induknya." in refused.stdout
    file.write_text("Kode,Nama Unit,Induk\nUPT-AIR,UPT Air Bersih,DINKES\n", "utf-8")
    assert "Didaftarkan: 1." in bring(file, what="units").stdout
    assert town.rows(select(Unit.name).where(Unit.code == "UPT-AIR")) == ["UPT Air Bersih"]
