"""Facts of the ledger are read newest first along an index, and awards not yet announced are found by one."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

UNANNOUNCED = sa.text("announced_at IS NULL")


def upgrade() -> None:
    """Both indexes; no row changes."""
    op.create_index("ix_ledgerentry_at", "ledgerentry", ["at", "seq"])
    op.create_index("ix_award_unannounced", "award", ["id"], sqlite_where=UNANNOUNCED, postgresql_where=UNANNOUNCED)
