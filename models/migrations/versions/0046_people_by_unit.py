"""The people of a unit are read by name along an index, a page at a time."""

from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """The index by unit alone goes: the new one begins with the unit, too."""
    op.create_index("ix_person_of_unit", "person", ["unit_id", "name", "id"])
    op.drop_index("ix_person_unit_id", table_name="person")
