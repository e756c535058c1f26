"""People without employee number sign in by a name of their own, and everybody by a confirmed mail address."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Addresses that are confirmed already open their accounts too, written in lower case; nobody has a name yet."""
    op.create_table(
        "signinname",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("likeness", sa.String(length=40), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("likeness"),
    )
    op.create_index("ix_signinname_person_id", "signinname", ["person_id"])
    op.add_column("account", sa.Column("email_key", sa.String(length=254), nullable=True))
    op.create_index("ix_account_email_key", "account", ["email_key"])
    op.execute("UPDATE account SET email_key = lower(confirmed_email) WHERE confirmed_email <> ''")
