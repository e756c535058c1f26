"""A call may be sealed until its end, and a named person let in after it by a permit that two people gave."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

PEOPLE = ("person_id", "given_by", "confirmed_by", "ended_by")
KEPT = "a late permit stays on record"


def upgrade() -> None:
    """No call was sealed so far, and nobody had a permit."""
    op.add_column("call", sa.Column("is_sealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_call_sealed", "call", ["id"], sqlite_where=sa.text("is_sealed = 1"), postgresql_where=sa.text("is_sealed"))
    op.create_table(
        "latepermit",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("call_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("given_by", sa.String(length=26), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=26), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idea_id", sa.String(length=26), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in PEOPLE),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idea_id"),
    )
    op.create_index("ix_latepermit_call", "latepermit", ["call_id", "person_id"])
    op.create_index("ix_latepermit_person_id", "latepermit", ["person_id"])
    waiting = sa.text("confirmed_at IS NULL AND ended_at IS NULL")
    op.create_index("ix_latepermit_waiting", "latepermit", ["until"], sqlite_where=waiting, postgresql_where=waiting)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER latepermit_kept BEFORE DELETE ON latepermit BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        return
    op.execute(f"CREATE FUNCTION latepermit_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$")
    op.execute("CREATE TRIGGER latepermit_kept BEFORE DELETE ON latepermit FOR EACH ROW EXECUTE FUNCTION latepermit_kept()")
