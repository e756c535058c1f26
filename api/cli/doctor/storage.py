"""Where Gagas keeps what it knows: the data folder, SQLite, PostgreSQL."""

import re
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from api.cli.doctor.finding import Remark, State
from models.backups import read_stamp
from models.restoring import HalfRestored, require_restored
from models.settings import Settings

OLDEST_SQLITE, OLDEST_POSTGRES = (3, 35), 14
LITTLE_SPACE, TOO_LITTLE_SPACE = 2_000_000_000, 200_000_000


def check_sqlite(chosen: Settings) -> list[Remark]:
    """The data folder can be written, has room, and lies on a disk that supports SQLite's write-ahead log."""
    folder = Path(chosen.sqlalchemy_url.removeprefix("sqlite:///")).parent
    ground = folder.absolute()
    while not ground.exists():
        ground = ground.parent
    try:
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=ground) as place:
            return [check_space(ground), check_journal(Path(place) / "trial.db")]
    except OSError as error:
        return [
            Remark("database", State.FAIL, f"{folder} cannot be written: {error.strerror}.", "export GAGAS_DATA=<a folder you may write>")
        ]


def check_space(ground: Path, free: int | None = None) -> Remark:
    """Room for the database and its documents (bytes)."""
    left = shutil.disk_usage(ground).free if free is None else free
    spoken = f"{left / 1e9:.1f} GB free"
    if left >= LITTLE_SPACE:
        return Remark("disk", State.OK, spoken)
    state = State.WARN if left >= TOO_LITTLE_SPACE else State.FAIL
    return Remark("disk", state, f"{spoken} at {ground}.", "make room, or export GAGAS_DATA=<a folder on a larger disk>")


def check_journal(trial: Path, version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Remark:
    """SQLite is new enough and may use its write-ahead log, which network folders refuse."""
    spoken = f"SQLite {'.'.join(map(str, version))}"
    if version < OLDEST_SQLITE:
        return Remark("database", State.FAIL, f"{spoken} is too old; 3.35 is the oldest that works.", "take a newer Python")
    with closing(sqlite3.connect(trial)) as connection:
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    if "ENABLE_FTS5" not in options:
        return Remark("database", State.FAIL, f"{spoken} has no full-text search (FTS5).", "take a Python whose SQLite has it")
    if mode == "wal":
        return Remark("database", State.OK, spoken)
    return Remark("database", State.FAIL, f"{spoken} cannot keep its log here ({mode}).", "export GAGAS_DATA=<a folder on a local disk>")


def check_postgres(url: str) -> Remark:
    """PostgreSQL answers and is new enough; its address is never shown, as it may hold a password."""
    import psycopg

    try:
        with psycopg.connect(re.sub(r"^postgresql\+\w+:", "postgresql:", url), connect_timeout=2) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as error:
        reason = (str(error).strip().splitlines() or ["no answer"])[-1]
        return Remark("database", State.FAIL, f"PostgreSQL does not answer: {reason}", "start it, or mend GAGAS_DATABASE_URL")
    return judge_postgres(version)


def judge_postgres(version: int) -> Remark:
    """A PostgreSQL by its main version."""
    if version >= OLDEST_POSTGRES:
        return Remark("database", State.OK, f"PostgreSQL {version}")
    return Remark("database", State.FAIL, f"PostgreSQL {version} is too old.", f"upgrade it to {OLDEST_POSTGRES} or later")


def check_restored(chosen: Settings) -> list[Remark]:
    """No backup is half brought in; nothing is said where that is so."""
    try:
        require_restored(chosen.data)
    except HalfRestored as half:
        return [Remark("data folder", State.FAIL, str(half), "gagas restore <the same backup>")]
    return []


def check_backup(chosen: Settings, at: datetime) -> list[Remark]:
    """The last backup is not older than a night and one missed, and lacks no file; nothing is said where nothing was founded yet."""
    mend = "gagas backup <a folder on another disk>; deploy/README.md has a timer for each night"
    if not (chosen.data / "keys").is_dir():
        return []
    last = read_stamp(chosen.data)
    if last is None:
        return [Remark("backup", State.WARN, "No backup was made yet.", mend)]
    if last.is_old(at):
        return [Remark("backup", State.WARN, f"The last backup is {(at - last.made_at).days} days old ({last.to}).", mend)]
    if last.missing:
        named = ", ".join(last.first_missing) + (" …" if last.missing > len(last.first_missing) else "")
        said = f"The last backup ({last.to}) lacks files of {last.missing:,} documents and ideas, which are gone or damaged here: {named}."
        return [Remark("backup", State.WARN, said, "put these files back from an older backup; its manifest.json names all")]
    large = "" if last.size is None else f", {last.size / 1e6:,.1f} MB, checked"
    return [Remark("backup", State.OK, f"made {last.made_at:%Y-%m-%d %H:%M}{large}, {last.to}")]
