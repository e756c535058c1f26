"""Requests to put a named colleague in the place of somebody who leaves the team of an idea, or a member in the place of its lead."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, key, link, optional_link, salted
from models.instants import now

_WAITING = sa.text("settled_at IS NULL")


class Replacement(SQLModel, table=True):
    """Somebody is to take the leaver's place with the leaver's share; one at a time of each idea.

    With `of_lead` a member is to lead in the place of the leaver, who stays a member, and no share moves; one such at a time as well.
    Without a newcomer nobody has the number that was typed, and nobody ever agrees. `agreed` are those who did, by their ids with the
    instant, and `terms` what they agreed to: of another team, title or budget it counts for nothing. It is settled when it came about
    (`is_done`), was refused or taken back, for `end_reason`; `team` is the team of an idea that was handed in, before and after it.
    """

    __table_args__ = (
        sa.Index("ix_replacement_waiting", "idea_id", "of_lead", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: str = key()
    idea_id: str = link("idea.id")
    leaver_id: str = link("person.id", index=False)
    newcomer_id: str | None = optional_link("person.id", index=True)
    of_lead: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    number: str = Field(default="", max_length=18)
    reason: str = Field(max_length=1_000)
    asked_by: str = link("person.id", index=False)
    asked_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    terms: str = Field(max_length=64)
    agreed: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    settled_by: str | None = optional_link("person.id")
    settled_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    is_done: bool = False
    end_reason: str = Field(default="", max_length=1_000)
    team: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    salt: str = salted()
