"""Holders: which process holds claimed messages, and how another one knows that it is dead.

A holder keeps a lock that ends with its process: an advisory lock of its own connection on PostgreSQL, a locked file beside an SQLite
database. Nobody has to beat, and no clock is asked: whoever can take the lock knows that the holder is gone. The lease stays for
what a lock cannot tell: a process that lives and hangs.
"""

import fcntl
import hashlib
import logging
import os
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col, select, update

from models.database import Database
from models.ids import new_id
from models.instants import wall_now
from models.outbox import Message, MessageState

log = logging.getLogger("gagas.relay")


class Holder:
    """A process that holds messages, known by a random id; nobody is one before `keep` was called."""

    def __init__(self, store: Database) -> None:
        self.store, self._id = store, new_id()
        self._file: int | None = None
        self._connection: sa.Connection | None = None

    @property
    def id(self) -> str | None:
        """The id to claim under; None while there is no lock under it, when the lease alone must do."""
        return None if self._file is None and self._connection is None else self._id

    def keep(self) -> None:
        """Take the lock, or, where the database was away and it was lost with the connection, take it again."""
        if self.store.is_sqlite:
            if self._file is None:
                self._file = _lock_file(_folder(self.store) / self._id)
                _sweep(_folder(self.store))
            return
        try:
            if self._connection is not None:
                self._connection.execute(sa.text("SELECT 1"))
                return
        except sa.exc.DBAPIError:
            self.close()
        connection = self.store.writing.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection = connection
        if not connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(self._id)}):
            self.close()  # the server has not noticed yet that the last connection is gone: the next look takes it

    def close(self) -> None:
        """Give the lock back: whatever is still held under it is free."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            (_folder(self.store) / self._id).unlink(missing_ok=True)
        if self._connection is not None:
            with suppress(sa.exc.DBAPIError):
                self._connection.invalidate()  # the lock belongs to the connection, which must not go back into the pool with it
            self._connection.close()
            self._connection = None


class Worker:
    """This process as a worker's: it holds what its flow run does in place of the relay that asked for the run."""

    holder: Holder | None = None

    @classmethod
    def begin(cls, store: Database) -> None:
        """Be a worker's process from now on, until it ends."""
        cls.holder = Holder(store)
        cls.holder.keep()

    @classmethod
    def adopt(cls, token: str) -> None:
        """Hold what is claimed under a lease's token; nothing in any other process."""
        if cls.holder is None:
            return
        claimed = update(Message).where(col(Message.lease_token) == token, col(Message.state) == MessageState.CLAIMED)
        with cls.holder.store.unit_of_work() as session:
            session.execute(claimed.values(holder=cls.holder.id).execution_options(synchronize_session=False))


def take_back(store: Database) -> int:
    """Give back at once what dead processes held: it waits for a new run, the attempt counted. Answers how many messages that were."""
    with store.reading() as session:
        held = select(Message.holder).where(col(Message.holder).is_not(None), Message.state == MessageState.CLAIMED).distinct()
        holders = [holder for holder in session.exec(held) if holder]
    gone = [holder for holder in holders if _is_gone(store, holder)]
    if not gone:
        return 0
    with store.unit_of_work() as session:
        claimed = update(Message).where(col(Message.holder).in_(gone), col(Message.state) == MessageState.CLAIMED)
        freed = claimed.values(state=MessageState.WAITING, holder=None, lease_token=None, lease_until=None, not_before=wall_now())
        taken: int = session.connection().execute(freed.execution_options(synchronize_session=False)).rowcount
    log.warning("took back %d messages of %d dead processes", taken, len(gone))
    return taken


def _is_gone(store: Database, holder: str) -> bool:
    if store.is_sqlite:
        return _file_is_free(_folder(store) / holder)
    with store.reading() as session:
        return bool(session.scalar(sa.text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _key(holder)}))


def _key(holder: str) -> int:
    return int.from_bytes(hashlib.sha256(holder.encode()).digest()[:8], signed=True)


def _folder(store: Database) -> Path:
    return Path(str(store.url.database)).parent / "holders"


def _lock_file(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        if path.exists() and os.path.samestat(os.fstat(file), path.stat()):
            return file
        os.close(file)  # a sweep was between: the file has no name any more


def _sweep(folder: Path) -> None:
    """Remove what dead processes left that held nothing."""
    for path in folder.iterdir():
        _file_is_free(path)


def _file_is_free(path: Path) -> bool:
    """Whether nobody alive holds the file; it is removed then, as no process comes back under a dead one's id."""
    if not path.name.isalnum():
        return True  # no id of ours, and no name to look for in a folder
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(file)
