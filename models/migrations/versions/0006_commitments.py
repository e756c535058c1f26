"""Rows get a salt, so that entries of the ledger can commit to what they say without showing it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SALTED = ("idea", "teammember", "decision", "review", "pilot", "indicator", "measurement", "award", "awardshare", "document")


def upgrade() -> None:
    """A column each, empty until the next fact about the row; added in place, since a copied table would lose its triggers."""
    for table in SALTED:
        op.add_column(table, sa.Column("salt", sa.String(length=64), nullable=False, server_default=""))
