"""Brings a database to the newest schema; runs at every start."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import Session

from models.database import Database
from models.restoring import require_restored
from models.settings import settings

ADVISORY_LOCK = 73_110_423  # one migrator at a time on PostgreSQL


class OtherSchema(Exception):
    """The database's tables are not those that this release works with."""


def migrate(store: Database, *, to: str = "head") -> None:
    """Apply every migration not applied yet, up to one; several processes may start at once."""
    config = _read_config()
    with store.unit_of_work() as session:
        connection = session.connection()
        if not store.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def read_schema(session: Session) -> str | None:
    """The migration that a database stands at; None for one without tables."""
    return MigrationContext.configure(session.connection()).get_current_revision()


@cache
def list_revisions() -> tuple[str, ...]:
    """The migrations of this release, the newest first; read once in a process, as each is a module to load."""
    return tuple(each.revision for each in ScriptDirectory.from_config(_read_config()).walk_revisions())


def require_newest_schema(store: Database) -> None:
    """Raise OtherSchema, with a sentence that says what to do, unless the database is exactly as new as this release.

    Raises HalfRestored where a backup was not brought in to its end.
    """
    require_restored(settings().data)
    known = list_revisions()
    newest = known[0]
    with store.reading() as session:
        present = read_schema(session)
    if present == newest:
        return
    if present is None or present in known:
        raise OtherSchema(
            f"The database is older than this release (it stands at {present or 'nothing'}, not {newest}): run `gagas migrate`."
        )
    raise OtherSchema(
        f"The database is newer than this release (it stands at {present}, which is not known here): start the newer release."
    )


def _read_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
