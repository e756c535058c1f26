"""A backup while everything runs, and its restoring into an empty place: nothing that was acknowledged is lost, nothing else is taken."""

import errno
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, func, select

from api.cli import backup as backups
from api.cli.backup_folder import hash_files, read_manifest
from api.cli.doctor.secrecy import check_checkpoint
from api.cli.doctor.storage import check_backup
from api.cli.folder import make_key, read_pinned_fingerprint
from models.attachments import Attachment
from models.backups import read_stamp
from models.database import database, table_of
from models.documents import Document
from models.instants import today, wall_now
from models.outbox import Message, MessageState
from models.private import is_open
from models.settings import REGION, settings
from models.stages import IdeaStage
from tests.api.cli.kept import FILED, PAPER, Move, either_town, forget, gagas, kept_pattern, move, said_by, use_tools
from tests.building import Town
from workflows.adapters.files import path_of, store_file
from workflows.intake.agree import answer_invitation
from workflows.process.attest.tables import MODELS
from workflows.region.people import NewUnit, register_unit

__all__ = ["either_town", "kept_pattern", "move"]


@pytest.fixture
def town(either_town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town with an idea on its way, another at its end and an issued receipt whose file lies in the data folder."""
    use_tools(monkeypatch)
    forget()
    make_key()
    store_file(settings().documents, PAPER, "pdf")
    store_file(settings().attachments, FILED, "pdf")
    yield either_town
    forget()


def count_rows() -> dict[str, int]:
    with database().reading() as session:
        return {name: session.execute(sa.select(func.count()).select_from(table_of(model))).scalar_one() for name, model in MODELS.items()}


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


def test_what_is_being_written_while_the_backup_is_made_is_left_out(town: Town, tmp_path: Path) -> None:
    """It may be gone between two looks, and is in no row of the database yet."""
    assert town
    draft = settings().documents / "drafts" / "0123.77.ab"
    draft.parent.mkdir(exist_ok=True)
    draft.write_bytes(b"%PDF-1.7 half")
    assert gagas("backup", tmp_path / "backup").exit_code == 0
    assert not (tmp_path / "backup" / "documents" / "drafts").exists()


def test_a_file_that_is_gone_keeps_nothing_else_from_the_backup_which_says_so_wherever_one_looks(
    town: Town, tmp_path: Path, move: Move
) -> None:
    (paper,), (filed,) = (settings().documents.rglob("*.pdf"), settings().attachments.rglob("*.pdf"))
    paper.unlink()
    filed.write_bytes(b"half of it")
    ((number,), (idea,)) = (
        town.rows(select(Document.number).where(col(Document.sha256).is_not(None))),
        town.rows(select(Attachment.idea_id)),
    )
    made = gagas("backup", tmp_path / "backup")
    assert (made.exit_code, json.loads(made.stdout)["missing"]) == (1, sorted([number, f"idea {idea}"]))
    assert number in made.stderr
    [remark] = check_backup(settings(), wall_now())
    assert (remark.state, number in remark.sentence, "2 documents and ideas" in remark.sentence) == ("warn", True, True)
    new = move()
    restored = gagas("restore", tmp_path / "backup")
    assert (restored.exit_code, "lacks files of 2 documents and ideas" in said_by(restored)) == (0, True), restored.output
    assert (new / "gagas.db").exists() == town.store.is_sqlite


def test_a_file_that_the_disk_no_longer_gives_is_named_and_a_full_disk_leaves_nothing(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert town
    copy, fault = shutil.copyfile, errno.EIO

    def fail(source: Path, target: Path) -> Path:
        if str(source).endswith((".pdf", ".svg")):
            raise OSError(fault, "of a disk")
        return copy(source, target)

    settings().emblems.mkdir()
    (settings().emblems / "region.svg").write_text("<svg/>")
    monkeypatch.setattr(shutil, "copyfile", fail)
    made = gagas("backup", tmp_path / "torn")
    missing = json.loads(made.stdout)["missing"]
    assert (made.exit_code, len(missing), missing[-1]) == (1, 3, "emblem region.svg")
    stamp, fault = read_stamp(settings().data), errno.ENOSPC
    full = gagas("backup", tmp_path / "full")
    assert (full.exit_code, "Make room there" in full.stderr) == (1, True)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("full")] == []
    assert read_stamp(settings().data) == stamp


def test_a_second_dated_backup_of_a_day_is_as_whole_as_the_first_and_what_was_cut_off_is_cleared(town: Town, tmp_path: Path) -> None:
    """The timer made one at half past one; at ten somebody upgrades."""
    assert town
    nightly = tmp_path / "nightly"
    (nightly / "2026-01-01.unfinished" / "documents").mkdir(parents=True)
    for _ in range(2):
        assert gagas("backup", "--dated", "--keep", 1, nightly).exit_code == 0
    first, second = sorted(nightly.iterdir())
    assert first.name == today().isoformat()
    assert second.name.startswith(f"{first.name}-")
    for made in (first, second):
        assert hash_files(made, lambda _count: None) == read_manifest(made).files
    assert gagas("backup", "--keep", 3, tmp_path / "other").exit_code == 2


def test_two_backups_are_not_made_at_once(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The later one would take the folder of the earlier one away."""
    assert town
    make, seen = backups.make_backup, list[str]()

    def meanwhile(to: Path, store: object) -> object:
        seen.append(gagas("backup", tmp_path / "second").stderr)
        return make(to, store)  # type: ignore[arg-type]

    monkeypatch.setattr(backups, "make_backup", meanwhile)
    assert gagas("backup", tmp_path / "first").exit_code == 0
    assert ["Another backup is being made" in each for each in seen] == [True]


def test_whoever_cannot_sign_takes_the_checkpoint_that_was_signed_before_and_after_a_loss_the_key_comes_back(
    town: Town, tmp_path: Path, move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the timer does: one unit signs and answers nobody, the one that makes the backup sees no key."""
    key, stick = tmp_path / "safe" / "ledger.pem", tmp_path / "stick.pem"
    key.parent.mkdir()
    settings().signing_key.rename(key)
    monkeypatch.setenv("GAGAS_LEDGER_KEY", str(key))
    forget()
    assert [each.state for each in check_checkpoint(settings(), wall_now())] == ["warn"]
    signed = json.loads(gagas("ledger", "checkpoint", "--keep").stdout)
    assert [each.state for each in check_checkpoint(settings(), wall_now())] == ["ok"]
    fingerprint = read_pinned_fingerprint()
    town.build_idea(IdeaStage.SUBMITTED)  # between the two
    key.rename(stick)
    to = tmp_path / "backup"
    made = gagas("backup", to)
    assert made.exit_code == 0, made.stderr
    assert json.loads((to / "checkpoint.json").read_text()) == signed
    assert {path for path in read_manifest(to).files if path.startswith("keys/")} == {"keys/ledger.pub"}
    shutil.rmtree(key.parent)
    new = move()
    restored = gagas("restore", to)
    assert (restored.exit_code, "Put ledger.pem back" in said_by(restored)) == (0, True)
    assert fingerprint in restored.stderr
    assert gagas("ledger", "checkpoint").exit_code == 2
    key.parent.mkdir()
    shutil.copyfile(stick, key)
    assert gagas("migrate").exit_code == 0
    again = json.loads(gagas("ledger", "checkpoint", "--keep").stdout)
    assert (again["key"], again["size"] > signed["size"]) == (fingerprint, True)
    assert read_pinned_fingerprint(str(new / "keys" / "ledger.pub")) == fingerprint


def test_a_backup_takes_no_checkpoint_that_the_regions_key_did_not_sign(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert town
    pin, kept = settings().pinned_key, settings().data / "checkpoint.json"
    own = pin.read_bytes()
    settings().signing_key.unlink()
    pin.unlink()
    make_key()
    strangers = gagas("ledger", "checkpoint").stdout
    pin.write_bytes(own)
    monkeypatch.setenv("GAGAS_LEDGER_KEY", str(tmp_path / "hidden" / "ledger.pem"))
    forget()
    for number, content in enumerate(("", strangers, strangers[:100])):
        if content:
            kept.write_text(content)
        to = tmp_path / f"backup-{number}"
        made = gagas("backup", to)
        assert (made.exit_code, "No checkpoint" in made.stderr, (to / "checkpoint.json").exists()) == (0, True, False), content
