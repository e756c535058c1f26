"""What is owed and asked of nobody: tasks of offices that nobody holds, and late ideas of which nobody is asked anything."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import now
from models.people import Account, Role, RoleGrant, is_held
from models.units import Unit
from workflows.process.wanted import list_awaiting

LATE = timedelta(days=1)  # behind its date: what a flow asks next, it asks within minutes


@dataclass(frozen=True)
class UnheldOffice:
    """An office of which something is asked and that nobody with an open account holds: its role, its unit's code, and how many tasks."""

    role: Role
    unit: str
    tasks: int


def list_unheld(session: Session) -> list[UnheldOffice]:
    """Every such office, the one with the most tasks first."""
    asked = select(col(InboxItem.role), col(InboxItem.unit_path), sa.func.count())
    asked = asked.where(col(InboxItem.done_at).is_(None), col(InboxItem.person_id).is_(None))
    held = _read_held(session)
    found = [
        (role, path, number)
        for role, path, number in session.exec(asked.group_by(col(InboxItem.role), col(InboxItem.unit_path)))
        if not path.startswith(tuple(held[role]))
    ]
    codes = dict(session.exec(select(Unit.path, Unit.code).where(col(Unit.path).in_({path for _, path, _ in found}))).all())
    offices = [UnheldOffice(role, codes.get(path, path), number) for role, path, number in found]
    return sorted(offices, key=lambda each: (-each.tasks, each.role, each.unit))


def count_unasked(session: Session) -> int:
    """How many ideas are late, in a stage that awaits somebody, without anybody being asked."""
    asked = select(InboxItem.id).where(InboxItem.idea_id == Idea.id, col(InboxItem.done_at).is_(None)).exists()
    late = col(Idea.stage).in_(list_awaiting()) & (col(Idea.due_at) < now() - LATE)
    return int(session.execute(sa.select(sa.func.count()).select_from(Idea).where(late, ~asked)).scalar_one())


def _read_held(session: Session) -> dict[Role, set[str]]:
    """The paths of the units over which somebody holds a role, by role."""
    closed = select(Account.person_id).where(col(Account.closed_at).is_not(None))
    held = select(col(RoleGrant.role), Unit.path).join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
    paths = defaultdict[Role, set[str]](set)
    for role, path in session.exec(held.where(is_held(), col(RoleGrant.person_id).not_in(closed)).distinct()):
        paths[role].add(path)
    return paths
