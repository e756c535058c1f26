"""A region declares days of its own, and open dates that a day off makes later are counted anew and told of."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

PEOPLE = ("declared_by", "confirmed_by", "ended_by")
KEPT = "a declared day stays on record"


def upgrade() -> None:
    """No region had days of its own, and every wait was counted in calendar days."""
    _add_declared_days()
    _add_recounts()
    _keep_declared_days()


def _add_declared_days() -> None:
    op.create_table(
        "declaredday",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("declared_by", sa.String(length=26), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=26), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in PEOPLE),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_declaredday_day", "declaredday", ["day"])
    waiting = sa.text("confirmed_at IS NULL AND ended_at IS NULL")
    op.create_index("ix_declaredday_waiting", "declaredday", ["day"], unique=True, sqlite_where=waiting, postgresql_where=waiting)
    in_force = sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL")
    op.create_index("ix_declaredday_in_force", "declaredday", ["day"], unique=True, sqlite_where=in_force, postgresql_where=in_force)


def _add_recounts() -> None:
    op.create_table(
        "recount",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("calendar", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=26), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_table(
        "moveddate",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("recount_id", sa.String(length=26), nullable=False),
        sa.Column("idea_id", sa.String(length=26), nullable=False),
        sa.Column("item_id", sa.String(length=26), nullable=True),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["inboxitem.id"]),
        sa.ForeignKeyConstraint(["recount_id"], ["recount.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("recount_id", "idea_id", "item_id"),
    )


def _keep_declared_days() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER declaredday_kept BEFORE DELETE ON declaredday BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        return
    op.execute(f"CREATE FUNCTION declaredday_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$")
    op.execute("CREATE TRIGGER declaredday_kept BEFORE DELETE ON declaredday FOR EACH ROW EXECUTE FUNCTION declaredday_kept()")
