"""People, their employee numbers over time, their roles and their accounts."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, link
from models.instants import wall_now


class Role(StrEnum):
    """What a person may be asked to do; everybody with an account is a proposer."""

    PROPOSER = "proposer"
    UNIT_HEAD = "unit_head"
    OPERATOR = "operator"
    SECRETARIAT = "secretariat"
    REVIEWER = "reviewer"
    CHAIR = "chair"
    PILOT_OWNER = "pilot_owner"
    VERIFIER = "verifier"
    LEADER = "leader"
    ADMIN = "admin"
    AUDITOR = "auditor"


class EmploymentKind(StrEnum):
    """Kind of employment, from HR records (UU 20/2023); the number alone cannot tell part-time."""

    PNS = "pns"
    PPPK = "pppk"
    PPPK_PART_TIME = "pppk_part_time"


class Person(SQLModel, table=True):
    """A civil servant under an internal id; names are three fields, since a certificate needs them apart."""

    id: str = key()
    front_title: str = Field(default="", max_length=40)
    name: str = Field(max_length=120)
    back_title: str = Field(default="", max_length=60)
    unit_id: str = link("unit.id")
    kind: EmploymentKind = Field(sa_type=choice(EmploymentKind))
    grade: str = Field(default="", max_length=10)
    rank_name: str = Field(default="", max_length=40)
    position: str = Field(default="", max_length=120)
    email: str = Field(default="", max_length=254)

    @property
    def full_name(self) -> str:
        """Front title, name and back title as they are written: `dr. Sari Lestari, M.Si.`"""
        return write_full_name(self.front_title, self.name, self.back_title)


def write_full_name(front_title: str, name: str, back_title: str) -> str:
    """Front title, name and back title as they are written."""
    named = f"{front_title} {name}".strip()
    return f"{named}, {back_title}" if back_title else named


class EmployeeNumber(SQLModel, table=True):
    """A NIP or NI PPPK and the days it held; an NI changes with the agency, so it is history and never a key."""

    id: str = key()
    person_id: str = link("person.id")
    number: str = Field(unique=True, max_length=18)
    valid_from: date
    valid_until: date | None = None


class RoleGrant(SQLModel, table=True):
    """A role that a person holds over a unit and everything below it."""

    __table_args__ = (UniqueConstraint("person_id", "role", "unit_id"),)

    id: str = key()
    person_id: str = link("person.id")
    role: Role = Field(sa_type=choice(Role), index=True)
    unit_id: str = link("unit.id")


class Account(SQLModel, table=True):
    """How a person signs in: an argon2id hash, made when the one-time code is used."""

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    password_hash: str | None = Field(default=None, max_length=200)
    activation_hash: str | None = Field(default=None, max_length=64, index=True)
    activation_until: datetime | None = Field(default=None, sa_type=UtcInstant)


class SignInFailure(SQLModel, table=True):
    """One failed sign-in, counted per name tried, so that several processes agree on the throttle."""

    id: str = key()
    name_hash: str = Field(max_length=64, index=True)
    at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)


class SignIn(SQLModel, table=True):
    """A bearer token or a page session, stored as a hash and deleted at sign-out."""

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: str = link("person.id")
    form_token: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    seen_at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    until: datetime = Field(sa_type=UtcInstant)
