"""Roles and appointments are confirmed by a second person and end; accounts close; tries to sign in are counted by address."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

NAMES = {
    "uq": "%(table_name)s_%(column_0_N_name)s_key",  # PostgreSQL's own; on SQLite the constraint has none
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
}
NOT_ENDED = sa.text("ended_at IS NULL")
KINDS = (
    *("code_asked", "code_made", "password_changed", "role_held", "role_ended"),
    *("account_closed", "account_reopened", "person_moved", "number_changed"),
)
ROLES = ("proposer", "unit_head", "operator", "secretariat", "reviewer", "chair", "pilot_owner", "verifier", "leader", "admin", "auditor")


def upgrade() -> None:
    """What was given before counts as confirmed; who gave it, and when, is not known."""
    _let_grants_end()
    _confirm_appointments()
    _add_tables()
    op.add_column("account", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("signin", sa.Column("device", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("signinfailure", sa.Column("tries", sa.Integer(), nullable=False, server_default="1"))


def _let_grants_end() -> None:
    with op.batch_alter_table("rolegrant", naming_convention=NAMES) as batch_op:
        batch_op.drop_constraint("rolegrant_person_id_role_unit_id_key", type_="unique")
        for name in ("granted_by", "confirmed_by", "ended_by"):
            batch_op.add_column(sa.Column(name, sa.String(length=26), nullable=True))
            batch_op.create_foreign_key(f"rolegrant_{name}_fkey", "person", [name], ["id"])
        for name in ("granted_at", "confirmed_at", "ended_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_rolegrant_open",
        "rolegrant",
        ["person_id", "role", "unit_id"],
        unique=True,
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    )
    _mark_confirmed("rolegrant")


def _confirm_appointments() -> None:
    with op.batch_alter_table("officeholder", naming_convention=NAMES) as batch_op:
        for name in ("appointed_by", "confirmed_by"):
            batch_op.add_column(sa.Column(name, sa.String(length=26), nullable=True))
            batch_op.create_foreign_key(f"officeholder_{name}_fkey", "person", [name], ["id"])
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    _mark_confirmed("officeholder")


def _mark_confirmed(table: str) -> None:
    at = sa.column("confirmed_at", sa.DateTime(timezone=True))
    op.execute(sa.update(sa.table(table, at)).values(confirmed_at=datetime.now(UTC)))


def _add_tables() -> None:
    op.create_table(
        "coderequest",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.String(length=26), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_coderequest_person_id", "coderequest", ["person_id"])
    op.create_table(
        "accountnotice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="noticekind", native_enum=False, length=32), nullable=False),
        sa.Column("role", sa.Enum(*ROLES, name="role", native_enum=False, length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_accountnotice_person", "accountnotice", ["person_id", "at"])
