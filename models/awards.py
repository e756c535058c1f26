"""Awards and how each is shared in its team."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, key, link, optional_link, salted
from models.instants import now
from models.stages import AwardStage

_STANDING = sa.text("stage NOT IN ('declined', 'revoked')")
_UNANNOUNCED = sa.text("announced_at IS NULL")
_award_version: sa.Column[int] = sa.Column("version", sa.Integer, nullable=False, default=1)


class Award(SQLModel, table=True):
    """What an idea earns by the rule book; at most one that is neither declined nor revoked stands per idea."""

    __table_args__ = (
        sa.Index("ix_award_page", "created_at", "id"),
        sa.Index("ix_award_unannounced", "id", sqlite_where=_UNANNOUNCED, postgresql_where=_UNANNOUNCED),
        sa.Index(
            "ux_award_standing",
            "idea_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: str = key()
    idea_id: str = link("idea.id")
    call_id: str = link("call.id")
    stage: str = Field(default=AwardStage.PROPOSED, max_length=32)
    stage_since: datetime = Field(default_factory=now, sa_type=UtcInstant)
    tier: str = Field(max_length=40)
    distinction: str = Field(max_length=200)
    amount_rupiah: int = Field(default=0, sa_type=sa.BigInteger)
    computation: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    proposed_by: str | None = optional_link("person.id")
    approved_by: str | None = optional_link("person.id")
    decree_number: str = Field(default="", max_length=100)
    decree_on: date | None = None
    decree_sha256: str | None = Field(default=None, max_length=64)
    announce_at: datetime | None = Field(default=None, sa_type=UtcInstant, index=True)
    announced_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    revoke_reason: str = Field(default="", max_length=4_000)
    salt: str = salted()
    version: int = Field(default=1, sa_column=_award_version)
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)

    __mapper_args__ = {"version_id_col": _award_version}


class AwardShare(SQLModel, table=True):
    """One person's part of an award, in hundredths of a percent and whole rupiah."""

    __table_args__ = (UniqueConstraint("award_id", "person_id"),)

    id: str = key()
    award_id: str = link("award.id")
    person_id: str = link("person.id")
    share_hundredths: int
    amount_rupiah: int = Field(sa_type=sa.BigInteger)
    salt: str = salted()
