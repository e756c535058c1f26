"""A lighter outbox: only messages asked for once are indexed by their key and subject."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ASKED_ONCE = sa.text("dedupe_key is not null")
NAMES = {"uq": "%(table_name)s_%(column_0_name)s_key"}  # PostgreSQL's own; on SQLite the constraint has none


def upgrade() -> None:
    """Replace two indexes and a constraint that every message had to be written into."""
    with op.batch_alter_table("message", naming_convention=NAMES) as batch_op:
        batch_op.drop_index("ix_message_idea_id")
        batch_op.drop_index("ix_message_subject_id")
        batch_op.drop_constraint("message_dedupe_key_key", type_="unique")
    for name, column, unique in (("ix_message_dedupe_key", "dedupe_key", True), ("ix_message_asked_once", "subject_id", False)):
        op.create_index(name, "message", [column], unique=unique, sqlite_where=ASKED_ONCE, postgresql_where=ASKED_ONCE)
