"""What people say that two ideas have to do with each other: the same, similar, related, or one that goes on with the other."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, choice, key, link, optional_link, salted
from models.instants import now

_STANDING = sa.text("ended_at IS NULL")


class LinkKind(StrEnum):
    """How an idea stands to another."""

    SAME = "same"
    SIMILAR = "similar"
    RELATED = "related"
    CONTINUES = "continues"


class IdeaLink(SQLModel, table=True):
    """That an idea is like another or goes on with it: who said so and why; whatever becomes of it, it stays on record.

    `ended_at` says when it was taken back. No two links of one `pair` stand at a time; that an idea goes on with another is a pair of its
    own, so that a proposer's word keeps no office from theirs.
    """

    __table_args__ = (
        sa.Index("ux_idealink_pair", "pair", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),
        sa.Index("ix_idealink_other", "other_id"),
    )

    id: str = key()
    idea_id: str = link("idea.id")
    other_id: str = link("idea.id", index=False)
    pair: str = Field(max_length=53)
    kind: LinkKind = Field(sa_type=choice(LinkKind))
    reason: str = Field(max_length=1_000)
    said_by: str = link("person.id", index=False)
    said_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    ended_by: str | None = optional_link("person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    end_reason: str = Field(default="", max_length=1_000)
    salt: str = salted()


def pair_of(idea_id: str, other_id: str, kind: LinkKind) -> str:
    """Two ideas as a link's `pair`: in either order, or the one that goes on with the other."""
    return f"{idea_id}>{other_id}" if kind == LinkKind.CONTINUES else " ".join(sorted((idea_id, other_id)))
