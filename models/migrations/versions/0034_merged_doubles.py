"""The second record of one person may be dissolved into the first."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """No record was dissolved so far."""
    op.create_table(
        "mergeddouble",
        sa.Column("double_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("merged_by", sa.String(length=26), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("double_id", "person_id", "merged_by")),
        sa.PrimaryKeyConstraint("double_id"),
    )
    op.create_index("ix_mergeddouble_person_id", "mergeddouble", ["person_id"])
