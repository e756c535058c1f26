"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Field

from models.ids import new_id, new_salt
from models.instants import now


class UtcInstant(sa.TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive one is a programming error and is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Hundredths(sa.TypeDecorator[Decimal]):
    """A Decimal with two places, stored as a whole number of hundredths so that it sorts and never rounds."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((value * 100).to_integral_exact())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


class DecimalText(sa.TypeDecorator[Decimal]):
    """A Decimal of any precision, stored as its own digits."""

    impl = sa.String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def choice(closed_set: type[StrEnum]) -> Any:
    """A column of a closed set, stored as text by value (no native enum: its later members would be missed by migrations)."""
    return sa.Enum(closed_set, native_enum=False, length=32, create_constraint=False, values_callable=lambda s: [m.value for m in s])


def counter() -> Any:
    """A whole number that grows with every row; 64 bits on both databases."""
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def confirmed() -> Any:
    """When a second person confirmed something: at once where nothing else is said, and None, which is stored as such, while it waits."""
    return Field(default_factory=now, sa_type=UtcInstant().evaluates_none(), nullable=True)


def key() -> Any:
    """A random public id as primary key."""
    return Field(default_factory=new_id, primary_key=True, max_length=26)


def link(target: str, *, index: bool = True) -> Any:
    """A required reference to another row."""
    return Field(foreign_key=target, index=index, max_length=26)


def optional_link(target: str, *, index: bool = False) -> Any:
    """A reference to another row that may be absent."""
    return Field(default=None, foreign_key=target, index=index, max_length=26)


def salted() -> Any:
    """What hides a row's values under their commitments in the ledger; empty in a row that no entry commits to yet."""
    return Field(default_factory=new_salt, max_length=64)
