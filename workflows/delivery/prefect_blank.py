"""A blank database of Prefect's, kept beside the one in use: a server that begins anew copies it instead of running all migrations.

It is what Prefect's own migrations left in a new SQLite file, before anybody asked for anything; only the release of Prefect that made it
begins with it. Where there is none, or it is damaged, the migrations run as ever: that is slower, and nothing else.
"""

import shutil
import sqlite3
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path

from models.private import make_private_file
from workflows.delivery.prefect_server import FILES, is_sound

DRAFT = "blank.new"
USES = ("SELECT 1 FROM flow LIMIT 1", "SELECT 1 FROM flow_run LIMIT 1")  # find a row as soon as anybody has asked Prefect for anything


def keep_blank(database: Path) -> None:
    """Keep a copy of the database beside it while it is new; where one is kept, or it is in use already, nothing happens."""
    home = database.parent
    draft, kept = home / DRAFT, blank_in(home)
    if kept.exists() or not database.exists():
        return
    with suppress(OSError, sqlite3.Error):
        draft.unlink(missing_ok=True)
        make_private_file(draft)
        if copy_unused(database, draft):
            forget_blanks(home)  # of other releases
            draft.replace(kept)
        draft.unlink(missing_ok=True)


def begin_with_blank(home: Path) -> None:
    """Put a copy of the blank database in the place of one that is missing; a damaged blank one is thrown away."""
    database, draft, kept = home / FILES[0], home / DRAFT, blank_in(home)
    if database.exists() or not kept.exists():
        return
    with suppress(OSError):
        if not is_sound(kept):
            forget_blanks(home)
            return
        for name in FILES[1:]:  # left of the one that is missing: SQLite would read its log into the copy
            (home / name).unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
        make_private_file(draft)
        shutil.copyfile(kept, draft)
        draft.replace(database)


def forget_blanks(home: Path) -> None:
    """Keep no blank database any longer; raises OSError when the folder cannot be written."""
    for kept in home.glob("blank-*.db"):
        kept.unlink()


def blank_in(home: Path) -> Path:
    """Where the blank database of this release lies in Prefect's folder."""
    return home / f"blank-{version('prefect')}.db"


def copy_unused(database: Path, draft: Path) -> bool:
    """Copy a database that nobody has used yet; answers whether it was such a one. Raises sqlite3.Error where it cannot be read."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        if any(connection.execute(use).fetchone() for use in USES):
            return False
        connection.execute("VACUUM INTO ?", (str(draft),))
        return True
