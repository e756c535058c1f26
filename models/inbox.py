"""The inbox: who is awaited, for what, until when."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, choice, key, optional_link
from models.instants import now
from models.people import Role
from models.waits import Span, WaitUnit

_STILL_OPEN = sa.text("done_at IS NULL")
_TO_ESCALATE = sa.text("done_at IS NULL AND escalated_at IS NULL")
_TO_REMIND = sa.text("done_at IS NULL AND remind_at IS NOT NULL")
_ASKED_BY_NAME = sa.text("done_at IS NULL AND person_id IS NOT NULL")


class InboxItem(SQLModel, table=True):
    """One thing a person, or a role over a unit, is asked to do; done when the idea or award moves on.

    `moves` counts how often its date was moved, `moved_at` says when it last was: what a calendar needs to take over a new date.
    `remind_at` is when to look next whether somebody is to be reminded, `reminded` which steps were told when. `passed_at` is since when
    whoever is asked now is asked, where it was passed up to them; `told_until` the last date that the team was told for it beside the
    policy's; `working_days` how long it may take where that is not the policy's whole wait.
    """

    __table_args__ = (
        sa.Index("ix_inboxitem_open", "role", "due_at", "id", sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
        sa.Index("ix_inboxitem_mine", "person_id", sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
        sa.Index("ix_inboxitem_to_escalate", "due_at", "id", sqlite_where=_TO_ESCALATE, postgresql_where=_TO_ESCALATE),
        sa.Index("ix_inboxitem_to_remind", "remind_at", "id", sqlite_where=_TO_REMIND, postgresql_where=_TO_REMIND),
        sa.Index("ix_inboxitem_named", "due_at", "id", sqlite_where=_ASKED_BY_NAME, postgresql_where=_ASKED_BY_NAME),
    )

    id: str = key()
    task: str = Field(max_length=40)
    role: Role = Field(sa_type=choice(Role))
    unit_path: str = Field(default="", max_length=400)
    person_id: str | None = optional_link("person.id")
    idea_id: str = Field(foreign_key="idea.id", index=True, max_length=26)
    award_id: str | None = optional_link("award.id", index=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    due_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    moves: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    moved_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    escalated_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    done_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    remind_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    reminded: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"})
    passed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    told_until: datetime | None = Field(default=None, sa_type=UtcInstant)
    working_days: int | None = None

    @property
    def asked_at(self) -> datetime:
        """Since when whoever is asked now is asked."""
        return self.passed_at or self.created_at

    @property
    def own_wait(self) -> Span | None:
        """How long it may take, where that is not the policy's whole wait."""
        return None if self.working_days is None else Span(amount=self.working_days, unit=WaitUnit.WORKING_DAYS)


@sa.event.listens_for(InboxItem, "before_update")
def _count_move(_mapper: object, _connection: object, item: InboxItem) -> None:
    """Count a moved date, whoever moved it, and have its reminders counted anew."""
    if sa.inspect(item).attrs.due_at.history.has_changes():
        item.moves, item.moved_at, item.remind_at = item.moves + 1, now(), now()
