"""Ideas that are handed to another agency's call, with their original time of receipt."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, key, link, optional_link, salted
from models.instants import now

_WAITING = sa.text("settled_at IS NULL")


class IdeaTransfer(SQLModel, table=True):
    """An office offers an idea to another call's office; one offer at a time of each idea.

    That office accepts it or returns it, then the idea's team agrees to that call's rules, its lead last. `accepted_terms` are what the
    office accepted, as a digest of the rules and of the idea; `agreed` are the members who agreed, by their ids with what they agreed to:
    of other rules, or another idea, it counts for nothing. It is settled when it came about (`is_done`), was returned, refused or taken
    back. `policy_before` is the version that the idea was held to.
    """

    __table_args__ = (sa.Index("ix_ideatransfer_waiting", "idea_id", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),)

    id: str = key()
    idea_id: str = link("idea.id")
    from_call_id: str = link("call.id", index=False)
    to_call_id: str = link("call.id")
    policy_before: str = link("policyversion.id", index=False)
    reason: str = Field(max_length=1_000)
    offered_by: str = link("person.id", index=False)
    offered_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    accepted_by: str | None = optional_link("person.id")
    accepted_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    accepted_terms: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    agreed: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON, sa_column_kwargs={"server_default": "{}"})
    settled_by: str | None = optional_link("person.id")
    settled_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    is_done: bool = False
    end_reason: str = Field(default="", max_length=1_000)
    salt: str = salted()
