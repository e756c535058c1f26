"""Whoever was asked to join a team and has not answered is reminded; who leaves one is replaced on record."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

PEOPLE = ("leaver_id", "newcomer_id", "asked_by", "settled_by")


def upgrade() -> None:
    """Nobody was reminded so far; who is asked from now on will be."""
    op.add_column("invitation", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("reminded", sa.JSON(), server_default="[]", nullable=False))
    waiting = sa.text("remind_at IS NOT NULL")
    columns = ["remind_at", "id"]
    op.create_index("ix_invitation_to_remind", "invitation", columns, sqlite_where=waiting, postgresql_where=waiting)
    _add_replacements()


def _add_replacements() -> None:
    op.create_table(
        "replacement",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("idea_id", sa.String(length=26), nullable=False),
        sa.Column("leaver_id", sa.String(length=26), nullable=False),
        sa.Column("newcomer_id", sa.String(length=26), nullable=True),
        sa.Column("number", sa.String(length=18), nullable=False),
        sa.Column("reason", sa.String(length=1_000), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terms", sa.String(length=64), nullable=False),
        sa.Column("agreed", sa.JSON(), nullable=False),
        sa.Column("settled_by", sa.String(length=26), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("end_reason", sa.String(length=1_000), nullable=False),
        sa.Column("team", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in PEOPLE),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_replacement_idea_id", "replacement", ["idea_id"])
    op.create_index("ix_replacement_newcomer_id", "replacement", ["newcomer_id"])
    waiting = sa.text("settled_at IS NULL")
    op.create_index("ix_replacement_waiting", "replacement", ["idea_id"], unique=True, sqlite_where=waiting, postgresql_where=waiting)
