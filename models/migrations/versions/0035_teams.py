"""Whoever was asked to join a team and has not answered is reminded."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0031"


def upgrade() -> None:
    """Nobody was reminded so far; who is asked from now on will be."""
    op.add_column("invitation", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("reminded", sa.JSON(), server_default="[]", nullable=False))
    waiting = sa.text("remind_at IS NOT NULL")
    columns = ["remind_at", "id"]
    op.create_index("ix_invitation_to_remind", "invitation", columns, sqlite_where=waiting, postgresql_where=waiting)
