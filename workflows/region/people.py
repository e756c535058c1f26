"""Register units and people, give roles, and hand out one-time codes."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, select

from models.ids import new_id, new_secret
from models.instants import today, wall_now
from models.people import Account, EmployeeNumber, EmploymentKind, Person, Role, RoleGrant
from models.units import Unit
from workflows.calculations.employee_number import read_employee_number, strip_employee_number
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.process.wording import read_line

ACTIVATION_DAYS = 30


@dataclass(frozen=True)
class NewUnit:
    """A unit as it is registered."""

    code: str
    name: str
    kind: str
    parent_code: str


@dataclass(frozen=True)
class NewPerson:
    """A person as HR records know them; titles apart from the name."""

    name: str
    employee_number: str
    kind: EmploymentKind
    unit_code: str
    front_title: str = ""
    back_title: str = ""
    grade: str = ""
    rank_name: str = ""
    position: str = ""
    email: str = ""


def get_unit(session: Session, code: str, *, field: str = "unit_code") -> Unit:
    """The unit of a code; raises Invalid naming the field."""
    unit = session.exec(select(Unit).where(Unit.code == code)).first()
    if unit is None:
        raise Invalid("unit_unknown", field, given=code[:60])
    return unit


def register_unit(session: Session, new: NewUnit, *, actor: Actor) -> Unit:
    """Add a unit below its parent; an admin over the parent may. Raises Conflict for a code in use."""
    parent = get_unit(session, new.parent_code, field="parent_code")
    actor.require(Role.ADMIN, parent.path)
    if session.exec(select(Unit.id).where(Unit.code == new.code)).first():
        raise Conflict("unit_code_taken", "code", given=new.code)
    unit = Unit(code=new.code, name=read_line("name", new.name, maximum=200), kind=new.kind, parent_id=parent.id, path="")
    unit.path = f"{parent.path}{unit.id}/"
    session.add(unit)
    session.flush()
    record(session, "unit.register", unit.id, actor=actor, code=unit.code, parent=parent.id)
    return unit


def register_person(session: Session, new: NewPerson, *, actor: Actor) -> tuple[Person, str]:
    """Add a person and answer with the one-time code for their account (valid 30 days, shown once).

    An admin or operator over the unit may. Raises Invalid for an impossible number, Conflict for one in use.
    """
    unit = get_unit(session, new.unit_code)
    if not (actor.holds(Role.ADMIN, unit.path) or actor.holds(Role.OPERATOR, unit.path)):
        raise Forbidden("only_operator")
    number = _fitting_number(session, new)
    person = Person(
        front_title=read_line("front_title", new.front_title, maximum=40, minimum=0),
        name=read_line("name", new.name, maximum=120),
        back_title=read_line("back_title", new.back_title, maximum=60, minimum=0),
        unit_id=unit.id,
        kind=new.kind,
        grade=read_line("grade", new.grade, maximum=10, minimum=0),
        rank_name=read_line("rank_name", new.rank_name, maximum=40, minimum=0),
        position=read_line("position", new.position, maximum=120, minimum=0),
        email=new.email,
    )
    session.add(person)
    session.flush()
    session.add(EmployeeNumber(person_id=person.id, number=number, valid_from=today()))
    code = issue_activation(session, person.id)
    record(session, "person.register", person.id, actor=actor, unit=unit.id, employment=person.kind)
    return person, code


def issue_activation(session: Session, person_id: str) -> str:
    """A fresh one-time code with which the person sets a password; only its hash is kept."""
    code = new_secret()
    account = session.get(Account, person_id) or Account(person_id=person_id)
    account.activation_hash = hashlib.sha256(code.encode()).hexdigest()
    account.activation_until = wall_now() + timedelta(days=ACTIVATION_DAYS)
    session.add(account)
    session.flush()
    return code


def renew_activation(session: Session, person_id: str, *, actor: Actor) -> str:
    """A new one-time code for somebody who lost theirs or their password; an admin or operator over the unit may."""
    row = session.exec(select(Person, Unit).join(Unit).where(Person.id == person_id)).first()
    if row is None:
        raise NotFound("person_not_found")
    if not (actor.holds(Role.ADMIN, row[1].path) or actor.holds(Role.OPERATOR, row[1].path)):
        raise Forbidden("only_operator")
    record(session, "person.renew_activation", person_id, actor=actor)
    return issue_activation(session, person_id)


def grant_role(session: Session, person_id: str, role: Role, unit_code: str, *, actor: Actor) -> RoleGrant:
    """Give a person a role over a unit and all below it; an admin over the unit may."""
    unit = get_unit(session, unit_code)
    actor.require(Role.ADMIN, unit.path)
    if session.get(Person, person_id) is None:
        raise NotFound("person_not_found")
    held = select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.role == role, RoleGrant.unit_id == unit.id)
    if session.exec(held).first() is not None:
        raise Conflict("role_already_held", "role", role=role)
    grant = RoleGrant(person_id=person_id, role=role, unit_id=unit.id)
    session.add(grant)
    session.flush()
    record(session, "role.grant", person_id, actor=actor, role=role, unit=unit.id)
    return grant


def found_region(session: Session, unit: NewUnit, admin: NewPerson) -> tuple[Unit, Person, str]:
    """The root unit and the first admin of an empty database, with the admin's one-time code. Raises Conflict when one exists."""
    if session.exec(select(Unit.id)).first() is not None:
        raise Conflict("region_exists")
    root_id = new_id()
    root = Unit(id=root_id, code=unit.code, name=unit.name, kind=unit.kind, parent_id=None, path=f"{root_id}/")
    session.add(root)
    session.flush()
    founder = Actor(person_id=None, flow="init")
    number = _fitting_number(session, admin)
    person = Person(name=admin.name, unit_id=root.id, kind=admin.kind, position=admin.position, email=admin.email)
    session.add(person)
    session.flush()
    session.add(EmployeeNumber(person_id=person.id, number=number, valid_from=date(2000, 1, 1)))
    session.add(RoleGrant(person_id=person.id, role=Role.ADMIN, unit_id=root.id))
    code = issue_activation(session, person.id)
    record(session, "region.found", root.id, actor=founder, code=root.code, admin=person.id)
    return root, person, code


def _fitting_number(session: Session, new: NewPerson) -> str:
    read = read_employee_number(new.employee_number, on=today())
    if not read.valid:
        raise Invalid("employee_number_impossible", "employee_number", problems=[problem.code for problem in read.problems])
    if (read.kind == "pns") != (new.kind == EmploymentKind.PNS):
        raise Invalid("employee_number_other_kind", "kind", kind=new.kind)
    number = strip_employee_number(new.employee_number)
    if session.exec(select(EmployeeNumber.id).where(EmployeeNumber.number == number)).first():
        raise Conflict("employee_number_taken", "employee_number")
    return number
