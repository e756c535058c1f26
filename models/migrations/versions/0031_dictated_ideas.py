"""An operator may type an idea in a colleague's name, who confirms that it is theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

PEOPLE = ("person_id", "typed_by", "code_by", "settled_by")


def upgrade() -> None:
    """Nobody typed anything for anybody so far."""
    op.create_table(
        "dictatedidea",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("call_id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("typed_by", sa.String(length=26), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("proposal", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_by", sa.String(length=26), nullable=True),
        sa.Column("settled_by", sa.String(length=26), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idea_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in PEOPLE),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idea_id"),
    )
    op.create_index("ix_dictatedidea_typed_by", "dictatedidea", ["typed_by"])
    waiting = sa.text("settled_at IS NULL")
    columns = ["person_id", "call_id", "title"]
    op.create_index("ix_dictatedidea_waiting", "dictatedidea", columns, unique=True, sqlite_where=waiting, postgresql_where=waiting)
