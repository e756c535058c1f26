"""A call may be extended, archived and amended for ideas under way; what happened to it is kept, and never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

MOVES = "NEW.line {differs} OLD.line OR NEW.amends {differs} OLD.amends OR NEW.reason {differs} OLD.reason"
HALF = "(NEW.line IS NULL) <> (NEW.amends IS NULL)"
# table, name, when (on each database what tells values apart is put in), the acts, what is said
REFUSED = (
    ("callchange", "kept", "", ("UPDATE", "DELETE"), "what happened to a call is never changed"),
    ("policyversion", "amendment", MOVES, ("UPDATE",), "what an amendment amends never changes"),
    ("policyversion", "whole", HALF, ("INSERT",), "an amendment says what it amends"),
)


def upgrade() -> None:
    """Columns added in place, since a copied table would lose its triggers; every version so far is one for new drafts."""
    for column in ("line INTEGER", "amends INTEGER", "reason VARCHAR(1000)"):
        op.execute(f"ALTER TABLE policyversion ADD COLUMN {column}")
    op.add_column("call", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "callchange",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("call_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("closes_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_callchange_call", "callchange", ["call_id", "at"])
    for refused in REFUSED:
        _refuse(*refused)


def _refuse(table: str, name: str, when: str, acts: tuple[str, ...], said: str) -> None:
    """Let the database itself refuse acts on a table, always or where a condition holds."""
    if op.get_bind().dialect.name == "sqlite":
        for act in acts:
            condition = f" WHEN {when.format(differs='IS NOT')}" if when else ""
            begin = f"CREATE TRIGGER {table}_{name}_{act.lower()} BEFORE {act} ON {table}{condition}"
            op.execute(f"{begin} BEGIN SELECT RAISE(ABORT, '{said}'); END")
        return
    condition = when.format(differs="IS DISTINCT FROM") or "true"
    body = f"BEGIN IF {condition} THEN RAISE EXCEPTION '{said}'; END IF; RETURN NEW; END"
    op.execute(f"CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {' OR '.join(acts)} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{name}()")
