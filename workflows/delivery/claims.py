"""Claims on the outbox: which run holds which messages, until when, and how it gives them back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select, update

from models.columns import UtcInstant
from models.database import Database
from models.ids import new_id
from models.instants import wall_now
from models.outbox import Message, MessageState
from models.settings import settings
from workflows.process.crashpoints import crashpoint

BACKOFF_SECONDS = (1, 5, 30, 120, 600)


@dataclass(frozen=True)
class Batch:
    """Messages of one topic held under one lease token, by job; numbers only, so that Prefect may see it."""

    topic: str
    token: str
    jobs: dict[str, list[int]]
    attempts: int

    @property
    def ids(self) -> list[int]:
        """All message numbers of the batch."""
        return sorted(number for numbers in self.jobs.values() for number in numbers)


def claim_batch(store: Database, topic: str, holder: str | None = None) -> Batch | None:
    """Take up to a batch of a topic's waiting messages, and those whose lease ran out, under a new lease; None when nothing waits.

    A row that cannot be read is set aside for an operator, and the others are taken.
    """
    if not _anything_waits(store, topic):
        return None
    with store.unit_of_work() as session:
        wanted = select(Message.id).where(Message.topic == topic, claimable(store)).order_by(col(Message.id))
        ids = [int(number or 0) for number in session.exec(wanted.limit(settings().batch_size).with_for_update(skip_locked=True))]
        claimed = [message for message in _read_or_mark_damaged(session, ids) if not _mark_dead(message)]
        token = new_id()
        _hold(session, [int(message.id or 0) for message in claimed], token, holder, lease_until=_lease_end(store))
        jobs: dict[str, list[int]] = {}
        for message in claimed:
            jobs.setdefault(message.job, []).append(int(message.id or 0))
        attempts = 1 + max((message.attempts for message in claimed), default=0)
        crashpoint("in_claim_before_commit")
    crashpoint("after_claim_before_run")
    return Batch(topic, token, jobs, attempts) if claimed else None


def name_run(store: Database, batch: Batch, run_id: str) -> None:
    """Write the flow run's id beside the messages it holds; their lease counts from now."""
    crashpoint("after_run_created_before_named")
    _update_claimed(store, batch, run_id=run_id, lease_until=_lease_end(store))
    crashpoint("after_run_named_before_work")


def release_unstarted(store: Database, batch: Batch) -> None:
    """Give back a batch that could not be started at all: it waits again, no attempt counted."""
    _release(store, batch, attempts=Message.attempts - 1)


def release_unhandled(store: Database, batch: Batch) -> None:
    """Give back what a run left unhandled when it ended: it waits again after a pause, the attempt counted."""
    crashpoint("after_run_before_release")
    _release(store, batch)


def hand_over(store: Database, batch: Batch, holder: str | None) -> None:
    """A run elsewhere does the batch's work now: the death of the relay that claimed it frees nothing any more."""
    _update_claimed(store, batch, sa.or_(col(Message.holder).is_(None), col(Message.holder) == holder), holder=None)


def claimable(store: Database) -> sa.ColumnElement[bool]:
    """Which messages may be claimed now: those whose pause is over, and those whose holder's lease is.

    No pause and no lease ends later than the longest one from now: what does was written before the clock was set back, and is over.
    """
    waiting = (col(Message.state) == MessageState.WAITING) & _is_over(store, col(Message.not_before), BACKOFF_SECONDS[-1])
    abandoned = (col(Message.state) == MessageState.CLAIMED) & _is_over(store, col(Message.lease_until), settings().lease_seconds)
    return waiting | abandoned


def _is_over(store: Database, until: Any, longest: float) -> sa.ColumnElement[bool]:
    return sa.or_(until <= _instant(store), until > _instant(store, 2 * longest))


def _instant(store: Database, later: float = 0) -> sa.ColumnElement[datetime]:
    """So many seconds from now, by the database server's clock where several machines share it, by this machine's on SQLite."""
    if store.is_sqlite:
        return sa.literal(wall_now() + timedelta(seconds=later), UtcInstant)
    return sa.func.statement_timestamp() + timedelta(seconds=later)


def _lease_end(store: Database) -> sa.ColumnElement[datetime]:
    return _instant(store, settings().lease_seconds)


def _anything_waits(store: Database, topic: str) -> bool:
    with store.reading() as session:
        return session.exec(select(Message.id).where(Message.topic == topic, claimable(store)).limit(1)).first() is not None


def _read_or_mark_damaged(session: Session, ids: list[int]) -> list[Message]:
    """The messages of these numbers; a damaged one is given up with its reason, by its number alone."""
    try:
        return list(session.exec(select(Message).where(col(Message.id).in_(ids)).order_by(col(Message.id))))
    except Exception:  # whichever a damaged value raises, in the driver or above it
        if len(ids) > 1:
            return [message for number in ids for message in _read_or_mark_damaged(session, [number])]
    damaged = update(Message).where(col(Message.id).in_(ids))
    given_up = damaged.values(state=MessageState.DEAD, lease_token=None, holder=None, error="its row cannot be read")
    session.execute(given_up.execution_options(synchronize_session=False))
    return []


def _hold(session: Session, ids: list[int], token: str, holder: str | None, *, lease_until: sa.ColumnElement[datetime]) -> None:
    held = update(Message).where(col(Message.id).in_(ids)).values(state=MessageState.CLAIMED, lease_token=token, holder=holder)
    counted = held.values(lease_until=lease_until, attempts=Message.attempts + 1)
    session.execute(counted.execution_options(synchronize_session=False))


def _mark_dead(message: Message) -> bool:
    """A message whose holders died on it, time and again, is left to an operator."""
    if message.attempts < settings().attempts:
        return False
    message.state, message.lease_token, message.holder = MessageState.DEAD, None, None
    message.error = message.error or "its run ended without an answer"
    return True


def _release(store: Database, batch: Batch, **values: Any) -> None:
    later = wall_now() + timedelta(seconds=BACKOFF_SECONDS[1])
    _update_claimed(store, batch, state=MessageState.WAITING, lease_token=None, lease_until=None, holder=None, not_before=later, **values)


def _update_claimed(store: Database, batch: Batch, *further: sa.ColumnElement[bool], **values: Any) -> None:
    with store.unit_of_work() as session:
        claimed = update(Message).where(col(Message.lease_token) == batch.token, col(Message.state) == MessageState.CLAIMED, *further)
        session.execute(claimed.values(**values).execution_options(synchronize_session=False))
