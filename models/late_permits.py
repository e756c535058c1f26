"""Permits for one named person to come in after a call's end: one idea each, given by one person and confirmed by another."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, key, link, optional_link
from models.instants import now

_UNCONFIRMED = sa.text("confirmed_at IS NULL AND ended_at IS NULL")


class LatePermit(SQLModel, table=True):
    """A permit to submit one idea to a call after its end, until an instant; it counts once a second person has confirmed it.

    It is used by the idea that came in with it. `ended_at` says when it was taken back or refused; whatever becomes of it, it stays on
    record.
    """

    __table_args__ = (
        UniqueConstraint("idea_id"),
        sa.Index("ix_latepermit_call", "call_id", "person_id"),
        sa.Index("ix_latepermit_waiting", "until", sqlite_where=_UNCONFIRMED, postgresql_where=_UNCONFIRMED),
    )

    id: str = key()
    call_id: str = link("call.id", index=False)
    person_id: str = link("person.id")
    until: datetime = Field(sa_type=UtcInstant)
    reason: str = Field(max_length=1_000)
    given_by: str = link("person.id", index=False)
    given_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    confirmed_by: str | None = optional_link("person.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    ended_by: str | None = optional_link("person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    idea_id: str | None = optional_link("idea.id")
    used_at: datetime | None = Field(default=None, sa_type=UtcInstant)

    @property
    def is_settled(self) -> bool:
        """Whether it was used, taken back or refused."""
        return self.ended_at is not None or self.idea_id is not None
