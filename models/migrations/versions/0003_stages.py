"""Stages of their own for ideas below the mark and for declined awards, and messages that an open gate holds."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.ids import new_id
from models.instants import region_zone

revision = "0003"
down_revision = "0002"

STANDING = sa.text("stage NOT IN ('declined', 'revoked')")
HELD = sa.text("state = 'held'")


def upgrade() -> None:
    """Carry over what the old tables said with a date, and let the dates of planned pilots start them."""
    op.drop_index("ux_award_standing", table_name="award")
    op.execute("UPDATE award SET stage = 'declined', revoked_at = NULL, revoke_reason = '' WHERE stage = 'revoked' AND approved_by IS NULL")
    op.create_index("ux_award_standing", "award", ["idea_id"], unique=True, sqlite_where=STANDING, postgresql_where=STANDING)
    op.create_index("ix_message_held", "message", ["idea_id"], sqlite_where=HELD, postgresql_where=HELD)
    connection = op.get_bind()
    tables = {
        name: sa.Table(name, sa.MetaData(), autoload_with=connection) for name in ("idea", "call", "unit", "policyversion", "inboxitem")
    }
    _ask_chairs(connection, tables)
    op.execute("UPDATE idea SET stage = 'below_mark' WHERE stage = 'in_review' AND scores_closed_at IS NOT NULL")
    _date_planned_pilots(connection, tables["idea"])


def _ask_chairs(connection: sa.Connection, tables: dict[str, sa.Table]) -> None:
    """Below the mark the chair was asked by a flow of its own, which may not have run yet."""
    idea, call, unit, policy, item = (tables[name] for name in ("idea", "call", "unit", "policyversion", "inboxitem"))
    asked = sa.select(item.c.id).where(item.c.idea_id == idea.c.id, item.c.task == "recommend", item.c.done_at.is_(None))
    below = sa.select(idea.c.id, policy.c.body, unit.c.path).join(call, call.c.id == idea.c.call_id).join(unit, unit.c.id == call.c.unit_id)
    below = below.join(policy, policy.c.id == idea.c.policy_id)
    below = below.where(idea.c.stage == "in_review", idea.c.scores_closed_at.is_not(None), ~asked.exists())
    for idea_id, stored, path in connection.execute(below).all():
        body: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
        due_at = _end_of_day(int(body.get("days", {}).get("recommendation", 14)))
        role = body.get("movers", {}).get("recommend", "chair")
        new = {"id": new_id(), "task": "recommend", "role": role, "unit_path": path, "idea_id": idea_id}
        connection.execute(item.insert().values(**new, created_at=datetime.now(UTC), due_at=due_at))
        connection.execute(idea.update().where(idea.c.id == idea_id).values(due_at=due_at))


def _date_planned_pilots(connection: sa.Connection, idea: sa.Table) -> None:
    """A planned pilot starts when the idea's date is past: the end of the day before its first."""
    pilot = sa.Table("pilot", sa.MetaData(), autoload_with=connection)
    planned = sa.select(idea.c.id, pilot.c.starts_on).join(pilot, pilot.c.idea_id == idea.c.id).where(idea.c.stage == "determined")
    for idea_id, starts_on in connection.execute(planned).all():
        eve = datetime.combine(starts_on - timedelta(days=1), time(23, 59, 59), region_zone()).astimezone(UTC)
        connection.execute(idea.update().where(idea.c.id == idea_id).values(due_at=eve))


def _end_of_day(days: int) -> datetime:
    day = datetime.now(region_zone()).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), region_zone()).astimezone(UTC)
