"""`gagas verify`: the exit code says whether a file is the one that was issued."""

import hashlib
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from api.cli.main import app
from models.database import database
from models.documents import Document
from models.settings import settings
from tests.building import Town
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.report import ask_report

CONTENT = b"%PDF-1.7 sample"


def verify(file: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["verify", str(file), *more])


@pytest.fixture
def issued(town: Town, monkeypatch: pytest.MonkeyPatch) -> Document:
    """A report whose file has known bytes."""
    monkeypatch.setenv("GAGAS_DATABASE_URL", town.store.url.render_as_string(hide_password=False))
    settings.cache_clear()
    database.cache_clear()
    town.do(ask_report, town.call, by="secretary")
    (report,) = town.rows(select(Document))
    town.do(mark_issued, report.id, Rendered(hashlib.sha256(CONTENT).hexdigest()), by="flow:recognition")
    return report


def test_only_the_issued_file_is_genuine_by_the_exit_code(issued: Document, tmp_path: Path) -> None:
    own, altered = tmp_path / "asli.pdf", tmp_path / "diubah.pdf"
    own.write_bytes(CONTENT)
    altered.write_bytes(CONTENT + b"!")
    for named in ((), ("--document", issued.number.lower()), ("--document", f"https://gagas.example/v/{issued.token}")):
        assert verify(own, *named).exit_code == 0
        assert verify(own, *named).stdout.startswith("Asli dan berlaku.")
        assert "Asli" not in verify(altered, *named).stdout
        assert verify(altered, *named).exit_code == 1
    assert verify(altered).stdout.startswith("Tidak ditemukan.")
    assert verify(altered, "--document", issued.number).stdout.startswith("TIDAK COCOK.")
    assert verify(altered, "--document", issued.number, "--language", "en").stdout.startswith("NO MATCH.")


@pytest.mark.parametrize(("language", "said"), [("id", "Berkas ini tidak ada"), ("en", "There is no such file")])
def test_a_file_that_cannot_be_read_is_told_in_the_language_of_the_command(tmp_path: Path, language: str, said: str) -> None:
    for file in (tmp_path / "tidak-ada.pdf", tmp_path):
        result = verify(file, "--language", language)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"{file}: {said}")
