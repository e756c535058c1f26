"""Whoever had a rejected idea near one that is determined later is told, and may claim it."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

OPEN = sa.text("settled_at IS NULL")
KEPT = "a claim stays on record"


def upgrade() -> None:
    """Nobody was told of a near idea so far: what was determined before is not looked at again."""
    op.create_table(
        "adoptionclaim",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("idea_id", sa.String(length=26), nullable=False),
        sa.Column("adopted_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matching", sa.JSON(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by", sa.String(length=26), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=2_000), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=26), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=2_000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        *(sa.ForeignKeyConstraint([name], ["idea.id"]) for name in ("idea_id", "adopted_id")),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("filed_by", "settled_by")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idea_id", "adopted_id"),
    )
    op.create_index("ix_adoptionclaim_adopted", "adoptionclaim", ["adopted_id"])
    op.create_index("ix_adoptionclaim_open", "adoptionclaim", ["due_at", "id"], sqlite_where=OPEN, postgresql_where=OPEN)
    _keep_on_record()


def _keep_on_record() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER adoptionclaim_kept BEFORE DELETE ON adoptionclaim BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        return
    op.execute(f"CREATE FUNCTION adoptionclaim_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$")
    op.execute("CREATE TRIGGER adoptionclaim_kept BEFORE DELETE ON adoptionclaim FOR EACH ROW EXECUTE FUNCTION adoptionclaim_kept()")
