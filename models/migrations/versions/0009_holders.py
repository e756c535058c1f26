"""Messages name the process that holds them, and the clock's row keeps what makes a run's key unguessable."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

HELD = sa.text("holder is not null")


def upgrade() -> None:
    """Two columns, empty in old rows: a message claimed before names no holder and is free once its lease is over."""
    op.add_column("message", sa.Column("holder", sa.String(length=26), nullable=True))
    op.create_index("ix_message_holder", "message", ["holder"], sqlite_where=HELD, postgresql_where=HELD)
    op.add_column("clocktick", sa.Column("key_secret", sa.String(length=64), nullable=False, server_default=""))
