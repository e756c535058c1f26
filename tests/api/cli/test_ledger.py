"""`gagas ledger`: a whole chain verifies, every change shows, and a checkpoint kept elsewhere shows what was cut off."""

import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from typer.testing import CliRunner, Result

from api.cli.checkpoints import make_checkpoint
from api.cli.folder import make_key, read_signing_key
from api.cli.main import app
from models.database import database
from models.settings import settings
from models.stages import IdeaStage
from tests.building import Town
from workflows.calculations.ledger import LedgerQuestion, calculate_ledger


def gagas(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def verify(*more: str) -> tuple[int, dict[str, Any]]:
    result = gagas("ledger", "verify", *more)
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def own_town(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town whose ledger holds an idea's whole way."""
    monkeypatch.setenv("GAGAS_DATABASE_URL", town.store.url.render_as_string(hide_password=False))
    settings.cache_clear()
    database.cache_clear()
    make_key()
    town.build_idea(IdeaStage.ROLLED_OUT)
    return town


def tamper(own_town: Town, statement: str, **values: Any) -> None:
    """What somebody with the database's password would do: the trigger goes first."""
    with own_town.store.unit_of_work() as session:
        for act in ("update", "delete"):
            session.execute(sa.text(f"DROP TRIGGER IF EXISTS ledgerentry_no_{act}"))
        session.execute(sa.text(statement), values)


def size(own_town: Town) -> int:
    return int(own_town.rows(sa.text("SELECT seq FROM ledgerhead"))[0][0])


def test_a_whole_chain_verifies(own_town: Town) -> None:
    code, report = verify()
    assert (code, report["valid"], report["size"], report["first_broken"]) == (0, True, size(own_town), None)
    assert report["head"] == own_town.rows(sa.text("SELECT hash FROM ledgerhead"))[0][0]


def test_rows_that_are_as_the_ledger_says_are_counted(own_town: Town) -> None:
    code, report = verify()
    rows = report["rows"]
    assert (code, rows["differing"], rows["first"], rows["uncommitted"], rows["erased"]) == (0, 0, None, 0, 0)
    assert rows["compared"] > 20


def test_the_first_row_that_differs_is_named_and_all_on_request(own_town: Town) -> None:
    tamper(own_town, "UPDATE review SET total = 10000")
    tamper(own_town, "UPDATE teammember SET share_hundredths = 5000")
    code, report = verify()
    joined = own_town.rows(sa.text("SELECT seq FROM ledgerentry WHERE kind = 'idea.agree.joined'"))[0][0]
    first = report["rows"]["first"]
    assert (code, report["valid"]) == (1, True)
    assert (first["table"], first["seq"], first["problem"]) == ("teammember", joined, "changed")
    assert first["id"] in {row[0] for row in own_town.rows(sa.text("SELECT id FROM teammember"))}
    assert "share_hundredths" in first["field"]
    assert "all" not in report["rows"]
    code, report = verify("--all")
    assert (code, report["rows"]["all"][0]) == (1, first)
    assert [each["table"] for each in report["rows"]["all"]] == ["teammember"] * 2 + ["review"] * 3
    assert report["rows"]["differing"] == 5


def test_an_entry_filed_under_another_idea_is_named(own_town: Town) -> None:
    tamper(own_town, "UPDATE ledgerentry SET idea_id = NULL WHERE kind = 'idea.close_review.passed'")
    code, report = verify("--all")
    assert (code, report["valid"]) == (1, True)
    assert {(each["table"], each["field"]) for each in report["rows"]["all"]} >= {("ledgerentry", "idea_id")}


def test_no_row_is_compared_with_a_broken_chain(own_town: Town) -> None:
    tamper(own_town, "DELETE FROM ledgerentry WHERE seq = 5")
    code, report = verify()
    assert (code, report["rows"]) == (1, None)


def test_the_trigger_keeps_the_ledger_from_being_edited_by_mistake(own_town: Town) -> None:
    for statement in ("UPDATE ledgerentry SET kind = 'x' WHERE seq = 3", "DELETE FROM ledgerentry WHERE seq = 3"):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), own_town.store.unit_of_work() as session:
            session.execute(sa.text(statement))
    assert verify()[0] == 0


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_an_edited_entry_is_found_at_its_place(own_town: Town, place: str) -> None:
    at = {"first": 1, "middle": size(own_town) // 2, "last": size(own_town)}[place]
    tamper(own_town, """UPDATE ledgerentry SET payload = replace(payload, '"subject":"', '"subject":"x') WHERE seq = :at""", at=at)
    code, report = verify()
    assert (code, report["valid"], report["first_broken"], report["reason"]) == (1, False, at, "hash")


def test_a_deleted_entry_is_found_at_its_place(own_town: Town) -> None:
    tamper(own_town, "DELETE FROM ledgerentry WHERE seq = 5")
    code, report = verify()
    assert (code, report["first_broken"], report["reason"]) == (1, 5, "sequence")


def test_a_tail_cut_off_without_its_head_is_found(own_town: Town) -> None:
    last = size(own_town)
    tamper(own_town, "DELETE FROM ledgerentry WHERE seq > :kept", kept=last - 3)
    code, report = verify()
    assert (code, report["reason"], report["size"]) == (1, "truncated", last - 3)


def cut_off(own_town: Town, count: int) -> None:
    """A skilful cut: the head is set back too, so that the chain alone looks whole."""
    kept = size(own_town) - count
    tamper(own_town, "DELETE FROM ledgerentry WHERE seq > :kept", kept=kept)
    head = "UPDATE ledgerhead SET seq = :kept, hash = (SELECT hash FROM ledgerentry WHERE seq = :kept)"
    tamper(own_town, head, kept=kept)


def keep_checkpoint(folder: Path) -> Path:
    file = folder / "checkpoint.json"
    file.write_text(gagas("ledger", "checkpoint").stdout)
    return file


def test_a_checkpoint_is_signed_by_the_printed_key(own_town: Town, tmp_path: Path) -> None:
    printed = json.loads(keep_checkpoint(tmp_path).read_text())
    said = {name: printed[name] for name in ("size", "head", "at", "key", "root")}
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(printed["public_key"]))
    key.verify(bytes.fromhex(printed["signature"]), rfc8785.dumps(said))
    with pytest.raises(InvalidSignature):
        key.verify(bytes.fromhex(printed["signature"]), rfc8785.dumps({**said, "size": said["size"] - 1}))
    assert said["size"] == size(own_town)


def test_a_checkpoint_shows_what_was_cut_off_though_the_chain_looks_whole(own_town: Town, tmp_path: Path) -> None:
    checkpoint = keep_checkpoint(tmp_path)
    cut_off(own_town, 3)
    code, report = verify()
    assert (code, report["valid"], report["rows"]["differing"] > 0) == (1, True, True)
    code, report = verify("--checkpoint", str(checkpoint))
    assert (code, report["valid"], report["reason"]) == (1, False, "truncated")


def test_a_chain_that_grew_since_still_fits_its_checkpoint(own_town: Town, tmp_path: Path) -> None:
    checkpoint = keep_checkpoint(tmp_path)
    own_town.build_idea(IdeaStage.SUBMITTED)
    code, report = verify("--checkpoint", str(checkpoint))
    assert (code, report["valid"]) == (0, True)
    assert report["size"] == size(own_town)


def test_a_checkpoint_is_kept_beside_the_key_and_for_the_backup_and_the_next_one_goes_on_from_it(own_town: Town) -> None:
    kept = [settings().signing_key.parent / "checkpoint.json", settings().data / "checkpoint.json"]
    for _ in range(2):
        printed = gagas("ledger", "checkpoint", "--keep").stdout
        assert [file.read_text() for file in kept] == [printed, printed]
        assert [file.stat().st_mode & 0o777 for file in kept] == [0o600, 0o600]
        own_town.build_idea(IdeaStage.SUBMITTED)
    cut_off(own_town, 30)
    refused = gagas("ledger", "checkpoint", "--keep")
    assert (refused.exit_code, "does not go on from" in " ".join(refused.output.replace("│", " ").split())) == (2, True)
    assert kept[0].read_text() == printed
    kept[0].unlink()  # whoever keeps checkpoints has it
    assert gagas("ledger", "checkpoint", "--keep").exit_code == 0


@pytest.mark.parametrize("file", ["checkpoint.json", "checkpoint.json.arriving"])
def test_no_checkpoint_follows_one_that_the_region_did_not_sign_and_one_that_cannot_be_kept_is_told(own_town: Town, file: str) -> None:
    (settings().signing_key.parent / file).mkdir()
    refused = gagas("ledger", "checkpoint", "--keep")
    assert refused.exit_code == 2
    assert ("is not a checkpoint" if file == "checkpoint.json" else "cannot be kept") in " ".join(refused.output.replace("│", " ").split())


def test_a_strangers_key_signs_nothing_where_the_regions_is_pinned(own_town: Town) -> None:
    pin = settings().pinned_key.read_bytes()
    for file in (settings().signing_key, settings().pinned_key):
        file.unlink()
    make_key()
    settings().pinned_key.write_bytes(pin)
    refused = gagas("ledger", "checkpoint")
    assert (refused.exit_code, "is not the region's" in " ".join(refused.output.replace("│", " ").split())) == (2, True)


CHANGES = [{"size": 1}, {"head": "00" * 32}, {"root": "00" * 32}, {"signature": "00" * 64}, {"public_key": ""}, {"at": "2020"}]


@pytest.mark.parametrize("changed", CHANGES)
def test_a_checkpoint_that_was_changed_is_not_believed(own_town: Town, tmp_path: Path, changed: dict[str, Any]) -> None:
    checkpoint = keep_checkpoint(tmp_path)
    checkpoint.write_text(json.dumps({**json.loads(checkpoint.read_text()), **changed}))
    result = gagas("ledger", "verify", "--checkpoint", str(checkpoint))
    assert result.exit_code == 2
    assert "not a checkpoint" in " ".join(result.output.split())


def test_a_checkpoint_holds_no_personal_word(own_town: Town) -> None:
    printed = gagas("ledger", "checkpoint").stdout
    assert set(json.loads(printed)) == {"size", "head", "at", "key", "root", "signature", "public_key"}


def write_strangers_checkpoint(folder: Path) -> Path:
    """What somebody with the database's password and a key of their own would hand the inspector: true of the chain, signed and whole."""
    kept = {file: file.read_bytes() for file in (settings().signing_key, settings().pinned_key)}
    for file in kept:
        file.unlink()
    make_key()
    checkpoint = keep_checkpoint(folder)
    for file, content in kept.items():
        file.write_bytes(content)
    return checkpoint


def test_a_strangers_key_is_refused_however_well_it_signed(own_town: Town, tmp_path: Path) -> None:
    checkpoint = write_strangers_checkpoint(tmp_path)
    result = gagas("ledger", "verify", "--checkpoint", str(checkpoint))
    said = " ".join(result.output.replace("│", " ").split())
    assert (result.exit_code, "signed with another key" in said) == (2, True)
    theirs = json.loads(checkpoint.read_text())["key"]
    assert verify("--checkpoint", str(checkpoint), "--key", theirs)[0] == 0  # whoever trusts that key says so


def test_the_regions_key_may_be_given_by_its_file_or_its_fingerprint(own_town: Town, tmp_path: Path) -> None:
    checkpoint = keep_checkpoint(tmp_path)
    printed = gagas("ledger", "key").stdout.strip()
    copy = tmp_path / "copy.pub"
    settings().pinned_key.rename(copy)
    for given in (printed, printed.removeprefix("SHA256:").upper(), str(copy)):
        assert verify("--checkpoint", str(checkpoint), "--key", given)[0] == 0
    for given in ("SHA256:" + "0" * 64, "0" * 63, str(checkpoint), ""):
        expected = 0 if given == "" else 2  # of an older folder, that has no pin yet, the key itself is asked
        assert gagas("ledger", "verify", "--checkpoint", str(checkpoint), "--key", given).exit_code == expected, given


def test_without_any_key_of_the_region_no_checkpoint_is_believed(own_town: Town, tmp_path: Path) -> None:
    checkpoint = keep_checkpoint(tmp_path)
    settings().pinned_key.unlink()
    settings().signing_key.unlink()
    result = gagas("ledger", "verify", "--checkpoint", str(checkpoint))
    assert (result.exit_code, "--key" in result.output) == (2, True)
    assert gagas("ledger", "checkpoint").exit_code == 2
    assert verify()[0] == 0


def test_a_checkpoint_of_before_keys_had_fingerprints_still_counts(own_town: Town, tmp_path: Path) -> None:
    printed = json.loads(keep_checkpoint(tmp_path).read_text())
    said = {name: printed[name] for name in ("size", "head", "at")}
    signature = read_signing_key().sign(rfc8785.dumps(said)).hex()
    older = tmp_path / "older.json"
    older.write_text(json.dumps({**said, "signature": signature, "public_key": printed["public_key"]}))
    assert verify("--checkpoint", str(older))[0] == 0


def test_a_checkpoint_whose_root_is_not_that_of_its_entries_is_told_of(own_town: Town, tmp_path: Path) -> None:
    last = size(own_town)
    head = own_town.rows(sa.text("SELECT hash FROM ledgerhead"))[0][0]
    signed = tmp_path / "signed.json"
    signed.write_text(json.dumps(make_checkpoint(last, head, "ab" * 32)))
    code, report = verify("--checkpoint", str(signed))
    assert (code, report["valid"], report["reason"]) == (1, False, "checkpoint")
    signed.write_text(json.dumps(make_checkpoint(last, head)))
    assert verify("--checkpoint", str(signed))[0] == 0


def test_what_is_exported_is_verified_without_the_server(own_town: Town) -> None:
    exported = json.loads(gagas("ledger", "export").stdout)
    assert len(exported["entries"]) == size(own_town)
    report = calculate_ledger(LedgerQuestion.model_validate(exported))
    assert (report.valid, report.size) == (True, size(own_town))
