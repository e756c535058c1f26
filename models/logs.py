"""The security log and the access log: a JSON object a line, of ids and codes; never a name, a number, a token or what was typed."""

import fcntl
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlmodel import Session

from models.instants import wall_now
from models.private import FILE, make_private_folder
from models.settings import settings

SECURITY, ACCESS = "security", "access"
MOST_BYTES, KEPT = 10_000_000, 9  # a file of this size is put aside; so many are kept beside it
NOTES = "security notes"


def write_line(log: str, event: str, **said: Any) -> None:
    """Append a line to a log. A log that cannot be written stops nobody's work: the doctor sees a disk that is full."""
    kept = {name: value for name, value in said.items() if value not in (None, "", [])}
    line = json.dumps({"at": wall_now().isoformat(timespec="milliseconds"), "log": log, "event": event, **kept}) + "\n"
    with suppress(OSError):
        if settings().logs == "-":
            sys.stdout.write(line)
            sys.stdout.flush()
        else:
            _append(settings().log_folder / f"{log}.jsonl", line.encode())


def note(session: Session, event: str, **said: Any) -> None:
    """A line of the security log for when the transaction is committed; of one that is rolled back nothing is written."""
    session.info.setdefault(NOTES, []).append((event, said))


def write_notes(session: Session) -> None:
    """Write what was noted in a transaction that was committed."""
    for event, said in session.info.pop(NOTES, ()):
        write_line(SECURITY, event, **said)


def _append(file: Path, line: bytes) -> None:
    """One write of a whole line at the file's end: lines of several processes stand one after the other."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE)
    except FileNotFoundError:
        make_private_folder(file.parent)
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE)
    try:
        os.write(handle, line)
        full = os.fstat(handle).st_size > MOST_BYTES
    finally:
        os.close(handle)
    if full:
        _put_aside(file)


def _put_aside(file: Path) -> None:
    """Begin the file anew; of several processes that see it full, one does."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists() or file.stat().st_size <= MOST_BYTES:
            return
        for number in range(KEPT - 1, 0, -1):
            with suppress(FileNotFoundError):
                _numbered(file, number).rename(_numbered(file, number + 1))
        file.rename(_numbered(file, 1))


def _numbered(file: Path, number: int) -> Path:
    return file.with_name(f"{file.name}.{number}")
