"""Files that an idea has beside its words: where they lie, what they are, and whether others may open them yet."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, choice, key, link, salted
from models.instants import now

_WAITING = sa.text("state = 'waiting'")


class AttachmentState(StrEnum):
    """Whether the scanner has looked at a file; nobody opens one before."""

    WAITING = "waiting"
    CLEAN = "clean"
    REFUSED = "refused"


class Attachment(SQLModel, table=True):
    """A file of an idea, from the revision that added it to the one without it; the row is kept for good.

    `sha256` is that of the bytes as they were handed in, `shown_sha256` of what others open (the same, but for a photo), and
    `thumbnail_sha256` of a photo's small copy. One that was taken out before the idea was handed in with it is discarded: its bytes go.
    """

    __table_args__ = (sa.Index("ix_attachment_waiting", "added_at", sqlite_where=_WAITING, postgresql_where=_WAITING),)

    id: str = key()
    idea_id: str = link("idea.id")
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=80)
    size: int = Field(sa_type=sa.BigInteger)
    sha256: str = Field(max_length=64, index=True)
    shown_sha256: str = Field(max_length=64, index=True)
    thumbnail_sha256: str | None = Field(default=None, max_length=64, index=True)
    added_in: int
    removed_in: int | None = None
    is_discarded: bool = False
    state: AttachmentState = Field(default=AttachmentState.WAITING, sa_type=choice(AttachmentState))
    checked_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    added_by: str = link("person.id", index=False)
    added_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    salt: str = salted()

    @property
    def is_kept(self) -> bool:
        """Whether its bytes are still needed."""
        return not self.is_discarded and self.state != AttachmentState.REFUSED

    @property
    def files(self) -> tuple[str, ...]:
        """The SHA-256 of each file that belongs to it, its own first."""
        return tuple(dict.fromkeys(each for each in (self.sha256, self.shown_sha256, self.thumbnail_sha256) if each))
