"""`gagas import ideas`: last year's ideas from a sheet, which nobody proposes before they say that they are theirs."""

from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

import api.cli.imports
from api.cli.main import app
from models.dictated_ideas import DictatedIdea
from models.ideas import Idea
from models.ledger import LedgerEntry
from tests.building import SECTIONS, Town
from tests.tables import FORM, ROWS, kept
from workflows.intake.dictate import confirm_dictated

HEADS = "NIP;Judul Inovasi;Latar belakang;idea\n"
BOTH = f"{SECTIONS['background']};{SECTIONS['idea']}"


@pytest.fixture(autouse=True)
def of_the_town(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.cli.imports, "database", lambda: town.store)


def write(folder: Path, *rows: str) -> Path:
    file = folder / "usulan.csv"
    file.write_text(HEADS + "\n".join(rows), "utf-8")
    return file


def bring(town: Town, file: Path, *more: str, call: str = "UJI-0", author: str = "operator") -> Result:
    assert town.call
    return CliRunner().invoke(app, ["import", "ideas", str(file), "--call", call, "--author", town[author].number, *more])


def waiting(town: Town) -> list[DictatedIdea]:
    return town.rows(select(DictatedIdea).where(DictatedIdea.settled_at.is_(None)).order_by(DictatedIdea.title))  # type: ignore[union-attr]


def test_a_sheet_is_looked_at_first_then_taken_and_the_second_time_nothing_changes(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, f"{town['mate'].number};Karung pilah;{BOTH}", f"'{town['mate'].number};Jadwal angkut;{BOTH}", "")
    looked = bring(town, file, "--dry-run")
    assert (looked.exit_code, waiting(town)) == (0, []), looked.output
    assert "Usulan titipan yang akan dibuat: 2." in looked.stdout
    assert bring(town, file).exit_code == 0
    first, second = waiting(town)
    assert (first.title, second.title, first.proposal["sections"]) == ("Jadwal angkut", "Karung pilah", SECTIONS)
    assert (first.person_id, first.typed_by) == (town["mate"].id, town["operator"].id)
    town.do(confirm_dictated, first.id, 1, by="mate")
    again = bring(town, file, "--language", "en")
    assert (again.exit_code, len(waiting(town))) == (0, 1)
    assert "Dictated ideas made: 0. There already: 2." in again.stdout
    (fact,) = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "call.import_ideas"))
    assert (fact["detail"]["author"], fact["detail"]["count"]) == (town["operator"].id, 2)
    assert len(town.rows(select(Idea.id))) == 1


def test_with_one_fault_nothing_is_taken_and_each_is_told_by_row_and_column(town: Town, tmp_path: Path) -> None:
    mate, report = town["mate"].number, tmp_path / "temuan.csv"
    rows = (f"{mate};Karung pilah;{BOTH}", f"{town['stranger'].number};;{BOTH}", "1,97E+17;Peta;a;b", f"{mate};Karung pilah;{BOTH}")
    refused = bring(town, write(tmp_path, *rows), "--report", str(report))
    assert (refused.exit_code, waiting(town)) == (1, [])
    for said in (
        "Baris 3, NIP/NI PPPK: Tidak ada orang",
        "Baris 3, Judul: ",
        "Baris 4, NIP/NI PPPK: Angka terakhir",
        "Baris 5, Judul: Usulan",
    ):
        assert said in refused.stdout, refused.stdout
    assert "Tidak ada yang diubah: 4 hal perlu diperbaiki dalam 4 baris." in refused.stdout
    assert report.read_text("utf-8-sig").count("\n") == 5


def test_a_cell_of_the_sheet_gives_a_table_row_by_row(town: Town, tmp_path: Path) -> None:
    town.build_call(code="UJI-TABEL", **FORM)
    mate, file = town["mate"].number, tmp_path / "usulan.csv"
    heads = "NIP;Judul Inovasi;Latar belakang;idea;Rincian biaya\n"
    lines = '"Tablet loket | 4500000 | preparation | 2026-02-03;\nPelatihan | 1250000.5 | operation"'
    file.write_text(f"{heads}{mate};Karung pilah;{BOTH};{lines}\n", "utf-8")
    brought = bring(town, file, call="UJI-TABEL")
    assert (brought.exit_code, [row.proposal["answers"] for row in waiting(town)]) == (0, [{"costs": kept(*ROWS)}]), brought.output
    wrong = '"Meja | mahal; a | b | c | d | e"', '"Meja | mahal"'
    file.write_text(heads + "".join(f"{mate};Judul {number};{BOTH};{cell}\n" for number, cell in enumerate(wrong)), "utf-8")
    refused = bring(town, file, call="UJI-TABEL")
    assert refused.exit_code == 1
    for said in ("Baris 2, Rincian biaya: Baris ke-2 dalam sel ini", "Baris 3, Rincian biaya (1: Biaya): Tulis angka"):
        assert said in refused.stdout, refused.stdout


@pytest.mark.parametrize(("wrong", "said"), [({"call": "NIHIL"}, "NIHIL"), ({"author": "secretary"}, "operator")])
def test_an_unknown_call_and_an_author_who_looks_after_nobody_are_refused(
    town: Town, tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    refused = bring(town, write(tmp_path, f"{town['mate'].number};Karung pilah;{BOTH}"), **wrong)  # type: ignore[arg-type]
    assert (refused.exit_code, waiting(town)) == (1, [])
    assert said in refused.output
