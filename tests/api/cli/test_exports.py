"""`gagas export units|people`: a file that the import takes back, for whoever runs the server."""

from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

import api.cli.exports
import api.cli.imports
from api.cli.main import app
from models.ledger import LedgerEntry
from tests.building import Town


@pytest.fixture(autouse=True)
def of_the_town(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (api.cli.exports, api.cli.imports):
        monkeypatch.setattr(command, "database", lambda: town.store)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("ending", ["csv", "xlsx", "XLSX"])
@pytest.mark.parametrize(("what", "rows"), [("people", 20), ("units", 10)])
def test_what_is_written_is_imported_without_a_change(town: Town, tmp_path: Path, what: str, rows: int, ending: str) -> None:
    file = tmp_path / f"berkas.{ending}"
    written = run("export", what, str(file))
    assert (written.exit_code, written.stdout) == (0, f"Baris yang ditulis: {rows}.\n")
    assert f"Unchanged: {rows}." in run("import", what, str(file), "--language", "en").stdout
    assert [each.name for each in tmp_path.iterdir()] == [file.name], "and nothing lies beside it"


def test_one_unit_and_what_is_below_it_may_be_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "unit.csv"
    assert run("export", "units", str(file), "--unit", "ANDIR").exit_code == 0
    assert file.read_text("utf-8-sig").count("\n") == 4


def test_a_file_that_cannot_be_written_or_a_unit_that_is_not_there_is_refused_in_a_sentence(town: Town, tmp_path: Path) -> None:
    for words, code, said in (
        (("people", str(tmp_path / "pegawai.doc")), 2, ".xlsx"),
        (("people", str(tmp_path / "nihil" / "pegawai.csv")), 2, "tidak dapat ditulis"),
        (("people", str(tmp_path / "pegawai.csv"), "--unit", "NIHIL"), 1, "Unit NIHIL tidak dikenal"),
    ):
        refused = run("export", *words)
        assert (refused.exit_code, said in refused.stderr) == (code, True), refused.stderr
    assert list(tmp_path.iterdir()) == []
    assert town.rows(select(LedgerEntry.seq).where(LedgerEntry.kind == "person.export")) == []
