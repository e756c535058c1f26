"""Ideas of years before this system, as a file says that they ended: to be known of, and for nothing else.

No such idea stands in the process: it has no stage, team, task, award or receipt of ours, and nothing is decided by it.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, link, optional_link, salted
from models.instants import now

_STANDING = sa.text("ended_at IS NULL")


class PastOutcome(StrEnum):
    """How an idea of an earlier year ended."""

    ADOPTED = "adopted"
    RUNNING = "running"
    REJECTED = "rejected"


class PastFile(SQLModel, table=True):
    """A file of such ideas: which one, by its SHA-256, who answers for it, and the second person by whose word it counts.

    `ended_at` says when it was refused or taken back; with its ideas it stays on record.
    """

    id: str = key()
    name: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    count: int
    author_id: str = link("person.id", index=False)
    imported_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    confirmed_by: str | None = optional_link("person.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    ended_by: str | None = optional_link("person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    salt: str = salted()


class PastIdea(SQLModel, table=True):
    """An idea as a row of a file tells it: `received_on` and `outcome` are the file's word, and no receipt.

    `initiator` is a name, where the directory has nobody of the number; else the person is named. No two that stand are of one unit, one
    day and one title (`title_key`); `ended_at` is its file's.
    """

    __table_args__ = (
        sa.Index(
            "ux_pastidea_same", "unit_id", "received_on", "title_key", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING
        ),
        sa.Index("ix_pastidea_received", "received_on", "id"),
        UniqueConstraint("file_id", "row"),
    )

    id: str = key()
    file_id: str = link("pastfile.id", index=False)
    row: int
    unit_id: str = link("unit.id", index=False)
    title: str = Field(max_length=300)
    title_key: str = Field(max_length=64)
    summary: str = Field(sa_type=sa.Text)
    received_on: date
    outcome: PastOutcome = Field(sa_type=choice(PastOutcome))
    programme: str = Field(default="", max_length=300)
    code: str = Field(default="", max_length=100)
    initiator: str = Field(default="", max_length=200)
    person_id: str | None = optional_link("person.id", index=True)
    holder_id: str | None = optional_link("unit.id")  # the agency that held the programme: what its calls are to other ideas
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    salt: str = salted()


class PastText(SQLModel, table=True):
    """What such an idea says as terms, as `SearchText` has them of ideas."""

    past_idea_id: str = Field(primary_key=True, foreign_key="pastidea.id", max_length=26)
    edition: int
    title: str = Field(sa_type=sa.Text)
    body: str = Field(sa_type=sa.Text)
    words: str = Field(sa_type=sa.Text)


class PastTerm(SQLModel, table=True):
    """That such an idea holds a term."""

    __table_args__ = (sa.Index("ix_pastterm_past_idea_id", "past_idea_id"),)

    term: str = Field(primary_key=True, max_length=80)
    past_idea_id: str = Field(primary_key=True, foreign_key="pastidea.id", max_length=26)
