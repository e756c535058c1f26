"""People, their employee numbers over time, their roles and their accounts."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from models.columns import UtcInstant, choice, confirmed, key, link, optional_link
from models.instants import now, wall_now


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


# Nobody gives one of these alone; an operator comes by other people's codes, and so by what those may decide.
DECIDING = frozenset({Role.CHAIR, Role.LEADER, Role.VERIFIER, Role.AUDITOR, Role.ADMIN, Role.OPERATOR})
_NOT_ENDED = sa.text("ended_at IS NULL")


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
    """A role that a person was given over a unit and everything below it; it is held while it is confirmed and not ended.

    A role given again is a new row. A row made without more is one that needs no second person and is held at once; `granted_by` is
    None where a flow gave it or where it is older than these columns.
    """

    __table_args__ = (
        sa.Index("ix_rolegrant_open", "person_id", "role", "unit_id", unique=True, sqlite_where=_NOT_ENDED, postgresql_where=_NOT_ENDED),
    )

    id: str = key()
    person_id: str = link("person.id")
    role: Role = Field(sa_type=choice(Role), index=True)
    unit_id: str = link("unit.id")
    granted_by: str | None = optional_link("person.id")
    granted_at: datetime | None = Field(default_factory=now, sa_type=UtcInstant)
    confirmed_by: str | None = optional_link("person.id")
    confirmed_at: datetime | None = confirmed()
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    ended_by: str | None = optional_link("person.id")


def is_held() -> sa.ColumnElement[bool]:
    """The one condition under which a grant gives its role: confirmed, and not ended."""
    return col(RoleGrant.confirmed_at).is_not(None) & col(RoleGrant.ended_at).is_(None)


class CodeRequest(SQLModel, table=True):
    """A one-time code asked for somebody who holds an office; a second person confirms it and hands the code over, or refuses."""

    id: str = key()
    person_id: str = link("person.id")
    asked_by: str = link("person.id", index=False)
    asked_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    settled_by: str | None = optional_link("person.id")
    settled_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class NoticeKind(StrEnum):
    """What happened to somebody's account that they are told of."""

    CODE_ASKED = "code_asked"
    CODE_MADE = "code_made"
    PASSWORD_CLEARED = "password_cleared"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ROLE_HELD = "role_held"
    ROLE_ENDED = "role_ended"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    PERSON_MOVED = "person_moved"
    CALL_PLANNED = "call_planned"
    NUMBER_CHANGED = "number_changed"
    EMAIL_ASKED = "email_asked"
    EMAIL_CHANGED = "email_changed"
    EMAIL_DROPPED = "email_dropped"


class AccountNotice(SQLModel, table=True):
    """One thing that happened to somebody's account: mailed to them, and shown on their own page."""

    __table_args__ = (sa.Index("ix_accountnotice_person", "person_id", "at"),)

    id: str = key()
    person_id: str = link("person.id", index=False)
    kind: NoticeKind = Field(sa_type=choice(NoticeKind))
    role: Role | None = Field(default=None, sa_type=choice(Role))
    at: datetime = Field(default_factory=now, sa_type=UtcInstant)


class Account(SQLModel, table=True):
    """How a person signs in: an argon2id hash, made when the one-time code is used; a closed account signs nobody in."""

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    password_hash: str | None = Field(default=None, max_length=200)
    activation_hash: str | None = Field(default=None, max_length=64, index=True)
    activation_until: datetime | None = Field(default=None, sa_type=UtcInstant)
    closed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    confirmed_email: str = Field(default="", max_length=254)  # the address whose codes came back; another one of the person's is not yet


class MailPurpose(StrEnum):
    """What a code that is mailed proves: that a new address, or the one so far, is the person's; or who forgot the password."""

    NEW_ADDRESS = "new_address"
    OLD_ADDRESS = "old_address"
    FORGOTTEN = "forgotten"


class MailCode(SQLModel, table=True):
    """A one-time code that goes to an address; it is drawn where it is mailed, and only its hash is kept.

    The codes of one change of address share `change_id`. It is settled once it was used, or is worth nothing any more.
    """

    id: str = key()
    person_id: str = link("person.id")
    change_id: str | None = Field(default=None, max_length=26)
    purpose: MailPurpose = Field(sa_type=choice(MailPurpose))
    email: str = Field(max_length=254)
    code_hash: str | None = Field(default=None, max_length=64)
    at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    until: datetime = Field(sa_type=UtcInstant)
    settled_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class SignInFailure(SQLModel, table=True):
    """The tries at one account from one address since the first of them; a try counts before its password is looked at.

    One row for each account and address, under the beginning of their common hash as id, so that several processes agree on the count.
    """

    id: str = Field(primary_key=True, max_length=26)
    name_hash: str = Field(max_length=64, index=True)
    at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    tries: int = 1


class SignIn(SQLModel, table=True):
    """A bearer token or a page session, stored as a hash and deleted at sign-out."""

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: str = link("person.id")
    form_token: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    seen_at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    until: datetime = Field(sa_type=UtcInstant)
    device: str = Field(default="", max_length=60)
