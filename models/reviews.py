"""Reviews: who was asked to score an idea, and what they answered."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import Hundredths, UtcInstant, choice, key, link, salted
from models.instants import now


class ReviewState(StrEnum):
    """Whether a review is still owed."""

    ASSIGNED = "assigned"
    SCORED = "scored"
    RECUSED = "recused"
    LAPSED = "lapsed"
    SET_ASIDE = "set_aside"  # the idea was reopened since: its points count no more


class Review(SQLModel, table=True):
    """One reviewer's review of one idea: points per criterion and their weighted total of 100."""

    __table_args__ = (UniqueConstraint("idea_id", "reviewer_id"),)

    id: str = key()
    idea_id: str = link("idea.id")
    reviewer_id: str = link("person.id")
    state: ReviewState = Field(default=ReviewState.ASSIGNED, sa_type=choice(ReviewState))
    points: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    comment: str = Field(default="", max_length=4_000)
    total: Decimal | None = Field(default=None, sa_type=Hundredths)
    assigned_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    due_at: datetime = Field(sa_type=UtcInstant)
    answered_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    salt: str = salted()
