"""`gagas verify`: is this file one that was issued here, and does it still stand? With a checkpoint it asks no server."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from api.cli.checkpoints import AnotherKey, NotACheckpoint, read_checkpoint
from api.cli.folder import read_pinned_fingerprint
from api.cli.languages import Language, choose_language, say
from api.pages.texts import Words
from models.database import database
from workflows.documents.verification import MOST_BYTES, NotADocument, read_attached_content
from workflows.process.refusals import Conflict, NotFound
from workflows.recognition.offline import FileFinding, Root, judge_offline, read_way, says_text
from workflows.recognition.verify import Genuineness, Verified, find_token, judge, verify_digest, verify_token

ALTERED, UNREADABLE, NOT_COVERED = 1, 2, 3  # exit codes: not as issued; no file to compare; nothing can be said
EXITS = {FileFinding.VALID: 0, FileFinding.ALTERED: ALTERED, FileFinding.REWRITTEN: ALTERED, FileFinding.NOT_COVERED: NOT_COVERED}


@dataclass(frozen=True)
class Against:
    """What a file is held against where no server is asked: a checkpoint with a way, the region's key, and of a receipt the idea's text."""

    checkpoint: Path
    key: str
    idea: Path | None


def verify(
    file: Annotated[Path, typer.Argument(help="The PDF or spreadsheet.")],
    document: Annotated[str, typer.Option(help="The number or the address printed on it; tells an altered file from an unknown one.")] = "",
    language: Annotated[Language | None, typer.Option(help="The language of the answer; the region's when left out.")] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint with the way to it (`gagas ledger way`): asks no server.")] = None,
    key: Annotated[str, typer.Option(help="With a checkpoint: the region's public key, its file or its fingerprint.")] = "",
    idea: Annotated[
        Path | None, typer.Option(help="With a receipt and a checkpoint: the idea's text, as `GET /ideas/{id}` gives it.")
    ] = None,
) -> None:
    """Compare a file with what was issued; exit code 0 only where it is genuine and valid, 1 where it is altered, revoked or unknown,
    2 where it cannot be read, 3 where a checkpoint does not cover it."""
    spoken = choose_language(language)
    if checkpoint is not None:
        raise typer.Exit(_verify_offline(file, Against(checkpoint, key, idea), spoken))
    try:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as wrong:
        typer.echo(f"{file}: {say('file_unreadable', spoken)}", err=True)
        raise typer.Exit(UNREADABLE) from wrong
    with database().reading() as session:
        found = _find(session, digest, document)
    verdict, words = judge(found, digest), Words(spoken)
    typer.echo(f"{words.text(f'verify.{verdict}')}. {words.text(f'verify.{verdict}_say')}")
    if found is not None:
        facts = [("kind", words.word(found.kind)), ("number", found.number), ("issued_on", words.day(found.issued_on))]
        for name, value in [*facts, ("issuer", found.issuer), ("sha256", found.sha256)]:
            typer.echo(f"{words.text(f'verify.{name}')}: {value}")
    raise typer.Exit(0 if verdict == Genuineness.GENUINE else 1)


def _find(session: Session, digest: str, document: str) -> Verified | None:
    """The document that is named, else the one with this digest; a number that several bear names none."""
    address = re.search(r"([a-z2-7]{26})/?$", document.strip().lower())
    try:
        token = address[1] if address else find_token(session, document) if document else ""
        return verify_token(session, token) if token else verify_digest(session, digest)
    except Conflict:
        return _find(session, digest, "")
    except NotFound:
        return None


def _verify_offline(file: Path, against: Against, spoken: str) -> int:
    """Say what a signed checkpoint says of a file, and answer the exit code; no database is opened."""
    pinned, checkpoint = read_pinned_fingerprint(against.key), against.checkpoint
    try:
        known = read_checkpoint(checkpoint, pinned)
    except NotACheckpoint:
        typer.echo(f"{checkpoint}: {say('checkpoint_changed', spoken)}", err=True)
        return UNREADABLE
    except AnotherKey as other:
        typer.echo(say("checkpoint_of_another_key", spoken, used=other.used, pinned=other.pinned))
        return ALTERED
    try:
        content, digest = _read_file(file)
    except (OSError, NotADocument) as wrong:
        said = "file_no_document" if isinstance(wrong, NotADocument) else "file_unreadable"
        typer.echo(f"{file}: {say(said, spoken)}", err=True)
        return UNREADABLE
    standing = _judge(digest, content, known.root, known.file.get("way"))
    words = Words(spoken)
    typer.echo(say(f"standing_{standing}", spoken, at=words.moment(datetime.fromisoformat(known.at))))
    for name, value in _list_facts(content, known.chain.size, words) if standing == FileFinding.VALID else ():
        typer.echo(f"{words.text(f'verify.{name}')}: {value}")
    if standing != FileFinding.VALID or against.idea is None:
        return EXITS[standing]
    if content.get("entry") is None:
        typer.echo(say("text_untold", spoken))
        return NOT_COVERED
    is_text = _says_text(content, against.idea)
    typer.echo(say("text_same" if is_text else "text_other", spoken))
    return 0 if is_text else ALTERED


def _says_text(content: dict[str, Any], file: Path) -> bool:
    """Whether a file holds the text that a receipt is for; one that cannot be read does not."""
    try:
        return file.stat().st_size <= MOST_BYTES and says_text(content, json.loads(file.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return False


def _judge(digest: str, content: dict[str, Any], root: Root | None, way: Any) -> FileFinding:
    """What a checkpoint says; one without a root, as an earlier release signed them, has no way to it."""
    return judge_offline(digest, content, root or Root(size=0, root="0" * 64), read_way(way) if root is not None else None)


def _read_file(file: Path) -> tuple[dict[str, Any], str]:
    """The content that lies in a PDF, and the PDF's SHA-256; a file larger than any that is issued is not read at all."""
    with file.open("rb") as opened:
        read = opened.read(MOST_BYTES + 1)
    if len(read) > MOST_BYTES:
        raise NotADocument("too large")
    return read_attached_content(read), hashlib.sha256(read).hexdigest()


def _list_facts(content: dict[str, Any], size: int, words: Words) -> list[tuple[str, str]]:
    """What a file whose bytes are the issued ones says of itself."""
    facts = [("number", str(content.get("number", "")))]
    if "ledger_seq" in content:
        place = words.text("verify.place_of", seq=words.count(content["ledger_seq"]), size=words.count(size))
        received = datetime.fromisoformat(content["received_at"]).isoformat(sep=" ")
        facts += [("idea_code", content["idea_code"]), ("received", f"{received} ({words.moment(datetime.fromisoformat(received))})")]
        facts += [("content", content["content_sha256"]), ("place", place), ("entry", content["ledger_hash"])]
    return facts
