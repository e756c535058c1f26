"""What somebody typed into the form of an idea and did not save yet, so that a phone may die in the middle of a sentence."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import UtcInstant, key, link, optional_link
from models.instants import wall_now

_NEW = sa.text("idea_id IS NULL")
_version: sa.Column[int] = sa.Column("version", sa.Integer, nullable=False, default=1)


class KeptWriting(SQLModel, table=True):
    """The fields of one person's form as they were typed last: theirs alone, no part of any idea, in no count, history or ledger.

    Of a new idea it is kept by its call, of one that there is by what is done to it (`action`), with the `revision` that it was typed over.
    `page` is the page that sent it, by the key of its form, `turn` which of that page's it was, and `version` grows with each that is kept.
    It is forgotten once it is saved or thrown away, and when nobody went on with it for long.
    """

    __table_args__ = (
        sa.Index("ix_keptwriting_of_idea", "person_id", "idea_id", "action", unique=True),
        sa.Index("ix_keptwriting_new", "person_id", "call_id", unique=True, sqlite_where=_NEW, postgresql_where=_NEW),
    )

    id: str = key()
    person_id: str = link("person.id", index=False)
    call_id: str = link("call.id", index=False)
    idea_id: str | None = optional_link("idea.id")
    action: str = Field(max_length=20)
    revision: int = 0
    fields: dict[str, str] = Field(sa_type=sa.JSON)
    page: str = Field(max_length=40)
    turn: int
    version: int = Field(default=1, sa_column=_version)
    kept_at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant, index=True)

    __mapper_args__ = {"version_id_col": _version}
