"""The posts that people held: where, in what position and grade, from which day to which."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, choice, key, link, optional_link
from models.instants import now

_PRESENT = sa.text("valid_until IS NULL")


class PostCause(StrEnum):
    """What brought a post about; KNOWN is one that was there before posts were kept."""

    KNOWN = "known"
    REGISTERED = "registered"
    MOVED = "moved"
    CHANGED = "changed"
    RESTORED = "restored"
    FILE = "file"


class Post(SQLModel, table=True):
    """A person's unit, position, grade and rank from a first to a last day, both included; a person holds at most one at present.

    `valid_from` is None where the day is not known. `valid_until` on the day before `valid_from` says that another followed on the same
    day. `entered_by` is None for whoever runs the server.
    """

    __table_args__ = (
        sa.Index("ix_post_person", "person_id", "valid_from"),
        sa.Index("ix_post_present", "person_id", unique=True, sqlite_where=_PRESENT, postgresql_where=_PRESENT),
    )

    id: str = key()
    person_id: str = link("person.id", index=False)
    unit_id: str = link("unit.id", index=False)
    position: str = Field(default="", max_length=120)
    grade: str = Field(default="", max_length=10)
    rank_name: str = Field(default="", max_length=40)
    valid_from: date | None = None
    valid_until: date | None = None
    cause: PostCause = Field(sa_type=choice(PostCause))
    reason: str = Field(default="", max_length=200)
    end_reason: str = Field(default="", max_length=200)  # of one that ended without another
    entered_by: str | None = optional_link("person.id")
    entered_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
