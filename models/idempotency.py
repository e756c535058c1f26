"""Answers kept under their Idempotency-Key, so that a repeated request is answered, not repeated."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant
from models.instants import wall_now


class KeptAnswer(SQLModel, table=True):
    """A successful answer, stored in the transaction of its effect and kept for 30 days."""

    account_id: str = Field(primary_key=True, max_length=26)
    route: str = Field(primary_key=True, max_length=200)
    key: str = Field(primary_key=True, max_length=100)
    request_sha256: str = Field(max_length=64)
    status: int
    body: Any = Field(sa_type=sa.JSON)
    headers: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    created_at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant, index=True)
