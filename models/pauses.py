"""Times in which clocks stand still for a cause that policies name: declared by one person, and counted once a second has confirmed."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, key, link, optional_link
from models.instants import local_day, now

_WAITING = sa.text("confirmed_at IS NULL AND ended_at IS NULL")


class ClockPause(SQLModel, table=True):
    """A pause of the clocks that its cause stops: of the ideas of a unit and of those below, or of those of one call alone.

    It lasts from its first day to its last, both taken out, and never reaches back behind the day of its confirmation. `ended_at` says when
    it was taken back or refused before that; a confirmed one stands. Every one stays on record.
    """

    __table_args__ = (
        sa.Index("ix_clockpause_last_day", "last_day"),
        sa.Index("ix_clockpause_waiting", "last_day", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: str = key()
    unit_id: str = link("unit.id")
    call_id: str | None = optional_link("call.id", index=True)
    cause: str = Field(max_length=40)
    first_day: date
    last_day: date
    reason: str = Field(max_length=1_000)
    declared_by: str = link("person.id", index=False)
    declared_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    confirmed_by: str | None = optional_link("person.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    ended_by: str | None = optional_link("person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)

    @property
    def is_waiting(self) -> bool:
        """Whether a second person has still to confirm it."""
        return self.confirmed_at is None and self.ended_at is None

    @property
    def counts_from(self) -> date:
        """The first day that it takes out: nothing before the day of its confirmation, so that no date that passed is brought back."""
        return self.first_day if self.confirmed_at is None else max(self.first_day, local_day(self.confirmed_at))
