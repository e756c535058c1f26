"""The engine, the writer queue and `unit_of_work()`: the only place that commits."""

import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel

from models.logs import write_notes
from models.private import make_private_file, make_private_folder
from models.settings import settings

BUSY_MS = 30_000  # how long a connection waits for another that writes


class LostRace(Exception):
    """Somebody else changed the row first; nothing was written."""


class Database:
    """One database, opened for reading and for writing; on SQLite the writers of a process queue up."""

    def __init__(self, url: str, *, connections: int = 12) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.writers = 1 if self.is_sqlite else connections - 2
        self._queue: AbstractContextManager[Any] = threading.Lock() if self.is_sqlite else nullcontext()
        options: dict[str, Any] = {"pool_size": connections, "max_overflow": 40, "pool_timeout": 30, "json_serializer": _write_json}
        options["hide_parameters"] = True  # an error that is printed tells no name and no number
        if self.is_sqlite:
            _make_file(self.url)
            self.engine = _open_sqlite(url, "BEGIN", "ON", **options)
            self.writing = _open_sqlite(url, "BEGIN IMMEDIATE", "OFF", **options)
        else:
            self.engine = self.writing = sa.create_engine(url, pool_pre_ping=True, **options)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A writing transaction: commits at the end, rolls back on any error.

        Raises LostRace when a version column shows that somebody else was faster.
        """
        with self._queue, Session(self.writing, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
                write_notes(session)
            except StaleDataError as lost:
                raise LostRace from lost

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only transaction with one consistent view."""
        with Session(self.engine, autoflush=False) as session:
            if not self.is_sqlite:
                session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        self.writing.dispose()


def _make_file(url: sa.URL) -> None:
    """A new database file is its owner's alone; what SQLite puts beside it takes the same rights."""
    if url.database and url.database != ":memory:" and Path(url.database).parent.is_dir():
        make_private_file(Path(url.database))


def _write_json(value: Any) -> str:
    return to_json(value).decode()


def _open_sqlite(url: str, begin: str, query_only: str, **options: Any) -> sa.Engine:
    """An engine whose transactions begin so; told to the dialect, since a listener would make every statement a tenth dearer."""
    engine = sa.create_engine(url, **options)
    pragmas = ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32000", f"query_only={query_only}")

    @sa.event.listens_for(engine, "connect")
    def tame(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own transactions lose committed updates
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        _keep_journal_ahead(connection)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    def begin_transaction(dbapi_connection: sa.PoolProxiedConnection) -> None:
        dbapi_connection.execute(begin)

    engine.dialect.do_begin = begin_transaction  # type: ignore[method-assign]
    return engine


def _keep_journal_ahead(connection: sqlite3.Connection) -> None:
    """Have a file keep a write-ahead log; where others open a new file at the same moment SQLite does not wait by itself, whatever its
    timeout: it says at once that the file is locked."""
    until = time.monotonic() + BUSY_MS / 1_000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def table_of(model: type[SQLModel]) -> sa.Table:
    """A model's table, for statements that need no objects: they cost a third."""
    return model.metadata.tables[str(model.__tablename__)]


def run_plain(session: Session, statement: sa.Executable, values: Any = None) -> sa.CursorResult[Any]:
    """Run a statement on tables in the session's transaction, after what the session still has to write."""
    session.flush()
    return session.connection().execute(statement, values)


def is_sqlite(session: Session) -> bool:
    """Whether the session's database is SQLite, for the few statements that the two databases read at their best in different words."""
    return session.get_bind().dialect.name == "sqlite"


def is_among(session: Session, column: Any, ids: Collection[str]) -> sa.ColumnElement[bool]:
    """The condition that a column holds one of some ids; PostgreSQL takes them as one array, since each single value costs it time."""
    if is_sqlite(session):
        return sa.type_coerce(column, sa.String).in_(ids)
    return sa.type_coerce(column, sa.String) == sa.any_(sa.literal(list(ids), sa.ARRAY(sa.String)))


def append_row(session: Session, model: type[SQLModel], **values: Any) -> None:
    """Write a row at once that nobody changes in this transaction, without an object for it."""
    run_plain(session, _insert_into(model), values)


def append_rows(session: Session, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Write rows of one kind as `append_row` writes one, in one statement."""
    if rows:
        run_plain(session, _insert_into(model), rows)


@cache
def _insert_into(model: type[SQLModel]) -> sa.Insert:
    return sa.insert(table_of(model))


@lru_cache
def database() -> Database:
    """This process' database, by its settings."""
    if not settings().database_url:
        make_private_folder(settings().data)
    return Database(settings().sqlalchemy_url)
