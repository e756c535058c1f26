"""What colleagues do with an idea that its call opens to them: they support it, follow it, and comment on it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, key, link, optional_link, salted
from models.instants import now

LONGEST_COMMENT = 1_000


class IdeaSupport(SQLModel, table=True):
    """That somebody supports an idea: a row for both, whatever they change their mind to; `ended_at` says when it was taken back."""

    __table_args__ = (UniqueConstraint("idea_id", "person_id"),)

    id: str = key()
    idea_id: str = link("idea.id", index=False)
    person_id: str = link("person.id")
    since: datetime = Field(default_factory=now, sa_type=UtcInstant)
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class IdeaFollow(SQLModel, table=True):
    """That somebody wants to be told how an idea goes on; the row is deleted when they no longer do, as nothing rests on it.

    `told_step` is the one of the five steps that they know it to be on.
    """

    __table_args__ = (UniqueConstraint("idea_id", "person_id"),)

    id: str = key()
    idea_id: str = link("idea.id", index=False)
    person_id: str = link("person.id")
    told_step: str = Field(max_length=20)
    since: datetime = Field(default_factory=now, sa_type=UtcInstant)


class IdeaComment(SQLModel, table=True):
    """What somebody said about an idea: never changed and never deleted, but taken back by its author or hidden by the secretariat.

    `hidden_at` with `hide_reason` and `taken_back_at` say so; one of the two at most. `shown_again` are the hidings that were ended, the
    first first: by whom, when (ISO 8601) and why it was hidden, and shown again.
    """

    __table_args__ = (
        sa.Index("ix_ideacomment_page", "idea_id", "written_at", "id"),
        sa.Index("ix_ideacomment_author", "person_id", "written_at"),
        sa.Index("ix_ideacomment_newest", "written_at", "id"),
    )

    id: str = key()
    idea_id: str = link("idea.id", index=False)
    person_id: str = link("person.id", index=False)
    text: str = Field(max_length=LONGEST_COMMENT)
    written_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    taken_back_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    hidden_by: str | None = optional_link("person.id")
    hidden_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    hide_reason: str = Field(default="", max_length=1_000)
    shown_again: list[dict[str, str]] = Field(default_factory=list, sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"})
    salt: str = salted()

    @property
    def is_open(self) -> bool:
        """Whether everybody who reads the others reads it."""
        return self.taken_back_at is None and self.hidden_at is None
