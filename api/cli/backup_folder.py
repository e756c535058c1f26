"""What lies in a backup: the database, the documents, the emblems and the keys, each in a folder of its own, and a manifest over all of it.

The manifest is written last, so a folder without one is a backup that was cut off.
"""

import errno
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import sqlalchemy as sa

from models.private import FILE, FOLDER, make_private_folder
from workflows.adapters.files import DRAFTS
from workflows.delivery.processes import die_with_parent

MANIFEST = "manifest.json"
DATABASES = {"sqlite": Path("database/gagas.db"), "postgresql": Path("database/gagas.dump")}
UNFINISHED = ".unfinished"
UNREADABLE = (errno.EACCES, errno.EIO, errno.ENOENT)  # of one file: a full disk, or one that is gone, is another matter
SECRETS = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")


class BackupRefused(Exception):
    """A backup that cannot be made or restored, with a sentence that says what to do."""


@dataclass
class Manifest:
    """When a backup was made, of which kind of database, what the ledger's head was, what was under way, and every file by its SHA-256.

    `missing` names the documents and ideas that lack a file in it, as that was gone or damaged; `key` is the region's fingerprint.
    """

    made_at: str
    database: str
    schema: str
    size: int
    head: str
    under_way: dict[str, int]
    files: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    key: str = ""

    def write(self, folder: Path) -> None:
        """Write it into a backup's folder."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


KNOWN = frozenset(each.name for each in fields(Manifest))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a finished backup; raises BackupRefused for any other folder."""
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        return Manifest(**{name: told[name] for name in told if name in KNOWN})
    except PermissionError as wrong:
        raise BackupRefused(f"{folder} cannot be read by this account. Give it the backup first: chown -R gagas: {folder}") from wrong
    except (OSError, ValueError, TypeError) as wrong:
        raise BackupRefused(f"{folder} is no finished backup: it has no manifest that can be read. Take another one.") from wrong


def copy_files(source: Path, target: Path, advance: Callable[[int], None], *, pass_over: bool = False) -> list[str]:
    """Copy a folder's files, those of its folders too, for this account alone; nothing where there is no such folder.

    With `pass_over` a file that cannot be read is left out, and told; without, as for any other fault, OSError is raised.
    """
    left_out = []
    make_private_folder(target)
    for file in list_files(source):
        copy = target / file.relative_to(source)
        make_private_folder(copy.parent)
        try:
            shutil.copyfile(file, copy)
        except OSError as wrong:
            if not pass_over or wrong.errno not in UNREADABLE:
                raise
            copy.unlink(missing_ok=True)
            left_out.append(file.relative_to(source).as_posix())
            continue
        copy.chmod(FILE)
        advance(1)
    return left_out


def list_files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, but those that are being written."""
    whole = (file for file in sorted(folder.rglob("*")) if not file.name.startswith(".") and file.parent.name != DRAFTS)
    return (file for file in whole if file.is_file())


def hash_files(folder: Path, advance: Callable[[int], None]) -> dict[str, str]:
    """The SHA-256 of each file below a folder but the manifest, by its path."""
    hashes = {}
    for file in list_files(folder):
        if file.name != MANIFEST:
            with file.open("rb") as content:
                hashes[file.relative_to(folder).as_posix()] = hashlib.file_digest(content, "sha256").hexdigest()
            advance(1)
    return hashes


def write_through(*places: Path) -> None:
    """Let files and the names in folders reach the disk before a backup counts as made."""
    for place in places:
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def close_to_others(folder: Path) -> None:
    """Take a backup from every other account."""
    for place in (folder, *folder.rglob("*")):
        place.chmod(FOLDER if place.is_dir() else FILE)


def postgres_surroundings(url: sa.URL) -> dict[str, str]:
    """What tells pg_dump and pg_restore where the database is; in the environment, as arguments are seen by everybody on the machine."""
    host = url.host or str(url.query.get("host", ""))
    port = str(url.port or url.query.get("port", ""))
    known = zip(SECRETS, (host, port, url.username, url.password, url.database), strict=True)
    return {**os.environ, **{name: str(value) for name, value in known if value}}


def run_tool(words: list[str], url: sa.URL, outcome: str) -> None:
    """Run one of PostgreSQL's own tools, which ends with this process; raises BackupRefused, beginning with `outcome`, where it fails."""
    tool = find_tool(words[0])
    done = subprocess.run(
        [tool, *words[1:]],
        env=postgres_surroundings(url),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=die_with_parent,  # what goes on after a kill would stand in the way of the next one
    )
    if done.returncode:
        raise BackupRefused(f"{outcome}: {done.stderr.strip()[:600]}")


def find_tool(name: str) -> str:
    """PostgreSQL's own tool; raises BackupRefused where it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(f"{name} is not installed here: sudo apt-get install -y postgresql-client")
    return found
