"""People, their employee numbers over time, their roles and their accounts."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from models.columns import UtcInstant, choice, confirmed, key, link, optional_link
from models.instants import now, today, wall_now


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
    """As what somebody is known: a civil servant by kind of employment, from HR records (UU 20/2023), as the number alone cannot tell
    part-time; or somebody who is none, and so has no employee number.
    """

    PNS = "pns"
    PPPK = "pppk"
    PPPK_PART_TIME = "pppk_part_time"
    ELECTED_HEAD = "elected_head"  # kepala daerah or wakil kepala daerah
    COUNCIL_MEMBER = "council_member"  # anggota DPRD
    ACADEMIC = "academic"  # akademisi
    OUTSIDE_JUROR = "outside_juror"  # juri luar: expert, practitioner, journalist
    MENTOR = "mentor"  # pendamping

    @property
    def has_number(self) -> bool:
        """Whether people of this kind have an employee number, and sign in with it; the others have a sign-in name."""
        return self in CIVIL_SERVANTS


CIVIL_SERVANTS = frozenset({EmploymentKind.PNS, EmploymentKind.PPPK, EmploymentKind.PPPK_PART_TIME})


class Person(SQLModel, table=True):
    """Somebody under an internal id, with or without employee number; names are three fields, since a certificate needs them apart."""

    __table_args__ = (sa.Index("ix_person_of_unit", "unit_id", "name", "id"),)

    id: str = key()
    front_title: str = Field(default="", max_length=40)
    name: str = Field(max_length=120)
    back_title: str = Field(default="", max_length=60)
    unit_id: str = link("unit.id", index=False)
    kind: EmploymentKind = Field(sa_type=choice(EmploymentKind))
    grade: str = Field(default="", max_length=10)
    rank_name: str = Field(default="", max_length=40)
    position: str = Field(default="", max_length=120)
    email: str = Field(default="", max_length=254)
    retired_on: date | None = None  # the last day of service

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


class SignInName(SQLModel, table=True):
    """The name with which somebody without employee number signs in, and since when; one that ended is nobody else's ever after.

    Two names of one likeness look alike to who reads them: they are never two people's.
    """

    id: str = key()
    person_id: str = link("person.id")
    name: str = Field(unique=True, max_length=40)
    likeness: str = Field(unique=True, max_length=40)
    given_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class HeadCapacity(StrEnum):
    """In what capacity somebody heads a unit: by appointment, or for a head who is not there."""

    REGULAR = ""
    ACTING = "Plt."  # pelaksana tugas: the unit has no head
    DAILY = "Plh."  # pelaksana harian: the head is away for some days


class RoleGrant(SQLModel, table=True):
    """A role that a person was given over a unit and everything below it; it is held while it is confirmed and not ended.

    A role with a last day is held to its end and not an instant longer, whether or not the clock has written `ended_at` by then.
    A role given again is a new row. A row made without more is one that needs no second person and is held at once; `granted_by` is
    None where a flow gave it or where it is older than these columns.
    """

    __table_args__ = (
        sa.Index("ix_rolegrant_open", "person_id", "role", "unit_id", unique=True, sqlite_where=_NOT_ENDED, postgresql_where=_NOT_ENDED),
        sa.Index("ix_rolegrant_last_day", "last_day", sqlite_where=_NOT_ENDED, postgresql_where=_NOT_ENDED),
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
    capacity: HeadCapacity = Field(default=HeadCapacity.REGULAR, sa_type=choice(HeadCapacity))
    last_day: date | None = None
    reason: str = Field(default="", max_length=200)
    end_reason: str = Field(default="", max_length=200)

    @property
    def is_over(self) -> bool:
        """Whether it ended, or its last day is past."""
        return self.ended_at is not None or (self.last_day is not None and self.last_day < today())


def is_held() -> sa.ColumnElement[bool]:
    """The one condition under which a grant gives its role: confirmed, not ended, and its last day, where it has one, not past."""
    return col(RoleGrant.confirmed_at).is_not(None) & is_not_over()


def is_not_over() -> sa.ColumnElement[bool]:
    """Whether a grant, held or awaited, neither ended nor has its last day behind it.

    The day is asked when the statement runs, so that one which was made at start holds on the next day, too.
    """
    day = sa.bindparam(None, callable_=today, type_=sa.Date(), unique=True)
    return col(RoleGrant.ended_at).is_(None) & (col(RoleGrant.last_day).is_(None) | (col(RoleGrant.last_day) >= day))


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
    CODE_MAILED = "code_mailed"
    PASSWORD_CLEARED = "password_cleared"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ROLE_HELD = "role_held"
    ROLE_ENDED = "role_ended"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    PERSON_MOVED = "person_moved"
    UNIT_MOVED = "unit_moved"
    DETAILS_CHANGED = "details_changed"
    PERSON_RETIRED = "person_retired"
    PERSON_RESTORED = "person_restored"
    CALL_PLANNED = "call_planned"
    LATE_PERMITTED = "late_permitted"
    LATE_ENDED = "late_ended"
    IDEA_DICTATED = "idea_dictated"
    FILE_REFUSED = "file_refused"
    TEAM_ASKED = "team_asked"
    TEAM_REPLACED = "team_replaced"
    TEAM_KEPT = "team_kept"
    LEAD_CHANGED = "lead_changed"
    CLAIM_FILED = "notice_claim_filed"
    CLAIM_LATE = "claim_late"
    CLAIM_WITHOUT_DECIDER = "claim_without_decider"
    CLAIM_UPHELD = "notice_claim_upheld"
    ORIGINATOR_NAMED = "originator_named"
    MERGE_ASKED = "merge_asked"
    MERGE_DONE = "merge_done"
    MERGE_ENDED = "merge_ended"
    MERGE_UNDONE = "merge_undone"
    TRANSFER_OFFERED = "transfer_offered"
    TRANSFER_ACCEPTED = "transfer_accepted"
    TRANSFER_DONE = "transfer_done"
    TRANSFER_ENDED = "transfer_ended"
    NUMBER_CHANGED = "number_changed"
    DOUBLE_MERGED = "double_merged"
    SIGN_IN_NAME_CHANGED = "sign_in_name_changed"
    EMAIL_ASKED = "email_asked"
    EMAIL_CHANGED = "email_changed"
    EMAIL_DROPPED = "email_dropped"
    MENTOR_ASKED = "mentor_asked"
    MENTOR_ACCEPTED = "mentor_accepted"
    MENTOR_DECLINED = "mentor_declined"
    MENTOR_ENDED = "mentor_ended"
    MENTOR_SILENT = "mentor_silent"
    MENTOR_ADVISED = "mentor_advised"
    CLINIC_CANCELLED = "clinic_cancelled"


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
    email_key: str | None = Field(default=None, max_length=254, index=True)  # the confirmed address in lower case: who signs in by it


class MailPurpose(StrEnum):
    """What a code that is mailed is for: to prove a new address, to agree for the one so far, a forgotten password, a first password."""

    NEW_ADDRESS = "new_address"
    OLD_ADDRESS = "old_address"
    FORGOTTEN = "forgotten"
    ACTIVATION = "activation"


class MailCode(SQLModel, table=True):
    """A one-time code that goes to an address; it is made where it is mailed, and only its hash is kept.

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


class SignIn(SQLModel, table=True):
    """A bearer token or a page session, stored as a hash and deleted at sign-out."""

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: str = link("person.id")
    form_token: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    seen_at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    until: datetime = Field(sa_type=UtcInstant)
    device: str = Field(default="", max_length=60)
