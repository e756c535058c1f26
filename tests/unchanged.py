"""Proof that nothing changed: a database that nobody wrote to, and every row that counts as it was."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models.database import Database
from models.tables import metadata


class Watch:
    """Sees at once whether anybody committed anything: SQLite counts that for every other connection."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file)
        self.seen = self.version

    @property
    def version(self) -> int:
        """A number that changes with every commit of somebody else's."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def has_seen_a_change(self) -> bool:
        """Whether anything was committed since the last question."""
        before, self.seen = self.seen, self.version
        return before != self.seen


@contextmanager
def watch(store: Database) -> Iterator[Watch]:
    """Watch a database on SQLite; a test that fails leaves no connection behind to spoil the next one's file."""
    watching = Watch(Path(str(store.url.database)))
    try:
        yield watching
    finally:
        watching.connection.close()


@cache
def _count_all() -> sa.TextClause:
    """How many rows each table has, in one statement: a hundred would take longer than what is looked at."""
    return sa.text("SELECT " + ", ".join(f'(SELECT count(*) FROM "{name}") AS "{name}"' for name in metadata.tables if name != "rolegrant"))


def fingerprint(store: Database) -> dict[str, Any]:
    """How many rows each table has (the tests give roles meanwhile), every idea and award, the outbox and the ledger's head."""
    with store.reading() as session:
        found: dict[str, Any] = dict(session.execute(_count_all()).one()._mapping)
        for name in ("idea", "award", "message", "ledgerhead"):
            table = metadata.tables[name]
            found[f"{name} rows"] = [tuple(row) for row in session.execute(sa.select(table).order_by(*table.primary_key.columns))]
        return found
