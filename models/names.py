"""The words of people's names, by which colleagues are found, and ideas by their team."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

# in the order of their signs on either database, or what a word begins with would be no range of the index
_WORD = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")


class NameWord(SQLModel, table=True):
    """A word of somebody's name as `workflows/calculations/names.py` writes it, with the unit they are in.

    It says nothing that the person's own row does not, and is written with it (`workflows/region/name_words.py`).
    """

    __table_args__ = (
        sa.Index("ix_nameword_of_unit", "unit_id", "word", "person_id"),
        sa.Index("ix_nameword_of_word", "word", "person_id"),
    )

    person_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    word: str = Field(primary_key=True, sa_type=_WORD)
    unit_id: str = Field(max_length=26)
