"""Held messages: those of a job that met an open gate, found by their idea when the gate is passed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"

HELD = sa.text("state = 'held'")


def upgrade() -> None:
    """Index the held messages, which are few, by their idea."""
    op.create_index("ix_message_held", "message", ["idea_id"], sqlite_where=HELD, postgresql_where=HELD)
