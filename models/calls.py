"""Calls for ideas and the versions of their policies."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, link, optional_link
from models.instants import now
from models.policy import Policy


class CallState(StrEnum):
    """Whether a call is still being written, takes ideas, or has ended."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Call(SQLModel, table=True):
    """An invitation to submit, held by a unit, with a first and a last instant.

    `is_sealed` while it is open under a policy that says so: nobody but its team and the head who permits it reads an idea of it then.
    """

    __table_args__ = (sa.Index("ix_call_sealed", "id", sqlite_where=sa.text("is_sealed = 1"), postgresql_where=sa.text("is_sealed")),)

    id: str = key()
    code: str = Field(unique=True, max_length=40)
    title: str = Field(max_length=200)
    unit_id: str = link("unit.id")
    opens_at: datetime = Field(sa_type=UtcInstant)
    closes_at: datetime = Field(sa_type=UtcInstant)
    state: CallState = Field(default=CallState.PLANNED, sa_type=choice(CallState))
    awards_drafted_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    archived_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    is_sealed: bool = False


class CallChangeKind(StrEnum):
    """What can happen to a call in its life."""

    OPENED = "call_opened"
    EXTENDED = "call_extended"
    REOPENED = "call_reopened"  # extended after its end
    CLOSED = "call_closed_early"
    AMENDED = "call_amended"
    ARCHIVED = "call_archived"
    RESTORED = "call_restored"
    LATE_PERMITTED = "call_late_permitted"  # somebody may come in late, and why; never who


class CallChange(SQLModel, table=True):
    """One thing that somebody did to a call, as anybody may read of it; never changed.

    `closes_before` and `closes_at` say what an extension moved, `number` which version of the policy an amendment signed; `closes_at` of a
    late permit is its end. Without `actor_id` it was done from the terminal of the server.
    """

    __table_args__ = (sa.Index("ix_callchange_call", "call_id", "at"),)

    id: str = key()
    call_id: str = link("call.id", index=False)
    kind: CallChangeKind = Field(sa_type=choice(CallChangeKind))
    reason: str = Field(default="", max_length=1_000)
    closes_before: datetime | None = Field(default=None, sa_type=UtcInstant)
    closes_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    number: int | None = None
    actor_id: str | None = optional_link("person.id")
    at: datetime = Field(default_factory=now, sa_type=UtcInstant)


AS_BEFORE = {"quorum": 1, "substitutes": 15, "comments": False}  # what a version stored before there were such rules meant, and still does


class PolicyVersion(SQLModel, table=True):
    """One version of a call's policy; ideas point to the one they entered under.

    It counts once a second person has signed it, and never changes. `signed_sha256` is the digest of the body that was signed. Without
    `signed_by` it came into force before signatures were asked for; without `author_id` nobody knows any more who wrote it.

    An amendment changes, with a `reason`, what ideas under way are held to: `amends` is the number of the version that it was made from,
    `line` that of the version for new drafts from which both descend, whose ideas it takes over. A version for new drafts has none of the
    three.
    """

    __table_args__ = (UniqueConstraint("call_id", "number"),)

    id: str = key()
    call_id: str = link("call.id")
    number: int
    body: dict[str, Any] = Field(sa_type=sa.JSON)
    author_id: str | None = optional_link("person.id")
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    signed_by: str | None = optional_link("person.id")
    signed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    signed_sha256: str | None = Field(default=None, max_length=64)
    line: int | None = None
    amends: int | None = None
    reason: str | None = Field(default=None, max_length=1_000)

    @property
    def root(self) -> int:
        """The number of the version for new drafts that it is, or descends from."""
        return self.number if self.line is None else self.line

    def read(self) -> Policy:
        """The stored policy as its validated model; what was stored before a rule came is read as it was meant then."""
        return Policy.model_validate({**AS_BEFORE, **self.body})


class Specimen(SQLModel, table=True):
    """What came out when the documents of a policy were printed with the longest texts they may have to hold.

    `sha256` is the digest of all that of a policy which stands on paper, so that versions that print alike are printed once. `faults` holds
    a code, a place in the policy and parameters each; nothing where every document can be issued.
    """

    sha256: str = Field(primary_key=True, max_length=64)
    faults: list[dict[str, Any]] = Field(sa_type=sa.JSON)
    printed_at: datetime = Field(default_factory=now, sa_type=UtcInstant)


class Ceiling(SQLModel, table=True):
    """The most that a region pays in rupiah: for one award, team uplift included, and for all awards of one call; the newest counts."""

    id: str = key()
    number: int = Field(unique=True)
    tier_rupiah: int = Field(sa_type=sa.BigInteger)
    call_rupiah: int = Field(sa_type=sa.BigInteger)
    basis: str = Field(max_length=200)
    set_by: str = link("person.id")
    set_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
