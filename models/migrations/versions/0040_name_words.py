"""Colleagues are found by the words of their names, along an index."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

AT_ONCE = 2_000
ACCENTS = range(0x300, 0x370)
APOSTROPHES = str.maketrans("", "", "'`´‘’ʹʻʼʾʿ")


def upgrade() -> None:
    """Write the words of the names that there are."""
    word = sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql")
    words = op.create_table(
        "nameword",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("word", word, nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id", "word"),
    )
    _fill(op.get_bind(), words)
    op.create_index("ix_nameword_of_unit", "nameword", ["unit_id", "word", "person_id"])


def _fill(connection: sa.Connection, words: sa.Table) -> None:
    people = sa.table("person", *map(sa.column, ("id", "name", "unit_id")))
    asked, last = sa.select(people).order_by(people.c.id).limit(AT_ONCE), ""
    while rows := connection.execute(asked.where(people.c.id > last)).all():
        new = [{"person_id": row.id, "word": word, "unit_id": row.unit_id} for row in rows for word in _split(row.name)]
        if new:
            connection.execute(words.insert(), new)
        last = rows[-1].id


def _split(name: str) -> dict[str, None]:
    """The words of a name in small letters without accents, each once; an apostrophe parts none."""
    plain = _drop_accents(_drop_accents(name.translate(APOSTROPHES)).casefold())
    kept = "".join(sign if sign.isalnum() or unicodedata.category(sign).startswith("M") else " " for sign in plain)
    return dict.fromkeys(word[:40] for word in kept.split())


def _drop_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if ord(sign) not in ACCENTS)
