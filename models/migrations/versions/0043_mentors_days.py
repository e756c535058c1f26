"""Whoever is asked as a mentor since before requests ended by themselves has the whole of the days that are given from now on."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """No mentor was told of a last day when those requests were made."""
    op.add_column("mentorship", sa.Column("counted_from", sa.DateTime(timezone=True), nullable=True))
    mentorship = sa.table("mentorship", sa.column("state"), sa.column("counted_from", sa.DateTime(timezone=True)))
    op.execute(sa.update(mentorship).where(mentorship.c.state == "requested").values(counted_from=datetime.now(UTC)))
