"""An outbox to claim from: messages asked for, read and altered, and jobs whose effects can be counted."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.database import Database
from models.instants import wall_now
from models.outbox import Message
from workflows.delivery.claims import Batch, claim_batch
from workflows.process.actors import Actor
from workflows.process.journal import send


class Work:
    """What jobs did: every effect leaves a message of another topic in its own transaction, so that it can be counted afterwards."""

    def __init__(self, bad: str = "", fault: Exception | None = None) -> None:
        self.bad, self.fault = bad, fault or ValueError("Sari Lestari 199001012015032001")

    def __call__(self, session: Session, subject_id: str, /, *, actor: Actor) -> None:
        session.add(Message(topic="effect", job="done", subject_id=subject_id))
        session.flush()
        if subject_id == self.bad:
            raise self.fault


@pytest.fixture
def store(migrated_url: str) -> Iterator[Database]:
    database = Database(migrated_url)
    yield database
    database.close()


def ask(store: Database, count: int, topic: str = "intake", job: str = "route") -> None:
    with store.unit_of_work() as session:
        for number in range(count):
            send(session, f"{topic}.{job}", f"idea-{number:03}")


def messages(store: Database, topic: str = "intake") -> list[Message]:
    with store.reading() as session:
        return list(session.exec(select(Message).where(Message.topic == topic).order_by(col(Message.id))))


def effects(store: Database) -> list[str]:
    return [message.subject_id for message in messages(store, "effect")]


def claimed(store: Database, topic: str = "intake") -> Batch:
    batch = claim_batch(store, topic)
    assert batch is not None
    return batch


def alter(store: Database, **values: Any) -> None:
    with store.unit_of_work() as session:
        session.execute(sa.update(Message).where(col(Message.topic) == "intake").values(**values))


def run_out(store: Database) -> None:
    alter(store, lease_until=wall_now() - timedelta(seconds=1))


def come_round(store: Database) -> None:
    alter(store, not_before=wall_now() - timedelta(seconds=1))
