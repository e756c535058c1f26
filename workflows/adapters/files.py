"""The file store: issued bytes under their SHA-256, written so that a crash leaves the whole file or none."""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

DRAFTS = "drafts"  # beside the two-letter folders: what is being written, and what a crash left of that
DRAFT_KEPT_SECONDS = 86_400


class DamagedFile(OSError):
    """A stored file's bytes are not those of its name."""


def store_file(folder: Path, content: bytes, suffix: str, passing: Callable[[str], None] = lambda _point: None) -> str:
    """Write the bytes durably and answer with their SHA-256; the same bytes are stored once, and anew where they were damaged.

    `passing` is told between two steps which of the crash points that is.
    """
    digest = hashlib.sha256(content).hexdigest()
    target = path_of(folder, digest, suffix)
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == digest:
        return digest
    if not target.parent.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(folder)
    draft = folder / DRAFTS / f"{digest}.{os.getpid()}.{os.urandom(4).hex()}"
    draft.parent.mkdir(exist_ok=True)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    passing("after_temp_before_rename")
    draft.replace(target)
    passing("after_rename_before_sync")
    sync_folder(target.parent)
    return digest


def find_file(folder: Path, digest: str, suffix: str) -> Path:
    """Where the stored bytes lie, checked against their name; raises OSError when they are missing or were changed."""
    path = path_of(folder, digest, suffix)
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise DamagedFile(f"stored file {digest[:12]} was changed")
    return path


def sweep_drafts(folder: Path) -> int:
    """Remove what crashes left half written more than a day ago, and answer how many files that were."""
    swept = 0
    for draft in (folder / DRAFTS).glob("*"):
        with suppress(FileNotFoundError):  # another process was done with it meanwhile
            if draft.stat().st_mtime < time.time() - DRAFT_KEPT_SECONDS:
                draft.unlink()
                swept += 1
    return swept


def path_of(folder: Path, digest: str, suffix: str) -> Path:
    """Where a file lies: two letters of folder, so that no folder grows too large."""
    return folder / digest[:2] / f"{digest}.{suffix}"


def sync_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
