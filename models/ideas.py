"""Ideas, their revisions, their teams and the gates in their way."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import Hundredths, UtcInstant, choice, key, link, optional_link, salted
from models.instants import now
from models.stages import IdeaStage

_SUBMITTED = sa.text("code IS NOT NULL")
_TO_REMIND = sa.text("remind_at IS NOT NULL")
_OLDER = sa.text("salt = ''")
_idea_version: sa.Column[int] = sa.Column("version", sa.Integer, nullable=False, default=1)


def _index_where_known(*columns: str) -> sa.Index:
    """An index in the order of the last column, for the rows that have a value in it."""
    known = sa.text(f"{columns[-1]} IS NOT NULL")
    return sa.Index(f"ix_idea_{'_'.join(columns)}", *columns, "id", sqlite_where=known, postgresql_where=known)


class Idea(SQLModel, table=True):
    """An idea for better service; `version` grows with every change and refuses lost updates."""

    __table_args__ = (
        sa.Index("ix_idea_page", "created_at", "id"),
        sa.Index("ix_idea_page_stage", "stage", "created_at", "id"),
        sa.Index("ix_idea_page_call", "call_id", "created_at", "id"),
        _index_where_known("due_at"),
        _index_where_known("stage", "due_at"),
        _index_where_known("score"),
        _index_where_known("stage", "score"),
        sa.Index("ix_idea_opened", "policy_id", "stage", "created_at", "id", sqlite_where=_SUBMITTED, postgresql_where=_SUBMITTED),
        sa.Index("ix_idea_quota", "call_id", "unit_id", sqlite_where=_SUBMITTED, postgresql_where=_SUBMITTED),
    )

    id: str = key()
    code: str | None = Field(default=None, unique=True, max_length=20)
    call_id: str = link("call.id", index=False)
    policy_id: str = link("policyversion.id", index=False)
    unit_id: str = link("unit.id")
    lead_id: str = link("person.id")
    stage: str = Field(default=IdeaStage.DRAFT, max_length=32)
    stage_since: datetime = Field(default_factory=now, sa_type=UtcInstant)
    reason_code: str | None = Field(default=None, max_length=40)
    category: str = Field(default="", max_length=40)  # of a draft what its lead chose; fixed when it is submitted
    title: str = Field(max_length=300)
    revision: int = 1
    version: int = Field(default=1, sa_column=_idea_version)
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    due_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    scores_closed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    score: Decimal | None = Field(default=None, sa_type=Hundredths)
    salt: str = salted()

    __mapper_args__ = {"version_id_col": _idea_version}


class Revision(SQLModel, table=True):
    """What an idea said at one time; the salted hash lets a receipt prove it without showing it.

    Who initiated it, since which day it is in use and which earlier idea it continues stand here only where the call's policy asks; of
    each file that it has, id, name and SHA-256.
    """

    __table_args__ = (UniqueConstraint("idea_id", "number"),)

    id: str = key()
    idea_id: str = link("idea.id")
    number: int
    title: str = Field(max_length=300)
    form: str = Field(max_length=40)
    medium: str = Field(max_length=40)
    theme: str = Field(default="", max_length=100)
    sections: dict[str, str] = Field(sa_type=sa.JSON)
    answers: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON, sa_column_kwargs={"server_default": "{}"})
    attachments: list[dict[str, str]] = Field(default_factory=list, sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"})
    budget_rupiah: int = Field(default=0, sa_type=sa.BigInteger)
    initiator: str | None = Field(default=None, max_length=20)
    in_use_since: date | None = None
    earlier_code: str | None = Field(default=None, max_length=20)
    salt: str = Field(max_length=64)
    content_sha256: str = Field(max_length=64)
    author_id: str = link("person.id", index=False)
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)


class TeamMember(SQLModel, table=True):
    """A proposer's part in an idea, in hundredths of a percent: the lead's, and that of everybody who joined."""

    __table_args__ = (UniqueConstraint("idea_id", "person_id"),)

    id: str = key()
    idea_id: str = link("idea.id")
    person_id: str = link("person.id")
    position: int
    lead: bool = False
    role: str = Field(default="", max_length=100)
    share_hundredths: int
    salt: str = salted()


class Answer(StrEnum):
    """What somebody answered who was asked to join a team."""

    ASKED = "asked"
    JOINED = "joined"
    NOT_JOINED = "not_joined"


class Invitation(SQLModel, table=True):
    """Somebody asked to join a team, with the role and the share that were offered; it counts for nothing until they join.

    `known` is somebody who had joined before, so that who asks knows their name. Without a person nobody has the number that was typed, and
    nobody ever answers; who asked cannot tell that from somebody who waits. The lead has one too where a team agrees again: what is asked
    is then the whole team that is to take the present one's place.

    `remind_at` is when they are reminded next, `reminded` when they were, in ISO 8601. Without a salt an earlier release wrote it, and no
    entry of the ledger commits to it yet.
    """

    __table_args__ = (
        UniqueConstraint("idea_id", "person_id"),
        sa.Index("ix_invitation_to_remind", "remind_at", "id", sqlite_where=_TO_REMIND, postgresql_where=_TO_REMIND),
        sa.Index("ix_invitation_older", "idea_id", sqlite_where=_OLDER, postgresql_where=_OLDER),
    )

    id: str = key()
    idea_id: str = link("idea.id")
    person_id: str | None = optional_link("person.id", index=True)
    number: str = Field(max_length=18)
    position: int
    lead: bool = False
    role: str = Field(default="", max_length=100)
    share_hundredths: int
    known: bool = False
    answer: Answer = Field(default=Answer.ASKED, sa_type=choice(Answer))
    asked_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    answered_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    remind_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    reminded: list[str] = Field(default_factory=list, sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"})
    salt: str = salted()


class GateState(StrEnum):
    """Whether a gate still blocks."""

    OPEN = "open"
    PASSED = "passed"


class Gate(SQLModel, table=True):
    """A gate that the policy put before a stage's exit."""

    __table_args__ = (UniqueConstraint("idea_id", "name"),)

    id: str = key()
    idea_id: str = link("idea.id")
    name: str = Field(max_length=40)
    stage: str = Field(max_length=32)
    state: GateState = Field(default=GateState.OPEN, sa_type=choice(GateState))
    passed_by: str | None = optional_link("person.id")
    passed_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class Decision(SQLModel, table=True):
    """What a person (or a flow) decided on an idea or its award, with reasons; never changed afterwards."""

    id: str = key()
    idea_id: str = link("idea.id")
    action: str = Field(max_length=40)
    outcome: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=4_000)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    actor_id: str | None = optional_link("person.id")
    flow: str = Field(default="", max_length=20)
    at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    salt: str = salted()
