"""What is asked about the teams of ideas may be answered until a day: merges, offers to other calls, changes of members and leads."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

WAITING = sa.text("next_at IS NOT NULL")
UNDOING = sa.text("undone_at IS NULL AND undo_reason != ''")


def upgrade() -> None:
    """What waits already has its day from the first look of the clock after this, as the days are those of its policy: none is past."""
    op.create_table(
        "answertime",
        sa.Column("subject_id", sa.String(length=26), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("asked_at", "until")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_binding", "of_office")),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("next_at", "lapsed_at")),
        sa.PrimaryKeyConstraint("subject_id"),
    )
    op.create_index("ix_answertime_next", "answertime", ["next_at", "subject_id"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index("ix_ideamerge_undoing", "ideamerge", ["id"], sqlite_where=UNDOING, postgresql_where=UNDOING)
