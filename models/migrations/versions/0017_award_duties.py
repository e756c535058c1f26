"""An award's proposer and approver are compared with every duty however they come into its row; old rows stay."""

import importlib
from typing import Any

from alembic import op

revision = "0017"
down_revision = "0016"

_DUTIES: Any = importlib.import_module("models.migrations.versions.0007_duties")
GUARDED = (  # what 0007 left open: its name, the act, the person and the step
    ("award_insert_approved_apart", "INSERT", "approved_by", "'award_approve'"),
    ("award_update_proposed_apart", "UPDATE OF proposed_by", "proposed_by", "'award_propose'"),
)
BOTH = "NEW.proposed_by = NEW.approved_by"  # in one row that is written at once, where neither stands in the table before


def upgrade() -> None:
    """Triggers for an award that is inserted with its approver, or given another proposer, or both in one person."""
    if op.get_bind().dialect.name == "sqlite":
        for name, act, person, step in GUARDED:
            refused = _DUTIES._has_other_duty(f"NEW.{person}", step, _DUTIES._LOOSENED_SQLITE)
            _guard_sqlite(name, act, f"NEW.{person} IS NOT NULL", refused)
        for act in ("INSERT", "UPDATE"):
            _guard_sqlite(f"award_{act.lower()}_both_apart", act, BOTH, "true")
        return
    for name, act, person, step in GUARDED:
        refused = _DUTIES._has_other_duty(f"NEW.{person}", step, _DUTIES._LOOSENED_POSTGRESQL)
        _guard_postgresql(name, act, f"NEW.{person} IS NOT NULL", refused)
    for act in ("INSERT", "UPDATE"):
        _guard_postgresql(f"award_{act.lower()}_both_apart", act, BOTH, "true")


def _guard_sqlite(name: str, act: str, when: str, refused: str) -> None:
    refusing = f"SELECT RAISE(ABORT, '{_DUTIES.REFUSAL}') WHERE {refused};"
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON award WHEN {when} BEGIN {refusing} END")


def _guard_postgresql(name: str, act: str, when: str, refused: str) -> None:
    locked = "PERFORM 1 FROM idea WHERE id = NEW.idea_id FOR NO KEY UPDATE"  # two acts of one person at once meet here
    raised = f"RAISE EXCEPTION '{_DUTIES.REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'"
    body = f"BEGIN {locked}; IF {refused} THEN {raised}; END IF; RETURN NEW; END"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON award FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()")
