"""Ideas that join an earlier one of their call: what was proposed, what every member agreed to, and what came of it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, key, link, optional_link, salted
from models.instants import now

_WAITING = sa.text("settled_at IS NULL")
_UNDOING = sa.text("undone_at IS NULL AND undo_reason != ''")


class IdeaMerge(SQLModel, table=True):
    """An idea (`idea_id`) is to join, or has joined, the earlier one `into_id`; whatever becomes of it, it stays on record.

    `terms` are what the members agree to, as a digest. Somebody in office says that both are one (`confirmed_by`). It is settled when it
    came about (`is_done`), was refused or taken back. `stage_before` and `was_permitted` say how the two stood then, `team` is that of the
    earlier idea before and after. It stands until it is undone; `undo_reason` is also that of members who agree to undo it and are not all
    yet.
    """

    __table_args__ = (
        sa.Index("ux_ideamerge_waiting", "idea_id", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
        sa.Index("ux_ideamerge_waited_for", "into_id", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
        sa.Index("ix_ideamerge_undoing", "id", sqlite_where=_UNDOING, postgresql_where=_UNDOING),
    )

    id: str = key()
    idea_id: str = link("idea.id")
    into_id: str = link("idea.id")
    reason: str = Field(max_length=1_000)
    asked_by: str = link("person.id", index=False)
    asked_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    terms: str = Field(max_length=64)
    confirmed_by: str | None = optional_link("person.id")
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    settled_by: str | None = optional_link("person.id")
    settled_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    is_done: bool = False
    end_reason: str = Field(default="", max_length=1_000)
    stage_before: str = Field(default="", max_length=32)
    was_permitted: bool = False
    team: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    undo_reason: str = Field(default="", max_length=1_000)
    undone_by: str | None = optional_link("person.id")
    undone_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    salt: str = salted()


class MergePart(SQLModel, table=True):
    """One member of either idea, with the share of the joint team that is theirs once everybody agreed.

    `opened_at` is when a lead let the other team read their idea. `apart_id` is the idea of which they were of the team, or whose team they
    were in one with, and of which they judge nothing since.
    """

    __table_args__ = (UniqueConstraint("merge_id", "person_id"),)

    id: str = key()
    merge_id: str = link("ideamerge.id")
    idea_id: str = link("idea.id")
    person_id: str = link("person.id")
    position: int
    in_earlier: bool
    in_later: bool
    leads_earlier: bool = False
    leads_later: bool = False
    role: str = Field(default="", max_length=100)
    share_hundredths: int
    opened_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    agreed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    undo_agreed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    apart_id: str | None = optional_link("idea.id", index=True)
    salt: str = salted()
