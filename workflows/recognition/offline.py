"""Checks an issued file without the server: against a checkpoint that the region signed, and the way from the file's entry to it.

A checkpoint (`gagas ledger checkpoint`) says how many entries the ledger had, its last hash, and the root of the tree over all of them. The
way (`gagas ledger way`) says which entry recorded the file's digest as it was issued, and which hashes lead from it, and from a receipt's
own entry, to that root. Who has file, checkpoint, way and the region's key needs to believe nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, ValidationError

from workflows.calculations.ledger import NotCanonical, chain_hash
from workflows.calculations.merkle import LONGEST_WAY, climb
from workflows.calculations.values import Value
from workflows.process.attest.commit import CONTENT, WHERE_SET, hash_content

ISSUING = "document.issue"  # the entry that says which bytes were issued
SUBMITTING = "idea.submit"  # the entry that a receipt is about
DIGITS = "^[0-9a-f]{64}$"


class FileFinding(StrEnum):
    """What a checkpoint says of a file."""

    VALID = "valid"  # the region's ledger says that these very bytes were issued
    ALTERED = "altered"  # the file is another than was issued, or contradicts itself
    REWRITTEN = "rewritten"  # the ledger under this checkpoint says otherwise than the one under the receipt
    NOT_COVERED = "not_covered"  # the checkpoint is older, or no way leads to it: nothing can be said


class Root(Value):
    """What of a checkpoint a way must lead to; the signature was checked before."""

    size: int = Field(ge=0, strict=True)
    root: str = Field(pattern=DIGITS)


class IssuedEntry(Value):
    """The whole entry that recorded a file's digest, the hash before it, and the hashes from it to the root."""

    payload: dict[str, Any]
    previous: str = Field(pattern=DIGITS)
    path: tuple[str, ...] = Field(max_length=LONGEST_WAY)


class SubmittedEntry(Value):
    """The number and hash of the entry that a receipt is about, and the hashes from it to the root."""

    seq: int = Field(ge=1, strict=True)
    hash: str = Field(pattern=DIGITS)
    path: tuple[str, ...] = Field(max_length=LONGEST_WAY)


class WayToCheckpoint(Value):
    """The way from a file to a checkpoint; from a receipt's own entry, too."""

    issued: IssuedEntry
    submitted: SubmittedEntry | None = None


@dataclass(frozen=True)
class OwnWord:
    """What a receipt says of its place in the ledger, and whether its parts agree with each other."""

    seq: int
    hash: str
    agrees: bool


def read_way(said: Any) -> WayToCheckpoint | None:
    """A way as `gagas ledger way` writes it, read from its JSON; None where it is none."""
    try:
        return WayToCheckpoint.model_validate(said)
    except (ValidationError, RecursionError):
        return None


def judge_offline(sha256: str, content: dict[str, Any], root: Root, way: WayToCheckpoint | None) -> FileFinding:
    """What a checkpoint says of a file, by the file's SHA-256 and the content that lies in it; no signature is checked here."""
    own = read_own_word(content)
    if own is not None and not own.agrees:
        return FileFinding.ALTERED
    if way is None:
        return FileFinding.NOT_COVERED
    if not _leads(_hash_issued(way.issued), way.issued.payload.get("seq"), way.issued.path, root):
        return FileFinding.NOT_COVERED
    if not _records(way.issued.payload, sha256):
        return FileFinding.ALTERED
    return FileFinding.VALID if own is None else _judge_submission(own, root, way.submitted)


def read_own_word(content: dict[str, Any]) -> OwnWord | None:
    """What a file says of its place in the ledger; None of a document that is no receipt.

    The entry in it must have the hash that is printed, and say the code, the instant and the digest that are printed; receipts of before
    have no entry in them, and so nothing that could disagree.
    """
    seq, printed = content.get("ledger_seq"), content.get("ledger_hash")
    if type(seq) is not int or not isinstance(printed, str):
        return None
    return OwnWord(seq, printed, content.get("entry") is None or _agrees(content))


def says_text(content: dict[str, Any], said: Any) -> bool:
    """Whether an idea's text, as `GET /ideas/{id}` gives it, is the one whose digest a receipt prints; its salt lies in the receipt."""
    try:
        hashed = {name: said[name] for name in CONTENT} | {name: said[name] for name in WHERE_SET if said.get(name)}
        return bool(hash_content(bytes.fromhex(content["entry"]["content_salt"]), hashed) == content["content_sha256"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return False


def _agrees(content: dict[str, Any]) -> bool:
    try:
        payload = content["entry"]["payload"]
        code, instant = payload["detail"]["commits"]["idea"][payload["subject"]]["entry"]
        said = payload["kind"], payload["seq"], code, datetime.fromisoformat(instant), payload["detail"].get("content")
        printed = SUBMITTING, content["ledger_seq"], content["idea_code"], datetime.fromisoformat(content["received_at"])
        computed = _hash_entry(payload, content["entry"]["previous"])
        return said == (*printed, content["content_sha256"]) and computed is not None and computed.hex() == content["ledger_hash"]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return False


def _judge_submission(own: OwnWord, root: Root, found: SubmittedEntry | None) -> FileFinding:
    """Whether the entry that a receipt tells of stands in the ledger under the checkpoint, at its place."""
    if found is None or found.seq != own.seq or not _leads(bytes.fromhex(found.hash), found.seq, found.path, root):
        return FileFinding.NOT_COVERED
    return FileFinding.VALID if found.hash == own.hash else FileFinding.REWRITTEN


def _records(payload: dict[str, Any], sha256: str) -> bool:
    detail = payload.get("detail")
    return payload.get("kind") == ISSUING and isinstance(detail, dict) and detail.get("sha256") == sha256


def _hash_issued(issued: IssuedEntry) -> bytes | None:
    return _hash_entry(issued.payload, issued.previous)


def _hash_entry(payload: dict[str, Any], previous: str) -> bytes | None:
    try:
        return chain_hash(payload, bytes.fromhex(previous))
    except NotCanonical:
        return None


def _leads(entry_hash: bytes | None, number: Any, path: Sequence[str], root: Root) -> bool:
    if entry_hash is None or type(number) is not int:
        return False
    try:
        found = climb(entry_hash, number, root.size, [bytes.fromhex(each) for each in path])
    except ValueError:
        return False
    return found is not None and found.hex() == root.root
