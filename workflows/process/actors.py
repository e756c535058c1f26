"""Who acts: a person with roles over units, or a flow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from models.database import run_plain, table_of
from models.people import Person, Role, RoleGrant
from models.units import Unit
from workflows.process.refusals import Forbidden, NotFound


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
    rows = run_plain(session, _BY_PERSON, {"asked": person_id}).all()
    if not rows:
        raise NotFound("person_not_found")
    return read_actor(rows)


def read_actor(rows: Sequence[sa.Row[Any]]) -> Actor:
    """The actor that rows of `ACTOR_ROWS` tell of, one row for each grant."""
    grants = tuple(Grant(Role(row.role), row.covered) for row in rows if row.role is not None)
    return Actor(rows[0].person_id, rows[0].unit_id, rows[0].unit_path, grants)


_PERSON, _UNIT, _GRANT = (table_of(model) for model in (Person, Unit, RoleGrant))
_COVERED = _UNIT.alias("covered_unit")
PERSON_ID = _PERSON.c.id
ACTOR_ROWS = (
    sa.select(
        PERSON_ID.label("person_id"), _PERSON.c.unit_id, _UNIT.c.path.label("unit_path"), _GRANT.c.role, _COVERED.c.path.label("covered")
    )
    .select_from(_PERSON)
    .join(_UNIT, _UNIT.c.id == _PERSON.c.unit_id)
    .outerjoin(_GRANT, _GRANT.c.person_id == _PERSON.c.id)
    .outerjoin(_COVERED, _COVERED.c.id == _GRANT.c.unit_id)
)
_BY_PERSON = ACTOR_ROWS.where(_PERSON.c.id == sa.bindparam("asked"))
