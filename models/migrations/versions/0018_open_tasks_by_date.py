"""Open tasks by date are found along indexes that hold open ones only, however many were done before."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

INDEXES = {"to_escalate": "escalated_at IS NULL", "named": "person_id IS NOT NULL"}


def upgrade() -> None:
    """The index on every date becomes one of what is to escalate and one of what is asked by name; no row changes."""
    op.drop_index("ix_inboxitem_due_at", "inboxitem")
    for name, which in INDEXES.items():
        held = sa.text(f"done_at IS NULL AND {which}")
        op.create_index(f"ix_inboxitem_{name}", "inboxitem", ["due_at", "id"], sqlite_where=held, postgresql_where=held)
