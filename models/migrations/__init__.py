"""Brings a database to the newest schema; runs at every start."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from models.database import Database

ADVISORY_LOCK = 73_110_423  # one migrator at a time on PostgreSQL


def migrate(store: Database, *, to: str = "head") -> None:
    """Apply every migration not applied yet, up to one; several processes may start at once."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with store.unit_of_work() as session:
        connection = session.connection()
        if not store.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, to)
