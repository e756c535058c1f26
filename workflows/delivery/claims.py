"""Claims on the outbox: which run holds which messages, until when, and how it gives them back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select, update

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


def claim_batch(store: Database, topic: str) -> Batch | None:
    """Take up to a batch of a topic's waiting messages, and those whose lease ran out, under a new lease; None when nothing waits."""
    if not _anything_waits(store, topic):
        return None
    with store.unit_of_work() as session:
        messages = session.exec(
            select(Message)
            .where(Message.topic == topic, claimable())
            .order_by(col(Message.id))
            .limit(settings().batch_size)
            .with_for_update(skip_locked=True)
        ).all()
        token, until = new_id(), _lease_end()
        claimed = [message for message in messages if not _mark_dead(message)]
        for message in claimed:
            message.state, message.lease_token, message.lease_until = MessageState.CLAIMED, token, until
            message.attempts += 1
        jobs: dict[str, list[int]] = {}
        for message in claimed:
            jobs.setdefault(message.job, []).append(int(message.id or 0))
        crashpoint("in_claim_before_commit")
    crashpoint("after_claim_before_run")
    return Batch(topic, token, jobs, max(message.attempts for message in claimed)) if claimed else None


def name_run(store: Database, batch: Batch, run_id: str) -> None:
    """Write the flow run's id beside the messages it holds; their lease counts from now."""
    crashpoint("after_run_created_before_named")
    _update_claimed(store, batch, run_id=run_id, lease_until=_lease_end())
    crashpoint("after_run_named_before_work")


def release_unstarted(store: Database, batch: Batch) -> None:
    """Give back a batch that could not be started at all: it waits again, no attempt counted."""
    _release(store, batch, attempts=Message.attempts - 1)


def release_unhandled(store: Database, batch: Batch) -> None:
    """Give back what a run left unhandled when it ended: it waits again after a pause, the attempt counted."""
    crashpoint("after_run_before_release")
    _release(store, batch)


def claimable() -> sa.ColumnElement[bool]:
    """Which messages may be claimed now: those whose pause is over, and those whose holder's lease is."""
    instant = wall_now()
    waiting = (col(Message.state) == MessageState.WAITING) & (col(Message.not_before) <= instant)
    abandoned = (col(Message.state) == MessageState.CLAIMED) & (col(Message.lease_until) < instant)
    return waiting | abandoned


def _lease_end() -> datetime:
    return wall_now() + timedelta(seconds=settings().lease_seconds)


def _anything_waits(store: Database, topic: str) -> bool:
    with store.reading() as session:
        return session.exec(select(Message.id).where(Message.topic == topic, claimable()).limit(1)).first() is not None


def _mark_dead(message: Message) -> bool:
    """A message whose holders died on it, time and again, is left to an operator."""
    if message.attempts < settings().attempts:
        return False
    message.state, message.lease_token = MessageState.DEAD, None
    message.error = message.error or "its run ended without an answer"
    return True


def _release(store: Database, batch: Batch, **values: Any) -> None:
    later = wall_now() + timedelta(seconds=BACKOFF_SECONDS[1])
    _update_claimed(store, batch, state=MessageState.WAITING, lease_token=None, lease_until=None, not_before=later, **values)


def _update_claimed(store: Database, batch: Batch, **values: Any) -> None:
    with store.unit_of_work() as session:
        claimed = update(Message).where(col(Message.lease_token) == batch.token, col(Message.state) == MessageState.CLAIMED)
        session.execute(claimed.values(**values).execution_options(synchronize_session=False))
