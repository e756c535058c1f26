"""Who acts: a person with roles over units, or a flow."""

from dataclasses import dataclass, field

from sqlmodel import Session

from models.may_hold import MAY_HOLD
from models.people import EmploymentKind, Role
from models.statements.people import FoundPerson, find_person
from workflows.process.refusals import Forbidden, NotFound


@dataclass(frozen=True)
class Grant:
    """A role and the unit path it covers, the unit itself included."""

    role: Role
    unit_path: str

    def covers(self, path: str) -> bool:
        """Whether a unit, by its path, lies at or below the grant's unit."""
        return path.startswith(self.unit_path)

    @property
    def covers_region(self) -> bool:
        """Whether the grant's unit is the region itself, which has none above it."""
        return self.unit_path.count("/") == 1


@dataclass(frozen=True)
class Actor:
    """A person (id, own unit, grants, kind) or a flow (its name); what an action is done as."""

    person_id: str | None
    unit_id: str | None = None
    unit_path: str = ""
    grants: tuple[Grant, ...] = field(default=())
    flow: str = ""
    kind: EmploymentKind = EmploymentKind.PNS

    @property
    def may_propose(self) -> bool:
        """Whether somebody of this kind of employment may hand in ideas."""
        return Role.PROPOSER in MAY_HOLD[self.kind]

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
    found = find_person(session, person_id)
    if found is None:
        raise NotFound("person_not_found")
    return read_actor(found)


def read_actor(found: FoundPerson) -> Actor:
    """A person found in the database, as an actor."""
    return Actor(found.person_id, found.unit_id, found.unit_path, tuple(Grant(*line) for line in found.grants), kind=found.kind)
