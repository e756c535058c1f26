"""Who stands above a unit: its heads and leaders and the holders of its office, and those of every unit above it."""

from collections.abc import Collection, Iterable, Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.instants import today
from models.offices import OfficeHolder, is_confirmed
from models.people import Person, Role, RoleGrant, is_held
from models.pilots import Pilot
from models.units import Unit
from workflows.process.context import IdeaContext

HEADING = (Role.UNIT_HEAD, Role.LEADER)  # the roles by which one stands above whoever works in a unit


def list_superiors(session: Session, paths: Iterable[str]) -> frozenset[str]:
    """The ids of those who today head or lead one of these units or a unit above it, by their role or by the office that they hold.

    A leader over the region stands above everybody in it: they adopt ideas and approve awards, and neither score one nor own a pilot.
    """
    above = select(Unit.id).where(col(Unit.path).in_({each for path in paths for each in _walk_up(path)}))
    heads = select(col(RoleGrant.person_id)).where(col(RoleGrant.role).in_(HEADING), is_held(), col(RoleGrant.unit_id).in_(above))
    days = (
        col(OfficeHolder.valid_from) <= today(),
        sa.or_(col(OfficeHolder.valid_until).is_(None), col(OfficeHolder.valid_until) >= today()),
    )
    holders = select(col(OfficeHolder.person_id)).where(
        *days, is_confirmed(), col(OfficeHolder.person_id).is_not(None), col(OfficeHolder.unit_id).in_(above)
    )
    return frozenset(session.execute(sa.union(heads, holders)).scalars())


def list_owned_above(session: Session, idea_ids: Collection[str], path: str) -> frozenset[str]:
    """Those of some ideas whose pilot is owned by a superior of who works in a unit, by their ids."""
    if not idea_ids:
        return frozenset()
    above = list_superiors(session, [path])
    return frozenset(session.exec(select(Pilot.idea_id).where(col(Pilot.idea_id).in_(idea_ids), col(Pilot.owner_id).in_(above))))


def list_proposing_paths(session: Session, context: IdeaContext) -> list[str]:
    """The paths of the units that propose an idea: the one that it was handed in for, and those of its team."""
    units = select(Unit.path).join(Person, col(Person.unit_id) == col(Unit.id)).where(col(Person.id).in_(context.team))
    return [context.unit_path, *session.exec(units.distinct())]


def _walk_up(path: str) -> Iterator[str]:
    """A unit's path, and that of every unit above it."""
    parts = path.rstrip("/").split("/")
    return ("/".join(parts[:length]) + "/" for length in range(len(parts), 0, -1))
