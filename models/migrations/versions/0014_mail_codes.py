"""Mail addresses are confirmed by codes, and with one a forgotten password is set anew."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

PURPOSES = ("new_address", "old_address", "forgotten")


def upgrade() -> None:
    """No address that there is counts as confirmed: nobody has proved that it is theirs."""
    op.add_column("account", sa.Column("confirmed_email", sa.String(length=254), nullable=False, server_default=""))
    op.create_table(
        "mailcode",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("change_id", sa.String(length=26), nullable=True),
        sa.Column("purpose", sa.Enum(*PURPOSES, name="mailpurpose", native_enum=False, length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mailcode_person_id", "mailcode", ["person_id"])
