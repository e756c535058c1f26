"""Checkpoints of the ledger as files: signed with the region's key, and read back with everything in them distrusted."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.cli.folder import fingerprint, read_signing_key, write_raw
from models.instants import now
from workflows.calculations.ledger import Checkpoint
from workflows.recognition.offline import Root

SIGNED = ("size", "head", "at", "key", "root")  # those of before say no root, and those before them no key
MOST_BYTES = 1_000_000


class NotACheckpoint(ValueError):
    """A file that is not a checkpoint as it was signed."""


class AnotherKey(ValueError):
    """A checkpoint that another key signed than the region's; `used` and `pinned` are the two fingerprints."""

    def __init__(self, used: str, pinned: str) -> None:
        super().__init__(used, pinned)
        self.used, self.pinned = used, pinned


@dataclass(frozen=True)
class SignedCheckpoint:
    """What a checkpoint says, as the region signed it, with the file as it was read: a way may stand beside what is signed."""

    chain: Checkpoint
    at: str
    root: Root | None
    file: dict[str, Any]


def make_checkpoint(size: int, head: str, root: str = "") -> dict[str, int | str]:
    """Size, head and this moment, and the root where it was worked out, signed; exits with a sentence where the key is not here."""
    key = read_signing_key()
    public = key.public_key()
    said: dict[str, int | str] = {"size": size, "head": head, "at": now().isoformat(), "key": fingerprint(public)}
    if root:
        said["root"] = root
    return {**said, "signature": key.sign(rfc8785.dumps(dict(said))).hex(), "public_key": write_raw(public).hex()}


def read_checkpoint(file: Path, pinned: str) -> SignedCheckpoint:
    """What a checkpoint says, if the region's key signed it as it stands; NotACheckpoint or AnotherKey otherwise."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise NotACheckpoint(file)
        known = json.loads(file.read_text("utf-8"))
        said = {name: known[name] for name in SIGNED if name in known or name not in ("key", "root")}
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(known["public_key"]))
        key.verify(bytes.fromhex(known["signature"]), rfc8785.dumps(said))
        chain = Checkpoint(size=said["size"], head=said["head"])
        root = Root(size=said["size"], root=said["root"]) if "root" in said else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, InvalidSignature) as wrong:
        raise NotACheckpoint(file) from wrong
    if fingerprint(key) != pinned:
        raise AnotherKey(fingerprint(key), pinned)
    return SignedCheckpoint(chain, str(said["at"]), root, known)
