"""Fills a database of an older revision with the rows that were kept from one."""

import json
import lzma
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models.database import Database
from models.migrations import migrate

KEPT_AT = "2026-11-24T10:00:00+07:00"  # the instant at which the rows were kept
FILE = Path(__file__).parent / "work_in_flight.json.xz"
MADE_BY_MIGRATION = ("ledgerhead", "clocktick")  # the first migration writes their one row

Rows = dict[str, list[dict[str, Any]]]


@cache
def read_kept_rows() -> Rows:
    """The rows by table, as they were stored: dates and instants as ISO text, the rest as JSON has it."""
    kept = json.loads(lzma.decompress(FILE.read_bytes()))
    return {name: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]] for name, table in kept.items()}


def load_older(store: Database, revision: str) -> Rows:
    """Migrate an empty database to a revision and write the kept rows into it; answers them."""
    migrate(store, to=revision)
    rows, tables = read_kept_rows(), sa.MetaData()
    tables.reflect(store.engine)
    with store.unit_of_work() as session:
        for name in MADE_BY_MIGRATION:
            session.execute(sa.delete(tables.tables[name]))
        for table in tables.sorted_tables:
            if rows.get(table.name):
                session.execute(sa.insert(table), [_read_row(table, row) for row in rows[table.name]])
        if not store.is_sqlite:
            session.execute(sa.text("SELECT setval(pg_get_serial_sequence('message', 'id'), (SELECT max(id) FROM message))"))
    return rows


def _read_row(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _reader(table.columns[name])(value) for name, value in row.items()}


def _reader(column: sa.Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, sa.DateTime):
        return lambda value: value and datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(column.type, sa.Date):
        return lambda value: value and date.fromisoformat(value)
    return lambda value: value
