"""Ideas may be in a category of their call, and are ranked within it; those that there were are in none."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Added in place, since a copied table would lose its triggers; the default serves the rows that there were."""
    op.execute("ALTER TABLE idea ADD COLUMN category VARCHAR(40) DEFAULT '' NOT NULL")
