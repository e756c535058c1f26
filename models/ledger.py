"""The ledger: every fact, chained by hash in the transaction that made it true."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, counter


class LedgerEntry(SQLModel, table=True):
    """One fact: its canonical payload and the hash over it and its predecessor."""

    __table_args__ = (sa.Index("ix_ledgerentry_at", "at", "seq"),)

    seq: int = Field(primary_key=True, sa_type=counter(), sa_column_kwargs={"autoincrement": False})
    kind: str = Field(max_length=60)
    idea_id: str | None = Field(default=None, index=True, max_length=26)
    at: datetime = Field(sa_type=UtcInstant)
    payload: dict[str, Any] = Field(sa_type=sa.JSON)
    hash: str = Field(max_length=64)


class LedgerHead(SQLModel, table=True):
    """The chain's last link, one row: the next writer locks it, so the chain never forks."""

    id: int = Field(default=1, primary_key=True)
    seq: int = Field(default=0, sa_type=sa.BigInteger)
    hash: str = Field(default="00" * 32, max_length=64)
