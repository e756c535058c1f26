"""People choose how they are told, and may have a calendar at a secret address; a task says how often its date was moved."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Nobody chose anything so far, and no task's moves were counted."""
    op.add_column("inboxitem", sa.Column("moves", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("inboxitem", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "messagechoice",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("pace", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "heldnews",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=True),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "message_id"),
    )
    op.create_table(
        "calendarfeed",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("secret_hash"),
    )
    dropped = sa.text("job = 'tell_dropped'")
    op.create_index("ix_message_dropped", "message", ["subject_id"], sqlite_where=dropped, postgresql_where=dropped)
