"""Ideas are found by their terms, and people say what two ideas have to do with each other.

The index of the ideas that there are is filled by `gagas migrate`, `gagas serve` and `gagas reindex`, as terms are no matter of the schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

COLUMNS = "title, body, words"
# our own terms as they are: `to_tsvector` would take them apart as its parser sees fit
LEXEMES = "array_to_tsvector(array_remove(string_to_array(title || ' ' || body || ' ' || words, ' '), ''))"
ADD = f"INSERT INTO searchindex (rowid, {COLUMNS}) VALUES (new.number, new.title, new.body, new.words)"
DROP = f"INSERT INTO searchindex (searchindex, rowid, {COLUMNS}) VALUES ('delete', old.number, old.title, old.body, old.words)"
KEPT = "a link between ideas stays on record"


def upgrade() -> None:
    """No idea was indexed and none linked so far."""
    op.create_table(
        "searchtext",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idea_id", sa.String(length=26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("title", "body", "words")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("idea_id"),
    )
    op.create_table(
        "idealink",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("idea_id", sa.String(length=26), nullable=False),
        sa.Column("other_id", sa.String(length=26), nullable=False),
        sa.Column("pair", sa.String(length=53), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("said_by", sa.String(length=26), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=1000), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        *(sa.ForeignKeyConstraint([name], ["idea.id"]) for name in ("idea_id", "other_id")),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("said_by", "ended_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_idealink_idea_id", "idealink", ["idea_id"])
    op.create_index("ix_idealink_other", "idealink", ["other_id"])
    standing = sa.text("ended_at IS NULL")
    op.create_index("ux_idealink_pair", "idealink", ["pair"], unique=True, sqlite_where=standing, postgresql_where=standing)
    if op.get_bind().dialect.name == "sqlite":
        _make_index_of_sqlite()
    else:
        _make_index_of_postgresql()


def _make_index_of_sqlite() -> None:
    """FTS5 beside the table, whose text it does not keep a second time; any byte beyond ASCII is part of a term, as every term is ours."""
    op.execute(
        f"CREATE VIRTUAL TABLE searchindex USING fts5({COLUMNS}, content='searchtext', content_rowid='number', "
        "tokenize=\"ascii tokenchars '_'\", detail='column')"
    )
    op.execute(f"CREATE TRIGGER searchtext_added AFTER INSERT ON searchtext BEGIN {ADD}; END")
    op.execute(f"CREATE TRIGGER searchtext_dropped AFTER DELETE ON searchtext BEGIN {DROP}; END")
    op.execute(f"CREATE TRIGGER searchtext_changed AFTER UPDATE OF {COLUMNS} ON searchtext BEGIN {DROP}; {ADD}; END")
    op.execute(f"CREATE TRIGGER idealink_kept BEFORE DELETE ON idealink BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")


def _make_index_of_postgresql() -> None:
    """A column beside the table's own: a common term is found by looking at the newest rows one by one, which must not cost a parse each."""
    op.execute(f"ALTER TABLE searchtext ADD COLUMN searchindex_terms tsvector GENERATED ALWAYS AS ({LEXEMES}) STORED")
    op.execute("CREATE INDEX searchindex ON searchtext USING gin (searchindex_terms) WITH (fastupdate = off)")
    op.execute(f"CREATE FUNCTION idealink_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$")
    op.execute("CREATE TRIGGER idealink_kept BEFORE DELETE ON idealink FOR EACH ROW EXECUTE FUNCTION idealink_kept()")
