"""Stages of their own for ideas below the mark and for declined awards, and jobs and inbox items that wait for a gate."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.ids import new_id
from models.instants import local_day, now, region_zone

revision = "0003"
down_revision = "0002"

STANDING = sa.text("stage NOT IN ('declined', 'revoked')")
HELD = sa.text("state = 'held'")
BEHIND_GATES = {  # what is awaited in a stage that an open gate closes: it is asked for once the gate is passed
    "awaiting_permission": "permit",
    "screening": "screen",
    "supplement_asked": "supplement",
    "shortlisted": "recommend",
    "recommended": "determine",
    "deferred": "resume",
    "pilot_reported": "verify",
}
DIED_AT_GATE = "Conflict (gate_open)%"


def upgrade() -> None:
    """Carry over what the old tables said with a date, and let the dates of planned pilots start them."""
    op.drop_index("ux_award_standing", table_name="award")
    op.execute("UPDATE award SET stage = 'declined', revoked_at = NULL, revoke_reason = '' WHERE stage = 'revoked' AND approved_by IS NULL")
    op.create_index("ux_award_standing", "award", ["idea_id"], unique=True, sqlite_where=STANDING, postgresql_where=STANDING)
    op.create_index("ix_message_held", "message", ["idea_id"], sqlite_where=HELD, postgresql_where=HELD)
    connection = op.get_bind()
    names = ("idea", "call", "unit", "policyversion", "inboxitem", "gate", "message")
    tables = {name: sa.Table(name, sa.MetaData(), autoload_with=connection) for name in names}
    _ask_chairs(connection, tables)
    op.execute("UPDATE idea SET stage = 'below_mark' WHERE stage = 'in_review' AND scores_closed_at IS NOT NULL")
    _date_planned_pilots(connection, tables["idea"])
    _let_gates_hold(connection, tables)
    _ask_who_may_act(connection, tables)


def _ask_chairs(connection: sa.Connection, tables: dict[str, sa.Table]) -> None:
    """Below the mark the chair was asked by a flow of its own, which may not have run yet."""
    idea, call, unit, policy, item = (tables[name] for name in ("idea", "call", "unit", "policyversion", "inboxitem"))
    asked = sa.select(item.c.id).where(item.c.idea_id == idea.c.id, item.c.task == "recommend", item.c.done_at.is_(None))
    below = sa.select(idea.c.id, policy.c.body, unit.c.path).join(call, call.c.id == idea.c.call_id).join(unit, unit.c.id == call.c.unit_id)
    below = below.join(policy, policy.c.id == idea.c.policy_id)
    below = below.where(idea.c.stage == "in_review", idea.c.scores_closed_at.is_not(None), ~asked.exists())
    for idea_id, stored, path in connection.execute(below).all():
        body = _read_json(stored)
        due_at = _end_of_day(local_day(now()) + timedelta(days=int(body.get("days", {}).get("recommendation", 14))))
        role = body.get("movers", {}).get("recommend", "chair")
        new = {"id": new_id(), "task": "recommend", "role": role, "unit_path": path, "idea_id": idea_id}
        connection.execute(item.insert().values(**new, created_at=now(), due_at=due_at))
        connection.execute(idea.update().where(idea.c.id == idea_id).values(due_at=due_at))


def _date_planned_pilots(connection: sa.Connection, idea: sa.Table) -> None:
    """A planned pilot starts when the idea's date is past: the end of the day before its first."""
    pilot = sa.Table("pilot", sa.MetaData(), autoload_with=connection)
    planned = sa.select(idea.c.id, pilot.c.starts_on).join(pilot, pilot.c.idea_id == idea.c.id).where(idea.c.stage == "determined")
    for idea_id, starts_on in connection.execute(planned).all():
        connection.execute(idea.update().where(idea.c.id == idea_id).values(due_at=_end_of_day(starts_on - timedelta(days=1))))


def _let_gates_hold(connection: sa.Connection, tables: dict[str, sa.Table]) -> None:
    """Jobs that gave up at an open gate are tried again, and held there; what a gate closes is not asked for until it is passed.

    A gate of the review, which an idea below the mark had left unpassed, closes nothing any more.
    """
    idea, item, gate, message = (tables[name] for name in ("idea", "inboxitem", "gate", "message"))
    died = (message.c.state == "dead") & message.c.error.like(DIED_AT_GATE)
    connection.execute(message.update().where(died).values(state="waiting", attempts=0, error=None))
    for stage, action in BEHIND_GATES.items():
        closed = sa.select(idea.c.id).join(gate, (gate.c.idea_id == idea.c.id) & (gate.c.stage == idea.c.stage))
        closed = closed.where(idea.c.stage == stage, gate.c.state == "open")
        asked = item.c.done_at.is_(None) & (item.c.task == action) & item.c.award_id.is_(None) & item.c.idea_id.in_(closed)
        connection.execute(item.update().where(asked).values(done_at=now()))
    below = sa.select(idea.c.id).where(idea.c.stage == "below_mark")
    asked = item.c.done_at.is_(None) & item.c.task.like("gate:%") & item.c.idea_id.in_(below)
    connection.execute(item.update().where(asked).values(done_at=now()))


def _ask_who_may_act(connection: sa.Connection, tables: dict[str, sa.Table]) -> None:
    """Where a policy gives an action to another role, that role is asked; some items were asked of the usual one, who may not act."""
    idea, call, policy, item = (tables[name] for name in ("idea", "call", "policyversion", "inboxitem"))
    own, office = tables["unit"].alias("own"), tables["unit"].alias("office")
    open_items = (
        sa.select(
            item.c.id, item.c.task, item.c.role, item.c.unit_path, policy.c.body, own.c.path.label("own"), office.c.path.label("office")
        )
        .join(idea, idea.c.id == item.c.idea_id)
        .join(policy, policy.c.id == idea.c.policy_id)
        .join(call, call.c.id == idea.c.call_id)
        .join(own, own.c.id == idea.c.unit_id)
        .join(office, office.c.id == call.c.unit_id)
    )
    for row in connection.execute(open_items.where(item.c.done_at.is_(None), item.c.person_id.is_(None))).all():
        role = _read_json(row.body).get("movers", {}).get(row.task, row.role)
        of_unit = role == "unit_head"
        if role != row.role or (of_unit and not row.own.startswith(row.unit_path)):
            connection.execute(item.update().where(item.c.id == row.id).values(role=role, unit_path=row.own if of_unit else row.office))


def _read_json(stored: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return read


def _end_of_day(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), region_zone()).astimezone(UTC)
