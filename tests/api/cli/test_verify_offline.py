"""`gagas verify --checkpoint`: a receipt is checked on any machine, and whatever was changed since shows."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import select
from typer.testing import CliRunner, Result

from api.cli.folder import make_key, read_pinned_fingerprint
from api.cli.main import app
from models.database import database
from models.documents import Document
from models.ideas import Idea
from models.settings import settings
from models.stages import IdeaStage
from tests.api.cli.test_ledger import keep_checkpoint, tamper, write_strangers_checkpoint
from tests.asking import ask
from tests.building import Town
from tests.conftest import forget_settings
from workflows.calculations.ledger import GENESIS, chain_hash
from workflows.documents.content import read_content
from workflows.documents.kinds import get_document_type
from workflows.documents.render import render_documents
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_receipt

VALID, ALTERED, UNREADABLE, NOT_COVERED = 0, 1, 2, 3


def gagas(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def render(content: dict[str, Any]) -> bytes:
    """A receipt's file by its content, as the flow renders it."""
    read = read_content(get_document_type("receipt").content, json.dumps(content))
    return render_documents("receipt", [read])[0].pdf


def issue_receipt(town: Town, *, of_before: bool = False) -> tuple[bytes, dict[str, Any]]:
    """A submitted idea's receipt, issued: its bytes and its content; of a release of before, without the entry in it."""
    idea = town.build_idea(IdeaStage.SUBMITTED)
    town.do(number_receipt, idea, by="flow:recognition")
    (receipt,) = town.rows(select(Document).where(Document.idea_id == idea))
    content = {name: value for name, value in receipt.content.items() if not of_before or name != "entry"}
    pdf = render(content)
    town.do(mark_issued, receipt.id, Rendered(hashlib.sha256(pdf).hexdigest()), by="flow:recognition")
    return pdf, content


@pytest.fixture
def region(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town with a key of its own."""
    monkeypatch.setenv("GAGAS_DATABASE_URL", town.store.url.render_as_string(hide_password=False))
    settings.cache_clear()
    database.cache_clear()
    make_key()
    return town


@pytest.fixture
def receipt(region: Town, tmp_path: Path) -> tuple[Path, Path, dict[str, Any]]:
    """A receipt's file, a checkpoint with the way to it, and what it says."""
    pdf, content = issue_receipt(region)
    file = tmp_path / "tanda-terima.pdf"
    file.write_bytes(pdf)
    return file, keep_way(tmp_path, file), content


def keep_way(folder: Path, file: Path) -> Path:
    """A checkpoint of now, with the way from a file to it."""
    way = folder / f"jalur-{file.stem}.json"
    way.write_text(gagas("ledger", "way", str(file), "--checkpoint", str(keep_checkpoint(folder))).stdout)
    return way


def verify(file: Path, checkpoint: Path, *more: str) -> tuple[int, str]:
    result = gagas("verify", str(file), "--checkpoint", str(checkpoint), *more)
    return result.exit_code, result.output


def test_a_receipt_is_valid_where_neither_database_nor_key_of_the_region_is(
    receipt: tuple[Path, Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, way, content = receipt
    pinned = read_pinned_fingerprint()
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("GAGAS_DATA", str(elsewhere))
    monkeypatch.setenv("GAGAS_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    forget_settings()
    code, said = verify(file, way, "--key", pinned)
    assert (code, said.startswith("ASLI.")) == (VALID, True)
    for printed in (content["idea_code"], content["content_sha256"], content["ledger_hash"], content["number"], "WIB"):
        assert printed in said
    assert verify(file, way, "--key", pinned, "--language", "en")[1].startswith("GENUINE.")
    assert not elsewhere.exists()


def test_the_entry_in_a_receipt_proves_the_digest_that_is_printed(receipt: tuple[Path, Path, dict[str, Any]]) -> None:
    entry, said = receipt[2]["entry"], receipt[2]
    assert chain_hash(entry["payload"], bytes.fromhex(entry["previous"])).hex() == said["ledger_hash"]
    assert entry["payload"]["detail"]["content"] == said["content_sha256"]


def test_who_has_the_text_proves_that_it_is_the_one_that_was_received(
    receipt: tuple[Path, Path, dict[str, Any]], region: Town, client: TestClient, tmp_path: Path
) -> None:
    file, way, content = receipt
    (idea,) = region.rows(select(Idea.id).where(Idea.code == content["idea_code"]))
    said = ask(client, region["lead"], f"GET /ideas/{idea}").json()
    text = tmp_path / "usulan.json"
    text.write_text(json.dumps(said))
    code, told = verify(file, way, "--idea", str(text))
    assert (code, "ISI COCOK." in told) == (VALID, True)
    for other in ({**said, "title": said["title"] + "!"}, {**said, "sections": {}}, [], {**said, "budget_rupiah": 0.5}):
        text.write_text(json.dumps(other))
        assert verify(file, way, "--idea", str(text))[0] == ALTERED
    assert verify(file, way, "--idea", str(tmp_path / "nihil.json"))[0] == ALTERED


def test_whatever_is_changed_in_a_receipt_shows(receipt: tuple[Path, Path, dict[str, Any]], region: Town, tmp_path: Path) -> None:
    file, way, content = receipt
    plain = keep_checkpoint(tmp_path)
    changed = bytearray(file.read_bytes())
    changed[len(changed) // 2] ^= 1
    forged = tmp_path / "palsu.pdf"
    forged.write_bytes(bytes(changed))
    assert verify(forged, way)[0] in (ALTERED, UNREADABLE)
    for part, lie in (("idea_title", "Gagasan orang lain"), ("number", "TT-99999/X/2026")):
        forged.write_bytes(render({**content, part: lie}))
        assert verify(forged, way)[0] == ALTERED, part
        assert verify(forged, plain)[0] == NOT_COVERED, part  # without a way nothing is known of the title, and nothing is called valid
    earlier = {**content, "received_at": content["received_at"].replace("2026-", "2025-", 1)}
    for lies in (
        earlier,
        {**content, "content_sha256": "ab" * 32},
        {**content, "idea_code": "IDE-2026-000009"},
        {**content, "ledger_seq": 1},
    ):
        forged.write_bytes(render(lies))
        assert verify(forged, way)[0] == verify(forged, plain)[0] == ALTERED
    assert verify(forged, way)[1].startswith("TIDAK COCOK.")


def test_the_way_of_another_receipt_makes_no_receipt_valid(
    receipt: tuple[Path, Path, dict[str, Any]], region: Town, tmp_path: Path
) -> None:
    file, way, _ = receipt
    other = tmp_path / "lain.pdf"
    other.write_bytes(issue_receipt(region)[0])
    assert verify(other, way)[0] == ALTERED
    known = json.loads(keep_way(tmp_path, other).read_text())
    for stolen in ({"submitted": None}, {"submitted": json.loads(way.read_text())["way"]["submitted"]}):
        way.write_text(json.dumps({**known, "way": {**known["way"], **stolen}}))
        assert verify(other, way)[0] == NOT_COVERED
    way.write_text(
        json.dumps({**known, "way": {**known["way"], "issued": json.loads(keep_way(tmp_path, file).read_text())["way"]["issued"]}})
    )
    assert verify(other, way)[0] == ALTERED


def test_a_ledger_that_was_rewritten_after_the_receipt_is_told_of(
    receipt: tuple[Path, Path, dict[str, Any]], region: Town, tmp_path: Path
) -> None:
    file, way, content = receipt
    way = way.rename(tmp_path / "lama.json")
    rewrite(region, content["ledger_seq"], "at", "2020-01-01T00:00:00+00:00")
    assert verify(file, keep_way(tmp_path, file))[1].startswith("JEJAK AUDIT DITULIS ULANG.")
    assert verify(file, tmp_path / f"jalur-{file.stem}.json")[0] == ALTERED
    assert gagas("ledger", "way", str(file), "--checkpoint", str(way)).exit_code == 2


def rewrite(region: Town, seq: int, name: str, value: str) -> None:
    """What somebody with the database and the key would do: change an entry, and every hash after it, and sign that."""
    head = GENESIS
    for place, written in region.rows(sa.text("SELECT seq, payload FROM ledgerentry ORDER BY seq")):
        payload = json.loads(written)
        if place == seq:
            payload[name] = value
        head = chain_hash(payload, head)
        statement = "UPDATE ledgerentry SET payload = :payload, hash = :hash WHERE seq = :seq"
        tamper(region, statement, payload=json.dumps(payload), hash=head.hex(), seq=place)
    tamper(region, "UPDATE ledgerhead SET hash = :hash", hash=head.hex())


def test_a_checkpoint_covers_nothing_that_came_after_it(region: Town, tmp_path: Path) -> None:
    region.build_idea(IdeaStage.SUBMITTED)
    older = keep_checkpoint(tmp_path)
    older = older.rename(tmp_path / "lama.json")
    file = tmp_path / "baru.pdf"
    file.write_bytes(issue_receipt(region)[0])
    assert verify(file, older)[0] == NOT_COVERED
    assert "older than the file" in " ".join(gagas("ledger", "way", str(file), "--checkpoint", str(older)).output.replace("│", " ").split())
    known = {**json.loads(older.read_text()), "way": json.loads(keep_way(tmp_path, file).read_text())["way"]}
    older.write_text(json.dumps(known))
    assert verify(file, older)[0] == NOT_COVERED


def test_a_strangers_checkpoint_makes_nothing_valid(receipt: tuple[Path, Path, dict[str, Any]], region: Town, tmp_path: Path) -> None:
    file, way, _ = receipt
    strangers = json.loads(write_strangers_checkpoint(tmp_path).read_text())
    forged = tmp_path / "kunci-lain.json"
    forged.write_text(json.dumps({**strangers, "way": json.loads(way.read_text())["way"]}))
    code, said = verify(file, forged)
    assert (code, said.startswith("KUNCI LAIN.")) == (ALTERED, True)
    changed = {**json.loads(way.read_text()), "root": "00" * 32}
    for wrong in (json.dumps(changed), "[" * 100_000, "{}", "[1]", ""):
        forged.write_text(wrong)
        assert verify(file, forged)[0] == UNREADABLE
    for nonsense in ("no way", {"issued": {"payload": [], "previous": "", "path": []}}, {"issued": {}}, [[]], 3):
        forged.write_text(json.dumps({**json.loads(way.read_text()), "way": nonsense}))
        assert verify(file, forged)[0] == NOT_COVERED


def test_what_is_no_document_is_not_read_to_its_end(receipt: tuple[Path, Path, dict[str, Any]], tmp_path: Path) -> None:
    file, way, _ = receipt
    whole = file.read_bytes()
    twice = whole.replace(b"/EmbeddedFile/", b"/EmbeddedFile/Type /EmbeddedFile/", 1)
    assert twice != whole
    for number, content in enumerate((b"", b"PK\x03\x04", b"%PDF-1.7\n%%EOF", twice, whole + twice, whole[: len(whole) // 3])):
        wrong = tmp_path / f"salah-{number}.pdf"
        wrong.write_bytes(content)
        assert verify(wrong, way)[0] in (UNREADABLE, ALTERED), number
    huge = tmp_path / "dua-gigabita.pdf"
    with huge.open("wb") as opened:
        opened.write(whole)
        opened.truncate(2 * 2**30)
    assert verify(huge, way)[0] == UNREADABLE
    assert verify(tmp_path / "tidak-ada.pdf", way)[0] == UNREADABLE
    assert verify(tmp_path, way)[0] == UNREADABLE


def test_a_receipt_of_before_is_checked_in_the_same_way(region: Town, tmp_path: Path) -> None:
    pdf, content = issue_receipt(region, of_before=True)
    file = tmp_path / "lama.pdf"
    file.write_bytes(pdf)
    assert "entry" not in content
    assert verify(file, keep_way(tmp_path, file))[0] == VALID
    assert verify(file, keep_way(tmp_path, file), "--idea", str(file))[0] == NOT_COVERED, "it holds nothing that opens the digest"
    assert gagas("verify", str(file)).exit_code == 0
