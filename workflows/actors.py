"""Who acts: a person with roles over units, or a flow."""

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col

from models.people import Person, Role, RoleGrant
from models.units import Unit
from workflows.refusals import Forbidden


@dataclass(frozen=True)
class Grant:
    """A role and the unit path it covers, the unit itself included."""

    role: Role
    unit_path: str

    def covers(self, path: str) -> bool:
        """Whether a unit, by its path, lies at or below the grant's unit."""
        return path.startswith(self.unit_path)


@dataclass(frozen=True)
class Actor:
    """A person (id, own unit, grants) or a flow (its name); what an action is done as."""

    person_id: str | None
    unit_id: str | None = None
    unit_path: str = ""
    grants: tuple[Grant, ...] = field(default=())
    flow: str = ""

    def paths(self, role: Role) -> tuple[str, ...]:
        """The unit paths over which the actor holds a role."""
        return tuple(grant.unit_path for grant in self.grants if grant.role == role)

    def holds(self, role: Role, *paths: str) -> bool:
        """Whether the actor holds a role over any of these units; with no path, anywhere."""
        return any(grant.role == role and (not paths or any(grant.covers(path) for path in paths)) for grant in self.grants)

    def require(self, role: Role, *paths: str) -> None:
        """Refuse with `only_<role>` unless the actor holds the role over one of the units."""
        if not self.holds(role, *paths):
            raise Forbidden(f"only_{role}")


def flow_actor(name: str) -> Actor:
    """The actor under which a stage's flow moves things."""
    return Actor(person_id=None, flow=name)


def actor_of(session: Session, person_id: str) -> Actor:
    """A person as an actor, with roles as they stand in this transaction."""
    unit_id, unit_path = session.execute(_UNIT, {"person_id": person_id}).one()
    grants = session.execute(_GRANTS, {"person_id": person_id})
    return Actor(person_id, unit_id, unit_path, tuple(Grant(Role(role), path) for role, path in grants))


_UNIT = sa.select(col(Unit.id), col(Unit.path)).join(Person).where(col(Person.id) == sa.bindparam("person_id"))
_GRANTS = sa.select(col(RoleGrant.role), col(Unit.path)).join(Unit).where(col(RoleGrant.person_id) == sa.bindparam("person_id"))
