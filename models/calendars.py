"""The region's own table of days, declared by one person and confirmed by another; and the dates that moved when a day became free."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, link, optional_link
from models.instants import now

_WAITING = sa.text("confirmed_at IS NULL AND ended_at IS NULL")
_IN_FORCE = sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL")


class DeclaredKind(StrEnum):
    """What a region declares of a day; the last says that the region has no day of its own any more, and the nation's calendar counts."""

    HOLIDAY = "holiday"
    JOINT_LEAVE = "joint_leave"
    WORKING_DAY = "working_day"
    AS_NATION = "as_nation"


class DeclaredDay(SQLModel, table=True):
    """One declaration about a day of the whole region; it counts once a second person has confirmed it, until another of the day does.

    `source` is the decree that it rests on. `ended_at` says when it was taken back, refused or followed by another; every declaration
    stays on record.
    """

    __table_args__ = (
        sa.Index("ix_declaredday_day", "day"),
        sa.Index("ix_declaredday_in_force", "day", unique=True, sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),
        sa.Index("ix_declaredday_waiting", "day", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: str = key()
    day: date
    kind: DeclaredKind = Field(sa_type=choice(DeclaredKind))
    name: str = Field(max_length=200)
    name_en: str = Field(max_length=200)
    source: str = Field(max_length=200)
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


class Recount(SQLModel, table=True):
    """The open dates counted anew because the calendar changed: over all of them once, in the order of their ideas, some at a time.

    `calendar` is the digest of the calendar that they are counted by, `after` the last idea that was looked at.
    """

    id: str = key()
    number: int = Field(unique=True)
    calendar: str = Field(max_length=64)
    after: str = Field(default="", max_length=26)
    begun_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    finished_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class MovedDate(SQLModel, table=True):
    """One date that became later in a recount: of a task in the inbox, or of the idea itself where no task has it."""

    __table_args__ = (UniqueConstraint("recount_id", "idea_id", "item_id"),)

    id: str = key()
    recount_id: str = link("recount.id", index=False)
    idea_id: str = link("idea.id", index=False)
    item_id: str | None = optional_link("inboxitem.id")
    due_before: datetime = Field(sa_type=UtcInstant)
    due_at: datetime = Field(sa_type=UtcInstant)
