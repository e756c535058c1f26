"""Calls for ideas and the versions of their policies."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, link
from models.instants import now
from models.policy import Policy


class CallState(StrEnum):
    """Whether a call is still being written, takes ideas, or has ended."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Call(SQLModel, table=True):
    """An invitation to submit, held by a unit, with a first and a last instant."""

    id: str = key()
    code: str = Field(unique=True, max_length=40)
    title: str = Field(max_length=200)
    unit_id: str = link("unit.id")
    opens_at: datetime = Field(sa_type=UtcInstant)
    closes_at: datetime = Field(sa_type=UtcInstant)
    state: CallState = Field(default=CallState.PLANNED, sa_type=choice(CallState))
    awards_drafted_at: datetime | None = Field(default=None, sa_type=UtcInstant)


BEFORE_QUORUMS = {"quorum": 1, "substitutes": 15}  # what a version stored before there were quorums allowed, and so still does


class PolicyVersion(SQLModel, table=True):
    """One version of a call's policy; ideas point to the one they entered under."""

    __table_args__ = (UniqueConstraint("call_id", "number"),)

    id: str = key()
    call_id: str = link("call.id")
    number: int
    body: dict[str, Any] = Field(sa_type=sa.JSON)
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)

    def read(self) -> Policy:
        """The stored policy as its validated model; what was stored before a rule came is read as it was meant then."""
        return Policy.model_validate({**BEFORE_QUORUMS, **self.body})
