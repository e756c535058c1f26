"""The outbox: what the flows still have to do, committed together with the fact that asks for it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, choice, counter
from models.instants import now, wall_now


class MessageState(StrEnum):
    """Waiting for the relay, claimed by a run, held until a gate is passed or a pause is over, done, or given up."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    HELD = "held"
    HANDLED = "handled"
    DEAD = "dead"


UNDER_WAY, HELD, DEAD = "state in ('waiting', 'claimed')", "state = 'held'", "state = 'dead'"
STRANGE = "state not in ('waiting', 'claimed', 'held', 'handled', 'dead')"  # what only a hand in the database leaves


def _index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index over the few rows that are looked up by it: every other message is written without it."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


class Message(SQLModel, table=True):
    """One job for one flow; the lease token fences off a run that comes too late, the holder is the process whose death frees it."""

    __table_args__ = (
        _index("ix_message_waiting", "topic", "not_before", where=UNDER_WAY),
        _index("ix_message_dedupe_key", "dedupe_key", where="dedupe_key is not null", unique=True),
        _index("ix_message_held", "idea_id", where=HELD),
        _index("ix_message_dead", "id", where=DEAD),
        _index("ix_message_strange", "id", where=STRANGE),
        _index("ix_message_holder", "holder", where="holder is not null"),
        _index("ix_message_asked_once", "subject_id", where="dedupe_key is not null"),
        _index("ix_message_dropped", "subject_id", where="job = 'tell_dropped'"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=counter())
    topic: str = Field(max_length=20)
    job: str = Field(max_length=40)
    subject_id: str = Field(max_length=26)
    idea_id: str | None = Field(default=None, max_length=26)
    dedupe_key: str | None = Field(default=None, max_length=120)
    state: MessageState = Field(default=MessageState.WAITING, sa_type=choice(MessageState))
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    not_before: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    attempts: int = 0
    lease_token: str | None = Field(default=None, max_length=26)
    lease_until: datetime | None = Field(default=None, sa_type=UtcInstant)
    holder: str | None = Field(default=None, max_length=26)
    run_id: str | None = Field(default=None, max_length=36)
    handled_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    error: str | None = Field(default=None, max_length=500)


class ClockTick(SQLModel, table=True):
    """One row: how far the clock has come, so that what fell due while nobody ran is caught up once; the secret part of every run's key;
    when a relay was last there, and when Prefect last answered one."""

    id: int = Field(default=1, primary_key=True)
    caught_up_to: datetime | None = Field(default=None, sa_type=UtcInstant)
    ticked_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    key_secret: str = Field(default="", max_length=64)
    relay_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    prefect_at: datetime | None = Field(default=None, sa_type=UtcInstant)
