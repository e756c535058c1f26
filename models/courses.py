"""Courses that a call recommends, each for a theme."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, key, link, optional_link
from models.instants import now


class Course(SQLModel, table=True):
    """A course at an https address that teams of a theme are led to; taken off the list it stays on record."""

    __table_args__ = (sa.Index("ix_course_call", "call_id", "theme"),)

    id: str = key()
    call_id: str = link("call.id", index=False)
    theme: str = Field(max_length=100)
    title: str = Field(max_length=200)
    provider: str = Field(max_length=200)
    url: str = Field(max_length=240)
    added_by: str = link("person.id", index=False)
    added_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    ended_by: str | None = optional_link("person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
