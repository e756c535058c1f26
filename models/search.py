"""The terms of what each idea says, by which ideas are found: one index for lists and for what is similar."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.columns import counter

# How the names begin of what a database keeps beside the table, none of which has a model: SQLite a table of FTS5, PostgreSQL a column of
# `tsvector` and a GIN index over it.
INDEX = "searchindex"


class SearchText(SQLModel, table=True):
    """What an idea says at one revision as terms with spaces between: `title` and `body` as `workflows/calculations/words.py` reduces
    them, `words` as they are written, each behind a `_`. Short answers are in `words` alone, as likeness is of texts: as they are written,
    their terms each behind a `__`, and the words of addresses behind a `___`.

    It is written with the revision, of drafts too: who may find an idea is asked of the idea, as everywhere. `edition` is that of
    the rules by which words were read; `number` follows the order in which ideas were begun.
    """

    number: int | None = Field(default=None, primary_key=True, sa_type=counter())
    idea_id: str = Field(foreign_key="idea.id", unique=True, max_length=26)
    revision: int
    edition: int
    title: str = Field(sa_type=sa.Text)
    body: str = Field(sa_type=sa.Text)
    words: str = Field(sa_type=sa.Text)
