"""Who a person is and what they may do: their unit and grants, by their id or by a sign-in's token."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from models.database import run_plain, table_of
from models.people import EmploymentKind, Person, Role, RoleGrant, SignIn, is_held
from models.units import Unit


class GrantLine(NamedTuple):
    """A role and the path of the unit it covers."""

    role: Role
    unit_path: str


class FoundPerson(NamedTuple):
    """A person with their unit and grants."""

    person_id: str
    unit_id: str
    unit_path: str
    grants: tuple[GrantLine, ...]
    kind: EmploymentKind


class FoundSignIn(NamedTuple):
    """A sign-in: whose it is, what its forms carry, when it was last used and how long it lasts."""

    person: FoundPerson
    form_token: str
    seen_at: datetime
    until: datetime


_PERSON, _UNIT, _GRANT, _SIGN_IN = (table_of(model) for model in (Person, Unit, RoleGrant, SignIn))
_COVERED = _UNIT.alias("covered_unit")
_GRANTS = (
    sa.select(_PERSON.c.id, _PERSON.c.unit_id, _PERSON.c.kind, _UNIT.c.path, _GRANT.c.role, _COVERED.c.path.label("covered"))
    .select_from(_PERSON)
    .join(_UNIT, _UNIT.c.id == _PERSON.c.unit_id)
    .outerjoin(_GRANT, sa.and_(_GRANT.c.person_id == _PERSON.c.id, is_held()))
    .outerjoin(_COVERED, _COVERED.c.id == _GRANT.c.unit_id)
)
_BY_ID = _GRANTS.where(_PERSON.c.id == sa.bindparam("person_id"))
_BY_TOKEN = (
    _GRANTS.add_columns(_SIGN_IN.c.form_token, _SIGN_IN.c.seen_at, _SIGN_IN.c.until)
    .join(_SIGN_IN, _SIGN_IN.c.person_id == _PERSON.c.id)
    .where(_SIGN_IN.c.token_hash == sa.bindparam("token_hash"))
)


def find_person(session: Session, person_id: str) -> FoundPerson | None:
    """A person by their id; None where there is none."""
    rows = run_plain(session, _BY_ID, {"person_id": person_id}).all()
    return _person_of(rows) if rows else None


def find_token(session: Session, token_hash: str) -> FoundSignIn | None:
    """A sign-in by its token's hash; None where there is none."""
    rows = run_plain(session, _BY_TOKEN, {"token_hash": token_hash}).all()
    return FoundSignIn(_person_of(rows), rows[0].form_token, rows[0].seen_at, rows[0].until) if rows else None


def _person_of(rows: Sequence[sa.Row[Any]]) -> FoundPerson:
    grants = tuple(GrantLine(Role(row.role), row.covered) for row in rows if row.role is not None)
    return FoundPerson(rows[0].id, rows[0].unit_id, rows[0].path, grants, EmploymentKind(rows[0].kind))
