"""What somebody types into the form of an idea is kept until they save it; and of each policy the newest ideas of a stage are found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

NEW = sa.text("idea_id IS NULL")
SUBMITTED = sa.text("code IS NOT NULL")


def upgrade() -> None:
    """Nobody's is kept so far."""
    op.create_table(
        "keptwriting",
        *(sa.Column(name, sa.String(length=26), nullable=False) for name in ("id", "person_id", "call_id")),
        sa.Column("idea_id", sa.String(length=26), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"]) for table in ("person", "call", "idea")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_keptwriting_of_idea", "keptwriting", ["person_id", "idea_id", "action"], unique=True)
    op.create_index("ix_keptwriting_new", "keptwriting", ["person_id", "call_id"], unique=True, sqlite_where=NEW, postgresql_where=NEW)
    op.create_index("ix_keptwriting_kept_at", "keptwriting", ["kept_at"])
    columns = ["policy_id", "stage", "created_at", "id"]
    op.create_index("ix_idea_opened", "idea", columns, sqlite_where=SUBMITTED, postgresql_where=SUBMITTED)
