"""Folders and files that only the account Gagas runs under may read, whatever the umask."""

import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
SECRET = 32  # bytes
# How the names begin of what Gagas puts into its folder.
OWN = (
    "gagas.db",
    "keys",
    "attachments",
    "documents",
    "emblems",
    "holders",
    "mail",
    "logs",
    "prefect",
    "demo-clock",
    "backup.json",
    "backup.lock",
    "checkpoint.json",
    "region.env",
    "restoring",
    ".doctor-",
)


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this account alone; one that exists stays as it is."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=FOLDER, exist_ok=True)


def make_private_file(file: Path) -> None:
    """Make an empty file for this account alone; one that exists stays as it is."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE))


def read_own_secret(file: Path) -> bytes:
    """32 random bytes that this account alone reads, made when first asked for; of several processes that make them, one does.

    Raises OSError where they cannot be read or made, and for a file that is too short to be a secret.
    """
    if not file.exists():
        _make_secret(file)
    secret = file.read_bytes()
    if len(secret) < SECRET:
        raise OSError("this file is cut off: remove it, and another is made")
    return secret


def close_folder(folder: Path) -> None:
    """Take a folder of Gagas' own, and its database, from everybody else; a folder that holds other things keeps its rights."""
    if not is_shared(folder):
        _restrict(folder, FOLDER)
    for file in folder.glob("gagas.db*"):
        _restrict(file, FILE)
    for inner in ("keys", "attachments", "documents", "holders", "mail", "logs"):
        if (folder / inner).is_dir():
            _restrict(folder / inner, FOLDER)


def is_shared(folder: Path) -> bool:
    """Whether a folder holds anything that is not Gagas' own."""
    return any(not entry.name.startswith(OWN) for entry in folder.iterdir())


def is_open(place: Path) -> bool:
    """Whether others than the owner may do anything with a folder or file."""
    return bool(stat.S_IMODE(place.stat().st_mode) & 0o077)


def _restrict(place: Path, mode: int) -> None:
    with suppress(PermissionError):  # somebody else's: the doctor says so
        if is_open(place):
            place.chmod(mode)


def _make_secret(file: Path) -> None:
    """Write a new secret beside its place and link it there: whole or not at all, and never in the place of another."""
    make_private_folder(file.parent)
    handle, draft = tempfile.mkstemp(prefix=f"{file.name}-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as content:
            content.write(secrets.token_bytes(SECRET))
            content.flush()
            os.fsync(content.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        Path(draft).unlink()
