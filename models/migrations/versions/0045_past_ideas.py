"""Ideas of years before this system are on record, with the file that tells of them and the terms by which they are found."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

KEPT = "what a file told of earlier years stays on record"


def upgrade() -> None:
    """None were told of so far."""
    _add_files()
    _add_ideas()
    _add_terms()
    _keep_all()


def _add_files() -> None:
    op.create_table(
        "pastfile",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=26), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("salt", sa.String(length=64), nullable=False),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("author_id", "confirmed_by", "ended_by")),
        sa.PrimaryKeyConstraint("id"),
    )


def _add_ideas() -> None:
    op.create_table(
        "pastidea",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("file_id", sa.String(length=26), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("title_key", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("programme", sa.String(length=300), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("initiator", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("holder_id", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["pastfile.id"]),
        *(sa.ForeignKeyConstraint([name], ["unit.id"]) for name in ("unit_id", "holder_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("file_id", "row"),
    )
    standing = sa.text("ended_at IS NULL")
    same = ["unit_id", "received_on", "title_key"]
    op.create_index("ux_pastidea_same", "pastidea", same, unique=True, sqlite_where=standing, postgresql_where=standing)
    op.create_index("ix_pastidea_received", "pastidea", ["received_on", "id"])
    op.create_index("ix_pastidea_person_id", "pastidea", ["person_id"])


def _add_terms() -> None:
    op.create_table(
        "pasttext",
        sa.Column("past_idea_id", sa.String(length=26), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("title", "body", "words")),
        sa.ForeignKeyConstraint(["past_idea_id"], ["pastidea.id"]),
        sa.PrimaryKeyConstraint("past_idea_id"),
    )
    op.create_table(
        "pastterm",
        sa.Column("term", sa.String(length=80), nullable=False),
        sa.Column("past_idea_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["past_idea_id"], ["pastidea.id"]),
        sa.PrimaryKeyConstraint("term", "past_idea_id"),
    )
    op.create_index("ix_pastterm_past_idea_id", "pastterm", ["past_idea_id"])


def _keep_all() -> None:
    """Nobody deletes what a file told; that it was refused or taken back is written beside it."""
    tables = ("pastfile", "pastidea")
    if op.get_bind().dialect.name == "sqlite":
        for table in tables:
            op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        return
    op.execute(f"CREATE FUNCTION pastfile_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$")
    for table in tables:
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION pastfile_kept()")
