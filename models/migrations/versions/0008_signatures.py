"""A version of a policy is signed by a second person before it counts; a region has ceilings; the documents of a policy are printed first."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

PERSON = "VARCHAR(26) REFERENCES person (id)"
MOVES = "NEW.body{text} <> OLD.body{text} OR NEW.call_id <> OLD.call_id OR NEW.number <> OLD.number OR {author}"
UNSIGNED = "(SELECT signed_at FROM policyversion WHERE call_id = NEW.id ORDER BY number DESC LIMIT 1) IS NULL"
# table, name, when (on SQLite, on PostgreSQL what differs is put in), the acts, what is said
REFUSED = (
    ("policyversion", "fixed", "OLD.signed_at IS NOT NULL OR " + MOVES, ("UPDATE",), "a version of a policy never changes"),
    ("policyversion", "kept", "", ("DELETE",), "a version of a policy is never deleted"),
    (
        "policyversion",
        "second",
        "NEW.signed_at IS NOT NULL AND (NEW.signed_by IS NULL OR NEW.signed_by = NEW.author_id)",
        ("INSERT", "UPDATE"),
        "a policy is signed by somebody who did not write it",
    ),
    (
        "call",
        "signed",
        f"NEW.state = 'open' AND OLD.state <> 'open' AND {UNSIGNED}",
        ("UPDATE",),
        "a call opens under a policy that was signed",
    ),
    ("ceiling", "fixed", "", ("UPDATE", "DELETE"), "ceilings are append-only"),
)


def upgrade() -> None:
    """Columns added in place, since a copied table would lose its triggers; what is in force counts as signed, what is planned does not."""
    for column in (f"author_id {PERSON}", f"signed_by {PERSON}", "signed_sha256 VARCHAR(64)"):
        op.execute(f"ALTER TABLE policyversion ADD COLUMN {column}")
    op.add_column("policyversion", sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "specimen",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "ceiling",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tier_rupiah", sa.BigInteger(), nullable=False),
        sa.Column("call_rupiah", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.String(length=26), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_ceiling_set_by", "ceiling", ["set_by"])
    _find_authors()
    op.execute("UPDATE policyversion SET signed_at = created_at WHERE call_id IN (SELECT id FROM call WHERE state <> 'planned')")
    for refused in REFUSED:
        _refuse(*refused)


def _find_authors() -> None:
    """The ledger tells who planned a call and who amended its policy: they may not sign it now."""
    known = {row[0] for row in op.get_bind().execute(sa.text("SELECT id FROM person"))}
    written = sa.text("SELECT payload FROM ledgerentry WHERE kind IN ('call.plan', 'call.amend_policy')")
    author = sa.text("UPDATE policyversion SET author_id = :author WHERE call_id = :call AND number = :number")
    for (given,) in op.get_bind().execute(written).all():
        fact: dict[str, Any] = json.loads(given) if isinstance(given, str) else given
        if fact["actor"] in known:
            number = fact["detail"].get("number", 1)
            op.get_bind().execute(author, {"author": fact["actor"], "call": fact["subject"], "number": number})


def _refuse(table: str, name: str, when: str, acts: tuple[str, ...], said: str) -> None:
    """Let the database itself refuse acts on a table, always or where a condition holds."""
    if op.get_bind().dialect.name == "sqlite":
        when = when.format(text="", author="NEW.author_id IS NOT OLD.author_id")
        for act in acts:
            condition = f" WHEN {when}" if when else ""
            begin = f"CREATE TRIGGER {table}_{name}_{act.lower()} BEFORE {act} ON {table}{condition}"
            op.execute(f"{begin} BEGIN SELECT RAISE(ABORT, '{said}'); END")
        return
    when = when.format(text="::text", author="NEW.author_id IS DISTINCT FROM OLD.author_id")
    body = f"BEGIN IF {when or 'true'} THEN RAISE EXCEPTION '{said}'; END IF; RETURN NEW; END"
    op.execute(f"CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {' OR '.join(acts)} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{name}()")
