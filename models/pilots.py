"""Pilots: the trial of an idea, its indicators and what was measured."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import DecimalText, UtcInstant, choice, key, link, salted
from models.instants import now


class Pilot(SQLModel, table=True):
    """The trial of one idea (PP 38/2017 arts 16-19): decree, site, dates, owner and result."""

    id: str = key()
    idea_id: str = Field(foreign_key="idea.id", unique=True, max_length=26)
    unit_id: str = link("unit.id")
    owner_id: str = link("person.id")
    site: str = Field(max_length=200)
    starts_on: date
    ends_on: date
    decree_number: str = Field(default="", max_length=100)
    decree_on: date | None = None
    budget_rupiah: int = Field(default=0, sa_type=sa.BigInteger)
    summary: str = Field(default="", max_length=4_000)
    result: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    reported_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    salt: str = salted()


class Direction(StrEnum):
    """Which way an indicator should move."""

    UP = "up"
    DOWN = "down"


class Indicator(SQLModel, table=True):
    """One thing a pilot wants to change, from baseline to target."""

    id: str = key()
    pilot_id: str = link("pilot.id")
    name: str = Field(max_length=200)
    unit_label: str = Field(default="", max_length=40)
    direction: Direction = Field(default=Direction.UP, sa_type=choice(Direction))
    baseline: Decimal = Field(sa_type=DecimalText)
    target: Decimal = Field(sa_type=DecimalText)
    salt: str = salted()


class Measurement(SQLModel, table=True):
    """The value of an indicator on a day."""

    id: str = key()
    indicator_id: str = link("indicator.id")
    measured_on: date
    value: Decimal = Field(sa_type=DecimalText)
    note: str = Field(default="", max_length=1_000)
    actor_id: str = link("person.id", index=False)
    at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    salt: str = salted()
