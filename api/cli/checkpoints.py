"""Checkpoints of the ledger as files: signed with the region's key, and read back with everything in them distrusted."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785
import typer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.cli.folder import fingerprint, read_pinned_fingerprint, read_signing_key, write_raw
from models.instants import now
from models.private import FILE, make_private_folder
from models.settings import settings
from workflows.calculations.ledger import Checkpoint
from workflows.recognition.offline import Root

SIGNED = ("size", "head", "at", "key", "root")  # those of before say no root, and those before them no key
MOST_BYTES = 1_000_000
CHECKPOINT = "checkpoint.json"  # the newest, beside the key, in the data folder and in each backup


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
    """Size, head and this moment, and the root where it was worked out, signed.

    Raises AnotherKey where the key that is here is not the one pinned; exits with a sentence where none is here.
    """
    key = read_signing_key()
    public, pinned = key.public_key(), read_pinned_fingerprint()
    if fingerprint(public) != pinned:
        raise AnotherKey(fingerprint(public), pinned)
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


def list_kept() -> tuple[Path, Path]:
    """Where the newest checkpoint is kept: beside the key, where nothing that runs changes it, and in the data folder, for the backup."""
    return settings().signing_key.parent / CHECKPOINT, settings().data / CHECKPOINT


def keep_checkpoint(signed: dict[str, int | str]) -> None:
    """Put a checkpoint beside the key and into the data folder, each whole or not at all."""
    for file in list_kept():
        make_private_folder(file.parent)
        arriving = file.with_name(f"{file.name}.arriving")
        arriving.write_text(json.dumps(signed, indent=2) + "\n", "utf-8")
        arriving.chmod(FILE)
        arriving.replace(file)


def put_checkpoint(file: Path, size: int, head: str) -> str:
    """Put a checkpoint into a backup: of the ledger as it was copied where this account can sign, else the newest that was kept for it.

    Answers why there is none, as a backup is made all the same; nothing where there is one.
    """
    kept = list_kept()[1]
    try:
        if os.access(settings().signing_key, os.R_OK):
            file.write_text(json.dumps(make_checkpoint(size, head), indent=2) + "\n", "utf-8")
        elif not kept.is_file():
            return f"{settings().signing_key} cannot be read by this account, and no checkpoint was kept"
        elif read_checkpoint(kept, read_pinned_fingerprint()).chain.size > size:
            return f"{kept} is of a longer ledger than this one"
        else:
            shutil.copyfile(kept, file)
    except (NotACheckpoint, AnotherKey, typer.BadParameter):
        return "the key or the checkpoint here is not the region's"
    return ""
