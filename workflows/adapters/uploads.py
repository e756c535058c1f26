"""Files on their way in: written in pieces as they arrive, hashed meanwhile, and put into the store whole or not at all.

Whoever puts a file there holds the store from before its name appears until the row that needs it is committed; the sweep holds it alone.
So the sweep finds no file whose row is still to come, however old or new it is, and a process that was killed holds nothing.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workflows.adapters.files import DRAFTS, path_of, sync_folder

LOCK = ".lock"
FOLDER, FILE = 0o700, 0o600
PIECE = 1 << 18  # bytes read at a time
AHEAD = 1 << 22  # bytes after which the disk begins to take what was written, while the rest still comes

FindNeeded = Callable[[Collection[str]], Collection[str]]  # of some SHA-256, those that a row needs


@contextmanager
def hold_store(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Hold a store of files while one is put into it; `alone` waits for everybody else, and keeps them out."""
    handle = take_hold(folder, alone=alone)
    try:
        yield
    finally:
        os.close(handle)


def take_hold(folder: Path, *, alone: bool = False) -> int:
    """A hold on a store that lasts until its handle is closed, or its process ends."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    except BaseException:
        os.close(handle)
        raise
    return handle


class Draft:
    """A file that is being written; it is locked as long as somebody writes it, and gone where it was not kept."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.size, self._hash, self._given = folder, 0, hashlib.sha256(), 0
        with hold_store(folder):
            drafts = folder / DRAFTS
            drafts.mkdir(mode=FOLDER, exist_ok=True)
            self.path = drafts / os.urandom(16).hex()
            self._handle: int | None = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE)
            fcntl.flock(self._handle, fcntl.LOCK_EX)

    @property
    def handle(self) -> int:
        """The open file; raises ValueError once it is closed."""
        if self._handle is None:
            raise ValueError("the draft is closed")
        return self._handle

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    def write(self, piece: bytes | bytearray) -> None:
        """Append a piece."""
        view = memoryview(piece)
        self._hash.update(view)
        self.size += len(view)
        while view:
            view = view[os.write(self.handle, view) :]
        if self.size - self._given >= AHEAD:  # Linux writes out what it is told that nobody needs, and waits for none of it
            os.posix_fadvise(self.handle, self._given, self.size - self._given, os.POSIX_FADV_DONTNEED)
            self._given = self.size

    def sync(self) -> None:
        """Let what was written so far reach the disk; what `keep` then still has to write is little."""
        os.fsync(self.handle)

    def read_anew(self) -> None:
        """Take size and SHA-256 from the file itself, which another process has written."""
        self.size, self._hash = 0, hashlib.sha256()
        with self.path.open("rb") as file:
            while piece := file.read(PIECE):
                self._hash.update(piece)
                self.size += len(piece)

    def keep(self, suffix: str) -> str:
        """Put the file into the store, durably, and answer with its SHA-256; the caller holds the store until its row is committed."""
        digest = self.digest
        target = path_of(self.folder, digest, suffix)
        self.sync()
        if not target.parent.exists():
            target.parent.mkdir(mode=FOLDER, exist_ok=True)
            sync_folder(self.folder)
        self.path.replace(target)
        sync_folder(target.parent)
        self._close()
        return digest

    def drop(self) -> None:
        """Remove what was not kept."""
        if self._handle is not None:
            self.path.unlink(missing_ok=True)
            self._close()

    def _close(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def sweep_store(folder: Path, find_needed: FindNeeded) -> int:
    """Remove drafts that nobody writes any more and files that no row needs; answers how many files that were."""
    if not folder.is_dir():
        return 0
    with hold_store(folder, alone=True):
        swept = sum(_remove_abandoned(draft) for draft in (folder / DRAFTS).glob("*"))
    for inner in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        with hold_store(folder, alone=True):
            swept += _remove_unneeded(list(inner.iterdir()), find_needed)
    return swept


def drop_files(folder: Path, digests: Collection[str], find_needed: FindNeeded) -> int:
    """Remove those of some stored files that no row needs, as after a row that was refused."""
    with hold_store(folder, alone=True):
        return _remove_unneeded([file for digest in digests for file in (folder / digest[:2]).glob(f"{digest}.*")], find_needed)


def _remove_unneeded(files: list[Path], find_needed: FindNeeded) -> int:
    needed = find_needed({file.stem for file in files}) if files else ()
    unneeded = [file for file in files if file.stem not in needed]
    for file in unneeded:
        file.unlink(missing_ok=True)
    return len(unneeded)


def _remove_abandoned(draft: Path) -> bool:
    """Remove a draft unless somebody writes it: whoever does has locked it."""
    with suppress(OSError):
        handle = os.open(draft, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink(missing_ok=True)
            return True
        finally:
            os.close(handle)
    return False
