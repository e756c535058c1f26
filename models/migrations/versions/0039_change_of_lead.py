"""A member may come to lead what is handed in, the ledger commits to who is asked to join, and a hidden comment may be shown again."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

OF_LEAD = "leaver_id = (SELECT lead_id FROM idea WHERE idea.id = replacement.idea_id)"


def upgrade() -> None:
    """What waits for another lead is told from what waits for another member; of what is settled nothing asks for it."""
    op.add_column("replacement", sa.Column("of_lead", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(f"UPDATE replacement SET of_lead = true WHERE settled_at IS NULL AND {OF_LEAD}")
    op.drop_index("ix_replacement_waiting", "replacement")
    waiting, columns = sa.text("settled_at IS NULL"), ["idea_id", "of_lead"]
    op.create_index("ix_replacement_waiting", "replacement", columns, unique=True, sqlite_where=waiting, postgresql_where=waiting)
    op.add_column("invitation", sa.Column("salt", sa.String(length=64), server_default="", nullable=False))
    older = sa.text("salt = ''")
    op.create_index("ix_invitation_older", "invitation", ["idea_id"], sqlite_where=older, postgresql_where=older)
    op.add_column("ideacomment", sa.Column("shown_again", sa.JSON(), server_default="[]", nullable=False))
