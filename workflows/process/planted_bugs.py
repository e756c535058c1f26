"""Planted bugs: mistakes that the fault harness must catch, or it is blind; each is off unless a test names it in `GAGAS_TEST_BUG`.

Gagas refuses to start with one unless `GAGAS_TEST_FAULTS=allowed`.
"""

import os
import time

from sqlalchemy import event
from sqlmodel import Session, SQLModel

from workflows.process.crashpoints import crashpoint, faults_allowed, refuse_faults

BUGS = ("ack_before_effect", "effect_outside_ack", "missing_unique", "no_lease", "dual_write")
PAUSE_SECONDS = 0.02  # between two transactions that should be one: what a busy machine or a far database takes


def planted(bug: str) -> bool:
    """Whether a test planted this bug."""
    return os.environ.get("GAGAS_TEST_BUG") == bug and faults_allowed()


def pause() -> None:
    """The time between two transactions that should be one, and a place to die in it."""
    crashpoint("between_two_transactions")
    time.sleep(PAUSE_SECONDS)


def write_afterwards(session: Session, row: SQLModel) -> None:
    """The dual write: add a row in a transaction of its own, once the session's has committed."""
    waiting: list[SQLModel] = session.info.setdefault("written_afterwards", [])
    waiting.append(row)
    if len(waiting) == 1:
        event.listen(session, "after_commit", _write_waiting)


def _write_waiting(session: Session) -> None:
    if session.in_nested_transaction():
        return
    pause()
    with Session(session.get_bind()) as other, other.begin():
        other.add_all(session.info.pop("written_afterwards", []))


refuse_faults("GAGAS_TEST_BUG")
