"""Offices of units: what stands on their papers, and who held them from when to when."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from models.columns import choice, confirmed, key, optional_link
from models.people import EmploymentKind, write_full_name

SAMPLE_EMBLEM = "gagas"  # the packaged flower: a sample until the region registers its own emblem

_office_version: sa.Column[int] = sa.Column("version", sa.Integer, nullable=False, default=1)


class Capacity(StrEnum):
    """In what capacity an office is held: by appointment, or for somebody who is away or not yet appointed."""

    PERMANENT = ""
    ACTING = "Plt."  # pelaksana tugas: the office is vacant
    DAILY = "Plh."  # pelaksana harian: the holder is away for some days
    INTERIM = "Pj."  # penjabat: a regional head or secretary until the next one
    CAMPAIGN = "Pjs."  # penjabat sementara: while the regional head campaigns


class HeadKind(StrEnum):
    """Whose office it is: the three highest sign without rank and employee number (Permendagri 1/2023 art. 44)."""

    REGIONAL_HEAD = "regional_head"
    DEPUTY_REGIONAL_HEAD = "deputy_regional_head"
    REGIONAL_SECRETARY = "regional_secretary"
    UNIT_HEAD = "unit_head"


class UnitOffice(SQLModel, table=True):
    """The office of a unit, one each; `version` grows with every change and refuses lost updates."""

    unit_id: str = Field(primary_key=True, foreign_key="unit.id", max_length=26)
    letterhead_lines: list[str] = Field(sa_type=sa.JSON)
    address: str = Field(default="", max_length=200)
    contact: str = Field(default="", max_length=200)
    place: str = Field(max_length=200)
    unit_code: str = Field(max_length=40)  # as document numbers carry it
    emblem: str = Field(default=SAMPLE_EMBLEM, max_length=40)
    position: str = Field(max_length=200)
    head_kind: HeadKind = Field(default=HeadKind.UNIT_HEAD, sa_type=choice(HeadKind))
    version: int = Field(default=1, sa_column=_office_version)

    __mapper_args__ = {"version_id_col": _office_version}


class OfficeHolder(SQLModel, table=True):
    """A registered person, or somebody known by name only, who holds an office from a first to a last day, both included.

    `valid_until` on the day before `valid_from` says that the appointment never took effect. Names, rank and employee number are those
    of the person where `person_id` is set, and stand here otherwise.
    """

    __table_args__ = (sa.Index("ix_officeholder_days", "unit_id", "valid_from"),)

    id: str = key()
    unit_id: str = Field(foreign_key="unitoffice.unit_id", max_length=26)
    person_id: str | None = optional_link("person.id", index=True)
    front_title: str = Field(default="", max_length=40)
    name: str = Field(default="", max_length=120)
    back_title: str = Field(default="", max_length=60)
    rank_name: str = Field(default="", max_length=40)
    grade: str = Field(default="", max_length=10)
    employee_number: str | None = Field(default=None, max_length=18)
    employment: EmploymentKind | None = Field(default=None, sa_type=choice(EmploymentKind))
    capacity: Capacity = Field(default=Capacity.PERMANENT, sa_type=choice(Capacity))
    on_behalf_of: str | None = optional_link("unitoffice.unit_id")  # the superior's office: `a.n.`
    valid_from: date
    valid_until: date | None = None
    appointed_by: str | None = optional_link("person.id")
    confirmed_by: str | None = optional_link("person.id")
    confirmed_at: datetime | None = confirmed()  # nobody signs before a second person confirmed

    @property
    def full_name(self) -> str:
        """Name with academic titles of somebody who is not a registered person."""
        return write_full_name(self.front_title, self.name, self.back_title)


def is_confirmed() -> sa.ColumnElement[bool]:
    """The condition under which an appointment lets its holder sign: a second person confirmed it."""
    return col(OfficeHolder.confirmed_at).is_not(None)
