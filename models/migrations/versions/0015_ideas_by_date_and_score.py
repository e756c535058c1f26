"""Lists of ideas by date and by score are read along an index."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

INDEXES = (("due_at",), ("stage", "due_at"), ("score",), ("stage", "score"))


def upgrade() -> None:
    """The index on the date alone becomes one on date and id."""
    op.drop_index("ix_idea_due_at", "idea")
    for columns in INDEXES:
        known = sa.text(f"{columns[-1]} IS NOT NULL")
        op.create_index(f"ix_idea_{'_'.join(columns)}", "idea", [*columns, "id"], sqlite_where=known, postgresql_where=known)
