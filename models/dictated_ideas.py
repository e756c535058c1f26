"""Ideas that an operator typed in a colleague's name: nobody's until the colleague has confirmed that it is theirs."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import UtcInstant, key, link, optional_link, salted
from models.instants import now

_WAITING = sa.text("settled_at IS NULL")


class DictatedIdea(SQLModel, table=True):
    """What an operator typed for a colleague who does not write it themself; it counts for nothing before it is confirmed.

    Then an idea of the colleague's says it, and the text is forgotten here, as it is where one of them gives it up. Who typed it stays on
    record. `version` grows with the text: a code, and a page, are good for the text that they were made for.
    """

    __table_args__ = (
        UniqueConstraint("idea_id"),
        sa.Index("ix_dictatedidea_waiting", "person_id", "call_id", "title", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: str = key()
    call_id: str = link("call.id", index=False)
    person_id: str = link("person.id", index=False)
    typed_by: str = link("person.id")
    typed_at: datetime = Field(default_factory=now, sa_type=UtcInstant)
    title: str = Field(max_length=300)  # of the proposal; empty once it is settled
    proposal: dict[str, Any] = Field(sa_type=sa.JSON)
    version: int = 1
    salt: str = salted()
    code_hash: str | None = Field(default=None, max_length=64)
    code_until: datetime | None = Field(default=None, sa_type=UtcInstant)
    code_by: str | None = optional_link("person.id")
    settled_by: str | None = optional_link("person.id")
    settled_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    idea_id: str | None = optional_link("idea.id")
