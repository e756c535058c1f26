"""Ideas are found by the names of their team, whatever unit somebody is of: along an index of the words alone."""

from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """The words of names are kept as before. What else is searched now is read anew by `gagas migrate`, as no terms are of the schema."""
    op.create_index("ix_nameword_of_word", "nameword", ["word", "person_id"])
