"""A revision keeps the short answers of its form beside its sections; one written before has none."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Added in place, since a copied table would lose its triggers."""
    op.add_column("revision", sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
