"""An idea may say who initiated it, since when it is in use and which earlier idea it continues; a unit's ideas in a call are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Columns added in place; nobody was asked for any of them so far, so they stay empty and the hashes of old content hold."""
    op.add_column("revision", sa.Column("initiator", sa.String(length=20), nullable=True))
    op.add_column("revision", sa.Column("in_use_since", sa.Date(), nullable=True))
    op.add_column("revision", sa.Column("earlier_code", sa.String(length=20), nullable=True))
    submitted = sa.text("code IS NOT NULL")
    op.create_index("ix_idea_quota", "idea", ["call_id", "unit_id"], sqlite_where=submitted, postgresql_where=submitted)
