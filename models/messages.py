"""How somebody wants to be told: at what pace, in which language; what is held for their next digest; their calendar's secret address."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, link, optional_link
from models.instants import now


class Pace(StrEnum):
    """When mails come: each at once, gathered in the morning or once a week, or those alone that have a due date.

    Codes, and what happens to somebody's account, are mailed at once whatever they chose.
    """

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    DUE_ONLY = "due_only"


GATHERED = (Pace.DAILY, Pace.WEEKLY)


class MessageChoice(SQLModel, table=True):
    """What somebody chose; whoever has none is mailed at once, in the region's language, which an empty `language` means too.

    `told_at` is up to when their tasks were told of: what came later is new to them, however long it waits for its digest.
    """

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    pace: Pace = Field(default=Pace.AT_ONCE, sa_type=choice(Pace))
    language: str = Field(default="", max_length=2)
    told_at: datetime = Field(default_factory=now, sa_type=UtcInstant)


class HeldNews(SQLModel, table=True):
    """A mail that waits for somebody's next digest, by its subject; deleted in the transaction that acknowledges that digest.

    `message_id` is the outbox' message that asked for it, `document_id` the document that it tells of.
    """

    __table_args__ = (UniqueConstraint("person_id", "message_id"),)

    id: str = key()
    person_id: str = link("person.id", index=False)
    message_id: int = Field(sa_type=sa.BigInteger)
    document_id: str | None = optional_link("document.id")
    subject: str = Field(max_length=400)
    at: datetime = Field(default_factory=now, sa_type=UtcInstant)


class CalendarFeed(SQLModel, table=True):
    """The secret address of somebody's calendar, kept as a hash; made again it is another one, and the one before is worth nothing."""

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    secret_hash: str = Field(unique=True, max_length=64)
    made_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
