"""A task knows since when it was passed up, which date its team was told, and how long it may take where the policy's wait had begun."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Nobody above was given a date so far, no team was told of one; what waits to be completed is looked at for its last notice."""
    op.add_column("inboxitem", sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inboxitem", sa.Column("told_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inboxitem", sa.Column("working_days", sa.Integer(), nullable=True))
    item = sa.table("inboxitem", *map(sa.column, ("task", "created_at", "done_at", "remind_at")))
    waiting = (item.c.task == "supplement") & item.c.done_at.is_(None) & item.c.remind_at.is_(None)
    op.execute(sa.update(item).where(waiting).values(remind_at=item.c.created_at))
