"""Claims of the first to have an idea: that an idea which was determined later is near one that was rejected and is under watch."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, link, optional_link, salted
from models.instants import now


class ClaimState(StrEnum):
    """How far a claim has come: its lead was told and may file it, it was filed and waits for its decision, or it is settled."""

    TOLD = "claim_told"
    FILED = "claim_filed"
    UPHELD = "claim_upheld"
    DISMISSED = "claim_dismissed"
    WITHDRAWN = "claim_withdrawn"
    LAPSED = "claim_lapsed"


OPEN = (ClaimState.TOLD, ClaimState.FILED)  # while one is, the rejected idea is neither closed nor reopened
_OPEN = sa.text("settled_at IS NULL")


class AdoptionClaim(SQLModel, table=True):
    """What came of it that `adopted_id` was determined, which is near `idea_id`, rejected before; of two ideas there is one claim ever.

    `matching` is what the calculation found, empty where the lead named the idea. `due_at` says until when the lead may file it, and once
    that is done until when it is to be decided; `reminded_at` when those who may decide it were told that it is late. Whatever becomes of
    it, it stays on record.
    """

    __table_args__ = (
        UniqueConstraint("idea_id", "adopted_id"),
        sa.Index("ix_adoptionclaim_adopted", "adopted_id"),
        sa.Index("ix_adoptionclaim_open", "due_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: str = key()
    idea_id: str = link("idea.id", index=False)
    adopted_id: str = link("idea.id", index=False)
    state: ClaimState = Field(default=ClaimState.TOLD, sa_type=choice(ClaimState))
    adopted_at: datetime = Field(sa_type=UtcInstant)
    matching: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    told_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    due_at: datetime = Field(sa_type=UtcInstant)
    filed_by: str | None = optional_link("person.id")
    filed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    reason: str = Field(default="", max_length=2_000)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    settled_by: str | None = optional_link("person.id")
    settled_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    end_reason: str = Field(default="", max_length=2_000)
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    salt: str = salted()
