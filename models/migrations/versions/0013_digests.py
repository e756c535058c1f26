"""One digest a day in place of a reminder for each item: an item no longer says when somebody was reminded of it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

LEFT = ("waiting", "claimed", "held", "dead")


def upgrade() -> None:
    """Reminders that were not sent yet are left to the next morning's digest."""
    message = sa.table("message", *(sa.Column(name, sa.String()) for name in ("job", "state", "handled_at", "created_at")))
    left = sa.update(message).where(message.c.job == "send_reminder", message.c.state.in_(LEFT))
    op.execute(left.values(state="handled", handled_at=message.c.created_at))
    with op.batch_alter_table("inboxitem") as batch_op:
        batch_op.drop_column("reminded_at")
