"""The chain of hashes that makes a change of the past visible, and the commitments that keep people out of it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import rfc8785
from pydantic import Field

from workflows.calculations.refusals import CalculationRefusal
from workflows.calculations.values import Value

GENESIS = bytes(32)
LARGEST = 2**53 - 1  # the largest whole number that RFC 8785 knows
SIMPLE = frozenset({str, bool, type(None)})
ENTRY_MARK, COMMITMENT_MARK = b"\x00", b"\x01"  # so that no entry's hash can pass for a commitment


class NotCanonical(CalculationRefusal):
    """A payload that RFC 8785 cannot write in one way only."""

    code = "payload_not_canonical"


class SaltRefused(CalculationRefusal):
    """A salt too short to hide a guessable value, or too long to be counted in one byte."""

    code = "salt_length"


class ChainBreak(StrEnum):
    """Why a chain is not whole."""

    SEQUENCE = "sequence"
    PAYLOAD = "payload"
    HASH = "hash"
    TRUNCATED = "truncated"
    CHECKPOINT = "checkpoint"


MEANING = {
    ChainBreak.SEQUENCE: "An entry is missing, inserted or out of order here; compare with a copy.",
    ChainBreak.PAYLOAD: "The payload here cannot have been written by the ledger: it has no canonical form.",
    ChainBreak.HASH: "This entry, or the one before it, is not what was recorded; compare with a copy.",
    ChainBreak.TRUNCATED: "Entries that the checkpoint vouches for are missing from the end; restore them from a copy.",
    ChainBreak.CHECKPOINT: "The chain was rewritten at or before this entry: its hash is not the one in the checkpoint.",
}


class ChainEntry(Value):
    """One entry: its number counted from 1 without gaps, what it records, and its hash in lowercase hex."""

    seq: int = Field(strict=True)
    payload: dict[str, Any]
    hash: str


class Checkpoint(Value):
    """What the chain was at an earlier time, kept outside: how many entries, and the last one's hash in lowercase hex."""

    size: int = Field(ge=0, strict=True)
    head: str = Field(pattern="^[0-9a-f]{64}$")


class LedgerQuestion(Value):
    """Entries from the first one on, and the checkpoint against which they are held."""

    entries: tuple[ChainEntry, ...]
    checkpoint: Checkpoint | None = None


class ChainReport(Value):
    """Whether the chain is whole; `size` and `head` are those of its intact beginning, `first_broken` the place where it breaks."""

    valid: bool
    size: int
    head: str
    first_broken: int | None = None
    reason: ChainBreak | None = None
    meaning: str | None = None


def calculate_ledger(question: LedgerQuestion) -> ChainReport:
    """The `ledger` calculation: verifies the entries, against the checkpoint where there is one."""
    return verify_chain(question.entries, question.checkpoint)


def chain_hash(payload: Mapping[str, Any], previous: bytes) -> bytes:
    """The 32 bytes SHA-256(0x00 || RFC 8785 JSON of the payload || previous hash); the first entry's previous is GENESIS.

    NotCanonical for floats, decimals, integers beyond 2^53 - 1 and broken text: write such numbers as strings.
    """
    try:
        said = dict(payload)
        if not _is_simple(said):
            _refuse_floats(said)
        canonical = write_canonical(said)
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise NotCanonical("payload", "Use strings, booleans, null and whole numbers below 2^53 only, not too deeply nested.") from error
    return hashlib.sha256(ENTRY_MARK + canonical + previous).digest()


def verify_chain(entries: Iterable[ChainEntry], checkpoint: Checkpoint | None = None) -> ChainReport:
    """The report on entries read once, in order, from the first; never raises.

    Edits, deletions, insertions and exchanges break the chain; a missing tail or a chain recomputed from some entry on shows only
    against a checkpoint from outside.
    """
    head, size = GENESIS, 0
    for entry in entries:
        if checkpoint is not None and size == checkpoint.size and head.hex() != checkpoint.head:
            break
        follower = _follow(entry, size + 1, head)
        if isinstance(follower, ChainBreak):
            return _broken(follower, size, head, size + 1)
        head, size = follower, size + 1
    return _against(checkpoint, size, head)


def break_chain(report: ChainReport, reason: ChainBreak, place: int) -> ChainReport:
    """A report that holds so far, broken at a place for a reason that shows elsewhere."""
    return _broken(reason, report.size, bytes.fromhex(report.head), place)


def commitment(value: str, salt: bytes) -> str:
    """A salted hash that stands for a personal value, 64 hex digits; without salt (16 to 255 bytes) it can be neither opened nor guessed.

    SHA-256(0x01 || length of the salt in one byte || salt || value in UTF-8): the length keeps salt and value apart.
    """
    if not 16 <= len(salt) <= 255:
        raise SaltRefused("salt", "Use a random salt of 16 to 255 bytes.")
    return hashlib.sha256(COMMITMENT_MARK + bytes([len(salt)]) + salt + value.encode()).hexdigest()


def write_canonical(value: Any) -> bytes:
    """Canonical JSON by RFC 8785; raises its CanonicalizationError where there is none.

    Without fractions, large numbers or keys beyond ASCII the standard library writes the same, several times faster.
    """
    if _is_simple(value):
        try:
            return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        except UnicodeEncodeError:  # broken text: told below in RFC 8785's own words
            return rfc8785.dumps(value)
    return rfc8785.dumps(value)


def _is_simple(value: Any) -> bool:
    kind = type(value)
    if kind is int:
        return bool(-LARGEST <= value <= LARGEST)
    if kind is dict:
        return all(type(key) is str and key.isascii() and (type(part) in SIMPLE or _is_simple(part)) for key, part in value.items())
    if kind is list or kind is tuple:
        return all(type(part) in SIMPLE or _is_simple(part) for part in value)
    return kind in SIMPLE


def _follow(entry: ChainEntry, place: int, previous: bytes) -> bytes | ChainBreak:
    if entry.seq != place:
        return ChainBreak.SEQUENCE
    try:
        computed = chain_hash(entry.payload, previous)
    except NotCanonical:
        return ChainBreak.PAYLOAD
    return computed if computed.hex() == entry.hash else ChainBreak.HASH


def _against(checkpoint: Checkpoint | None, size: int, head: bytes) -> ChainReport:
    if checkpoint is not None and size < checkpoint.size:
        return _broken(ChainBreak.TRUNCATED, size, head, size + 1)
    if checkpoint is not None and size == checkpoint.size and head.hex() != checkpoint.head:
        return _broken(ChainBreak.CHECKPOINT, size, head, max(size, 1))
    return ChainReport(valid=True, size=size, head=head.hex())


def _broken(reason: ChainBreak, size: int, head: bytes, place: int) -> ChainReport:
    return ChainReport(valid=False, size=size, head=head.hex(), first_broken=place, reason=reason, meaning=MEANING[reason])


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise rfc8785.CanonicalizationError("a float")
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        _refuse_floats(part)
