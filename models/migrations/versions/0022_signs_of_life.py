"""When a relay was last there, and when Prefect last answered one; what was given up is found along an index, however much was done."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

INDEXES = {"dead": "state = 'dead'", "strange": "state not in ('waiting', 'claimed', 'held', 'handled', 'dead')"}


def upgrade() -> None:
    """Nothing is known of either until a relay has run."""
    for name in ("relay_at", "prefect_at"):
        op.add_column("clocktick", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name, where in INDEXES.items():
        which = sa.text(where)
        op.create_index(f"ix_message_{name}", "message", ["id"], sqlite_where=which, postgresql_where=which)
