"""Issued documents and the gap-free series of their numbers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, optional_link, salted
from models.ids import new_id
from models.instants import now


class DocumentKind(StrEnum):
    """What Gagas issues."""

    RECEIPT = "receipt"
    REJECTION = "rejection"
    CERTIFICATE = "certificate"
    REPORT = "report"


NUMBERED_AT_ONCE = frozenset({DocumentKind.REPORT})  # while somebody waits for it; a job of its own numbers every other kind


class DocumentState(StrEnum):
    """Numbered first, rendered next, revoked perhaps; the number is kept for ever."""

    NUMBERED = "numbered"
    ISSUED = "issued"
    REVOKED = "revoked"


class Document(SQLModel, table=True):
    """A document with its number, the content frozen for it, and the bytes' SHA-256 once rendered."""

    __table_args__ = (
        UniqueConstraint("series", "year", "running"),
        UniqueConstraint("kind", "cause_id", "holder_id"),
        sa.Index("ix_document_page", "created_at", "id"),
        sa.Index("ix_document_mine", "holder_id", "created_at", "id"),
    )

    id: str = key()
    kind: DocumentKind = Field(sa_type=choice(DocumentKind))
    token: str = Field(default_factory=new_id, unique=True, max_length=26)
    number: str = Field(max_length=120)
    series: str = Field(max_length=80)
    year: int
    running: int
    state: DocumentState = Field(default=DocumentState.NUMBERED, sa_type=choice(DocumentState))
    cause_id: str = Field(index=True, max_length=26)  # the award, idea or call it tells of
    holder_id: str = Field(default="", max_length=26)  # the person it is handed to; empty for a call's report
    idea_id: str | None = optional_link("idea.id", index=True)
    award_id: str | None = optional_link("award.id", index=True)
    call_id: str | None = optional_link("call.id", index=True)
    content: dict[str, Any] = Field(sa_type=sa.JSON)
    issued_on: date
    sha256: str | None = Field(default=None, max_length=64, index=True)
    spreadsheet_sha256: str | None = Field(default=None, max_length=64)  # the report's spreadsheet
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    issued_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    salt: str = salted()


class NumberSeries(SQLModel, table=True):
    """The last number given in a series and year; raised in the transaction that uses it, so no number is lost."""

    series: str = Field(primary_key=True, max_length=80)
    year: int = Field(primary_key=True)
    last: int = 0
