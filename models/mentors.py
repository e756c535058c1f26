"""Mentors of a call, from universities and companies; whom they advise, from the team's request to its end; and what they advised."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, choice, key, link, optional_link, salted
from models.instants import now


class Mentor(SQLModel, table=True):
    """Somebody who advises ideas of a call: on which themes, and how many at a time; taken off the list the row stays on record."""

    __table_args__ = (UniqueConstraint("call_id", "person_id"),)

    id: str = key()
    call_id: str = link("call.id", index=False)
    person_id: str = link("person.id")
    themes: list[str] = Field(sa_type=sa.JSON)
    capacity: int
    set_by: str = link("person.id", index=False)
    set_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    ended_by: str | None = optional_link("person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class MentorshipState(StrEnum):
    """How a mentor stands to an idea whose team asked for one."""

    REQUESTED = "requested"
    ADVISING = "advising"
    TURNED_DOWN = "turned_down"
    ADVICE_ENDED = "advice_ended"  # by one of the two, or the secretariat; also a request that was taken back
    NOT_ANSWERED = "not_answered"  # in the time that the policy gives for it


OPEN = (MentorshipState.REQUESTED, MentorshipState.ADVISING)  # these take one of the mentor's places while the idea's way is not over
_OPEN = sa.text("state IN ('requested', 'advising')")


class Mentorship(SQLModel, table=True):
    """A team's request for a mentor and what came of it; an idea has one open at a time.

    `theme` is the idea's as it was when the mentor was found, `matching` the result of the calculation that found them. Whoever has
    `accepted_at` advised the team: they take no part in judging the idea ever after. The days for an answer count from `counted_from` where
    a release asked that told nobody of a last day.
    """

    __table_args__ = (
        sa.Index("ux_mentorship_open", "idea_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_mentorship_places", "mentor_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_mentorship_person", "person_id", "state"),
    )

    id: str = key()
    idea_id: str = link("idea.id")
    mentor_id: str = link("mentor.id", index=False)
    person_id: str = link("person.id", index=False)
    state: MentorshipState = Field(default=MentorshipState.REQUESTED, sa_type=choice(MentorshipState))
    wish: str = Field(max_length=1_000)
    theme: str = Field(default="", max_length=100)
    matching: dict[str, Any] = Field(sa_type=sa.JSON)
    asked_by: str = link("person.id", index=False)
    asked_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    counted_from: datetime | None = Field(default=None, sa_type=UtcInstant)
    answered_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    ended_by: str | None = optional_link("person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    end_reason: str = Field(default="", max_length=1_000)
    salt: str = salted()


class Advice(SQLModel, table=True):
    """What a mentor advised a team, in their words; never changed."""

    __table_args__ = (sa.Index("ix_advice_mentorship", "mentorship_id", "at"),)

    id: str = key()
    idea_id: str = link("idea.id")
    mentorship_id: str = link("mentorship.id", index=False)
    text: str = Field(max_length=4_000)
    at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    salt: str = salted()
