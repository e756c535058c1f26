"""Coaching clinics of a call: a date with places, and which ideas' teams have one."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, key, link, optional_link, salted
from models.instants import now

_HELD = sa.text("ended_at IS NULL")


class Clinic(SQLModel, table=True):
    """A date on which teams are coached: where, when, and how many teams; a cancelled one stays on record."""

    __table_args__ = (sa.Index("ix_clinic_call", "call_id", "starts_at"),)

    id: str = key()
    call_id: str = link("call.id", index=False)
    title: str = Field(max_length=200)
    place: str = Field(max_length=300)
    starts_at: datetime = Field(sa_type=UtcInstant)
    places: int
    planned_by: str = link("person.id", index=False)
    planned_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    cancelled_by: str | None = optional_link("person.id")
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    cancel_reason: str = Field(default="", max_length=1_000)


class ClinicBooking(SQLModel, table=True):
    """A place of a clinic that an idea's team has, or had until `ended_at`; a team has one place of a clinic at a time."""

    __table_args__ = (sa.Index("ux_clinicbooking_held", "clinic_id", "idea_id", unique=True, sqlite_where=_HELD, postgresql_where=_HELD),)

    id: str = key()
    clinic_id: str = link("clinic.id", index=False)
    idea_id: str = link("idea.id")
    booked_by: str = link("person.id", index=False)
    booked_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    ended_by: str | None = optional_link("person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    salt: str = salted()
