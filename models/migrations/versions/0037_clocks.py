"""Clocks stand still for a declared cause, and whoever is asked is reminded in the steps that a policy names."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

PEOPLE = ("declared_by", "confirmed_by", "ended_by")
KEPT = "a declared pause stays on record"


def upgrade() -> None:
    """No clock was paused so far, and no task reminded of; a policy stored before names no cause and no step."""
    _add_pauses()
    _keep_pauses()
    _add_reminders()


def _add_reminders() -> None:
    op.add_column("inboxitem", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inboxitem", sa.Column("reminded", sa.JSON(), server_default="[]", nullable=False))
    waiting = sa.text("done_at IS NULL AND remind_at IS NOT NULL")
    op.create_index("ix_inboxitem_to_remind", "inboxitem", ["remind_at", "id"], sqlite_where=waiting, postgresql_where=waiting)


def _add_pauses() -> None:
    op.create_table(
        "clockpause",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("unit_id", sa.String(length=26), nullable=False),
        sa.Column("call_id", sa.String(length=26), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=1_000), nullable=False),
        sa.Column("declared_by", sa.String(length=26), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=26), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in PEOPLE),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("unit_id", "call_id", "last_day"):
        op.create_index(f"ix_clockpause_{column}", "clockpause", [column])
    waiting = sa.text("confirmed_at IS NULL AND ended_at IS NULL")
    op.create_index("ix_clockpause_waiting", "clockpause", ["last_day"], sqlite_where=waiting, postgresql_where=waiting)


def _keep_pauses() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER clockpause_kept BEFORE DELETE ON clockpause BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        return
    op.execute(f"CREATE FUNCTION clockpause_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$")
    op.execute("CREATE TRIGGER clockpause_kept BEFORE DELETE ON clockpause FOR EACH ROW EXECUTE FUNCTION clockpause_kept()")
