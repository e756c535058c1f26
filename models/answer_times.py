"""Until when what somebody asked about the teams of ideas may be answered, and when its people are told of it once more."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, choice

_WAITING = sa.text("next_at IS NOT NULL")


class AskedAbout(StrEnum):
    """What people are asked to agree to."""

    MERGE = "merge"
    SEPARATION = "separation"
    TRANSFER = "transfer"
    REPLACEMENT = "replacement"


class AnswerTime(SQLModel, table=True):
    """How long a request waits for those whom it waits for now; one row of each merge, offer to another call or replacement.

    It is written anew whenever others are asked: `asked_at` is when these were. With `is_binding` the request is over where not everybody
    has answered by `until`; else silence ends nothing, as where an office alone is waited for (`of_office`). `next_at` is when the clock
    looks again: for the next reminder, at the end, and from time to time where an office is late. `lapsed_at` is when it ended unanswered.
    """

    __table_args__ = (sa.Index("ix_answertime_next", "next_at", "subject_id", sqlite_where=_WAITING, postgresql_where=_WAITING),)

    subject_id: str = Field(primary_key=True, max_length=26)
    about: AskedAbout = Field(sa_type=choice(AskedAbout))
    asked_at: datetime = Field(sa_type=UtcInstant)
    until: datetime = Field(sa_type=UtcInstant)
    is_binding: bool = True
    of_office: bool = False
    next_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    lapsed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
