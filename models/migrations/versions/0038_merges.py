"""An idea may join an earlier one of its call by everybody's consent, or be handed to another agency's call with its time of receipt."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """No ideas were merged or handed on so far."""
    _add_merges()
    _add_parts()
    _add_transfers()


def _add_merges() -> None:
    op.create_table(
        "ideamerge",
        sa.Column("id", sa.String(length=26), nullable=False),
        *(sa.Column(name, sa.String(length=26), nullable=False) for name in ("idea_id", "into_id")),
        sa.Column("reason", sa.String(length=1_000), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terms", sa.String(length=64), nullable=False),
        sa.Column("confirmed_by", sa.String(length=26), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=26), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("end_reason", sa.String(length=1_000), nullable=False),
        sa.Column("stage_before", sa.String(length=32), nullable=False),
        sa.Column("was_permitted", sa.Boolean(), nullable=False),
        sa.Column("team", sa.JSON(), nullable=False),
        sa.Column("undo_reason", sa.String(length=1_000), nullable=False),
        sa.Column("undone_by", sa.String(length=26), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("salt", sa.String(length=64), nullable=False),
        *(sa.ForeignKeyConstraint([name], ["idea.id"]) for name in ("idea_id", "into_id")),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("asked_by", "confirmed_by", "settled_by", "undone_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    waiting = sa.text("settled_at IS NULL")
    for name, column in (("ux_ideamerge_waiting", "idea_id"), ("ux_ideamerge_waited_for", "into_id")):
        op.create_index(f"ix_ideamerge_{column}", "ideamerge", [column])
        op.create_index(name, "ideamerge", [column], unique=True, sqlite_where=waiting, postgresql_where=waiting)


def _add_parts() -> None:
    op.create_table(
        "mergepart",
        *(sa.Column(name, sa.String(length=26), nullable=False) for name in ("id", "merge_id", "idea_id", "person_id")),
        sa.Column("position", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("in_earlier", "in_later", "leads_earlier", "leads_later")),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("share_hundredths", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("opened_at", "agreed_at", "undo_agreed_at")),
        sa.Column("apart_id", sa.String(length=26), nullable=True),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["ideamerge.id"]),
        *(sa.ForeignKeyConstraint([name], ["idea.id"]) for name in ("idea_id", "apart_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("merge_id", "person_id"),
    )
    for column in ("merge_id", "idea_id", "person_id", "apart_id"):
        op.create_index(f"ix_mergepart_{column}", "mergepart", [column])


def _add_transfers() -> None:
    op.create_table(
        "ideatransfer",
        *(
            sa.Column(name, sa.String(length=26), nullable=False)
            for name in ("id", "idea_id", "from_call_id", "to_call_id", "policy_before")
        ),
        sa.Column("reason", sa.String(length=1_000), nullable=False),
        sa.Column("offered_by", sa.String(length=26), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(length=26), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=26), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("end_reason", sa.String(length=1_000), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        *(sa.ForeignKeyConstraint([name], ["call.id"]) for name in ("from_call_id", "to_call_id")),
        sa.ForeignKeyConstraint(["policy_before"], ["policyversion.id"]),
        *(sa.ForeignKeyConstraint([name], ["person.id"]) for name in ("offered_by", "accepted_by", "settled_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("idea_id", "to_call_id"):
        op.create_index(f"ix_ideatransfer_{column}", "ideatransfer", [column])
    waiting = sa.text("settled_at IS NULL")
    op.create_index("ix_ideatransfer_waiting", "ideatransfer", ["idea_id"], unique=True, sqlite_where=waiting, postgresql_where=waiting)
