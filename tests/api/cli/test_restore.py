"""Where a backup is brought to: an empty place or its own begun one, never over what somebody has, and never without the region's key."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, func, select

from api.cli.folder import make_key, read_pinned_fingerprint
from models.database import database
from models.ideas import Idea
from models.migrations import read_schema
from models.settings import settings
from models.stages import IdeaStage
from models.units import Unit
from tests.api.cli.kept import Move, forget, gagas, move, said_by, use_tools
from tests.building import Town
from workflows.region.people import NewUnit, register_unit

__all__ = ["move"]


@pytest.fixture
def backup(either_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The backup of a town with a draft."""
    use_tools(monkeypatch)
    forget()
    make_key()
    either_town.build_idea(IdeaStage.DRAFT)
    made = gagas("backup", tmp_path / "backup")
    assert made.exit_code == 0, made.stderr
    yield tmp_path / "backup"
    forget()


def read_titles() -> list[str]:
    with database().reading() as session:
        return sorted(session.exec(select(Idea.title)))


def read_all(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with what is in it."""
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def stop(*_values: object) -> None:
    raise KeyboardInterrupt


def cut_off(backup: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Begin to restore, and be killed at a step of it."""
    with monkeypatch.context() as patch:
        patch.setattr(f"api.cli.restore.{at}", stop)
        gagas("restore", backup)
    assert (settings().data / "restoring").exists()


def test_a_place_that_holds_anything_is_not_restored_into_and_keeps_it(backup: Path, move: Move) -> None:
    new = move()
    for held in ("gagas.db", "documents/ab/x.pdf", "attachments/ab/x.pdf", "emblems/region.svg", "keys/ledger.pub", "region.env"):
        (new / held).parent.mkdir(parents=True)
        (new / held).write_bytes(b"somebody's")
        refused = gagas("restore", backup)
        assert (refused.exit_code, "is there already" in refused.stderr) == (1, True), held
        assert read_all(new) == {str(new / held): b"somebody's"}
        shutil.rmtree(new)


def test_a_database_that_holds_anything_is_not_restored_into_wherever_it_lies(
    either_town: Town, backup: Path, move: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trial of a region whose database lies apart names a new folder, and has the live database all the same."""
    new, live = move(), tmp_path / "live.db"
    if either_town.store.is_sqlite:
        shutil.copyfile(backup / "database" / "gagas.db", live)
        monkeypatch.setenv("GAGAS_DATABASE_URL", f"sqlite:///{live}")
    else:
        monkeypatch.setenv("GAGAS_DATABASE_URL", either_town.store.url.render_as_string(hide_password=False))
    forget()
    before = read_titles()
    either_town.build_idea(IdeaStage.SUBMITTED)
    content = live.read_bytes() if either_town.store.is_sqlite else b""
    refused = gagas("restore", backup)
    assert (refused.exit_code, "already" in refused.stderr) == (1, True)
    assert (new.exists(), content) == (False, live.read_bytes() if either_town.store.is_sqlite else b"")
    assert len(read_titles()) == len(before) + (not either_town.store.is_sqlite)


def test_a_file_that_is_no_database_is_not_restored_over(backup: Path, move: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move()
    if not settings().sqlalchemy_url.startswith("sqlite"):
        pytest.skip("PostgreSQL names databases, not files")
    letter = tmp_path / "letter.txt"
    letter.write_text("somebody's")
    monkeypatch.setenv("GAGAS_DATABASE_URL", f"sqlite:///{letter}")
    forget()
    assert gagas("restore", backup).exit_code == 1
    assert letter.read_text() == "somebody's"


@pytest.mark.parametrize("at", ["_bring_database", "migrate", "check_ledger"])
def test_a_restore_that_was_cut_off_goes_on_and_until_then_nothing_starts(
    backup: Path, move: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    before = read_titles()
    move()
    cut_off(backup, monkeypatch, at)
    for words in (("migrate",), ("api",), ("backup", tmp_path / "second")):
        refused = gagas(*words)
        assert (refused.exit_code, "gagas restore" in said_by(refused)) == (1, True), words
    restored = gagas("restore", backup)
    assert restored.exit_code == 0, restored.output
    assert read_titles() == before
    assert gagas("migrate").exit_code == 0


FOUNDERS = "--admin-name A --admin-number 1 --admin-name B --admin-number 2"
COMMANDS = f"""serve; api; relay; migrate; reindex; init --no-ask {FOUNDERS}; admin add --name A --number 1; backup to; ledger checkpoint;
export people out.csv; call show A-1; import units unit.csv"""


@pytest.mark.parametrize("command", [words.split() for words in COMMANDS.split(";")], ids=lambda words: words[0])
def test_no_command_works_in_a_region_that_is_half_restored(command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it wrote there the next try of the restore would take away without a word."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.chdir(tmp_path)
    Path("unit.csv").write_text("Kode,Nama\nKBDG,Kota\n")
    settings().data.mkdir(parents=True)
    (settings().data / "restoring").write_text("0" * 64)
    refused = gagas(*command)
    assert (refused.exit_code, "gagas restore" in said_by(refused)) == (1, True), refused.output
    assert [each.name for each in settings().data.iterdir()] == ["restoring"]


def test_what_was_done_after_a_restore_was_cut_off_is_not_taken_away_by_the_next_try(
    backup: Path, move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier release served what was half restored, and a week later somebody tried again."""
    new = move()
    cut_off(backup, monkeypatch, "check_ledger")
    Town(database()).do(register_unit, NewUnit("BARU", "Bagian Baru", "section", "KOTA"), by="admin")
    refused = gagas("restore", backup)
    assert (refused.exit_code, "People have worked in" in refused.stderr) == (1, True)
    with database().reading() as session:
        assert session.exec(select(func.count()).select_from(Unit).where(col(Unit.code) == "BARU")).one() == 1
    (new / "restoring").unlink()
    assert gagas("migrate").exit_code == 0


def test_another_backup_than_the_begun_one_is_refused(backup: Path, move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    new = move()
    cut_off(backup, monkeypatch, "_bring_database")
    before = read_all(new)
    manifest = backup / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n")
    refused = gagas("restore", backup)
    assert (refused.exit_code, "Another backup" in refused.stderr) == (1, True)
    assert read_all(new) == before


def test_a_log_that_a_cut_off_restore_left_is_not_read_into_the_restored_database(backup: Path, move: Move) -> None:
    """SQLite would take up the changes of a write-ahead log into whatever file lies beside it."""
    before, new = read_titles(), move()
    if not settings().sqlalchemy_url.startswith("sqlite"):
        pytest.skip("PostgreSQL keeps its own log")
    new.mkdir()
    (new / "restoring").write_text(hashlib.sha256((backup / "manifest.json").read_bytes()).hexdigest())
    shutil.copyfile(backup / "database" / "gagas.db", new / "gagas.db")
    with closing(sqlite3.connect(new / "gagas.db")) as begun:
        begun.execute("PRAGMA journal_mode = WAL")
        begun.execute("UPDATE idea SET title = 'x'")
        begun.commit()
        left = {name: (new / name).read_bytes() for name in ("gagas.db-wal", "gagas.db-shm")}
    for name, content in left.items():
        (new / name).write_bytes(content)
    assert gagas("restore", backup).exit_code == 0
    assert read_titles() == before


def test_without_its_keys_a_restored_region_does_not_start_and_makes_no_other_until_they_are_put_back(
    backup: Path, move: Move, tmp_path: Path
) -> None:
    """A second key would sign, and every checkpoint of before would count as a stranger's."""
    fingerprint = read_pinned_fingerprint()
    shutil.move(backup / "keys", tmp_path / "safe")
    new = move()
    restored = gagas("restore", backup)
    assert (restored.exit_code, "Put ledger.pub back" in restored.stderr, fingerprint in restored.stderr) == (0, True, True)
    for words in (("migrate",), ("serve",)):
        refused = gagas(*words)
        assert (refused.exit_code, "no other is made" in said_by(refused)) == (2, True), refused.output
    assert list((new / "keys").iterdir()) == []
    for name in ("ledger.pub", "ledger.pem"):
        shutil.copyfile(tmp_path / "safe" / name, new / "keys" / name)
    assert gagas("migrate").exit_code == 0
    assert gagas("ledger", "key").stdout.strip() == fingerprint
    assert gagas("ledger", "verify", "--checkpoint", backup / "checkpoint.json").exit_code == 0


@pytest.mark.parametrize("kept_apart", [False, True])
def test_where_the_key_of_another_region_lies_nothing_is_restored(
    backup: Path, move: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_apart: bool
) -> None:
    """Somebody founded a region on the new machine before the old one was brought back."""
    if kept_apart:
        shutil.move(backup / "keys", tmp_path / "safe")
    new = move()
    make_key()
    (new / "keys" / "ledger.pem").rename(tmp_path / "other.pem")
    shutil.rmtree(new)
    monkeypatch.setenv("GAGAS_LEDGER_KEY", str(tmp_path / "other.pem"))
    forget()
    refused = gagas("restore", backup)
    assert (refused.exit_code, "is not that of the backup's region" in refused.stderr) == (1, True)
    assert not new.exists()


def test_a_key_that_is_kept_apart_is_brought_there_and_not_into_the_data_folder(
    backup: Path, move: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, key = move(), tmp_path / "apart" / "ledger.pem"
    monkeypatch.setenv("GAGAS_LEDGER_KEY", str(key))
    forget()
    assert gagas("restore", backup).exit_code == 0
    assert key.read_bytes() == (backup / "keys" / "ledger.pem").read_bytes()
    assert (key.stat().st_mode & 0o777, [each.name for each in (new / "keys").iterdir()]) == (0o600, ["ledger.pub"])
    assert gagas("ledger", "checkpoint").exit_code == 0


@pytest.mark.parametrize("changed", ["signature", "head"])
def test_a_checkpoint_that_is_not_of_the_backups_ledger_is_told(backup: Path, move: Move, changed: str) -> None:
    """Whoever writes another history into a backup works out every hash of it anew, and cannot sign."""
    file, manifest = backup / "checkpoint.json", backup / "manifest.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, changed: "00" * (len(said[changed]) // 2)}))
    told = json.loads(manifest.read_text())
    told["files"]["checkpoint.json"] = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(told))
    move()
    refused = gagas("restore", backup)
    assert (refused.exit_code, "was not signed with the region's key" in refused.stderr) == (1, True)
    assert gagas("migrate").exit_code == 1


def test_a_checkpoint_of_another_ledger_is_told_though_the_regions_key_signed_it(
    either_town: Town, backup: Path, move: Move, tmp_path: Path
) -> None:
    """An older state of the region, put into a newer backup with its manifest written anew."""
    assert gagas("ledger", "checkpoint", "--keep").exit_code == 0
    either_town.build_idea(IdeaStage.SUBMITTED)
    (settings().data / "keys" / "checkpoint.json").unlink()
    later = json.loads(gagas("ledger", "checkpoint").stdout)
    (backup / "checkpoint.json").write_text(json.dumps(later))
    told = json.loads((backup / "manifest.json").read_text())
    told["files"]["checkpoint.json"] = hashlib.sha256((backup / "checkpoint.json").read_bytes()).hexdigest()
    (backup / "manifest.json").write_text(json.dumps(told))
    move()
    refused = gagas("restore", backup)
    assert (refused.exit_code, "is not the one that" in refused.stderr) == (1, True)


def test_a_backup_that_this_account_may_not_read_is_told_with_what_mends_it(
    backup: Path, move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was fetched by root, who may read everything; so the test says no in a file's name."""
    move()
    read: Callable[..., str] = Path.read_text

    def refuse(self: Path, *words: object) -> str:
        if self.name == "manifest.json":
            raise PermissionError
        return read(self, *words)

    monkeypatch.setattr(Path, "read_text", refuse)
    refused = gagas("restore", backup)
    assert (refused.exit_code, f"chown -R gagas: {backup}" in refused.stderr) == (1, True)


def test_a_newer_release_may_say_more_in_a_manifest(backup: Path, move: Move) -> None:
    manifest = backup / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "colour": "red"}))
    move()
    assert gagas("restore", backup).exit_code == 0
    with database().reading() as session:
        assert read_schema(session)
        assert session.execute(sa.select(sa.func.count()).select_from(sa.table("idea"))).scalar_one() == 1
