"""Register units and people with or without employee number, move people, and keep their numbers over time."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.instants import today
from models.people import EmployeeNumber, EmploymentKind, NoticeKind, Person, Role
from models.posts import PostCause
from models.units import Unit
from workflows.calculations.employee_number import read_employee_number, strip_employee_number
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid
from workflows.process.wording import read_lines
from workflows.region.codes import issue_activation
from workflows.region.name_words import index_names
from workflows.region.notices import send_notice
from workflows.region.posts import FROM_TODAY, Dated, PostEntry, begin_first_posts, begin_post, read_entry
from workflows.region.powers import get_person, lock_account, require_over, take_person
from workflows.region.sign_in_names import FIELD, give_sign_in_name, read_sign_in_name

# the fewest and most characters of what names somebody on papers
NAMED = {"front_title": (0, 40), "name": (1, 120), "back_title": (0, 60), "rank_name": (0, 40), "grade": (0, 10)}


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
    employee_number: str  # empty for who is no civil servant
    kind: EmploymentKind
    unit_code: str
    front_title: str = ""
    back_title: str = ""
    grade: str = ""
    rank_name: str = ""
    position: str = ""
    email: str = ""
    sign_in_name: str = ""  # of who has no employee number


@dataclass(frozen=True)
class NewNumber:
    """An employee number and the kind of employment it comes with, from a day on."""

    number: str
    kind: EmploymentKind
    valid_from: date


def get_unit(session: Session, code: str, *, field: str = "unit_code") -> Unit:
    """The unit of a code; raises Invalid naming the field."""
    unit = session.exec(select(Unit).where(Unit.code == code)).first()
    if unit is None:
        raise Invalid("unit_unknown", field, given=code[:60])
    return unit


def register_unit(session: Session, new: NewUnit, *, actor: Actor) -> Unit:
    """Add a unit below its parent; an admin over the parent may. Raises Invalid for its texts, Conflict for a code in use."""
    faults, parent = Faults(), None
    with faults.gather():
        parent = get_unit(session, new.parent_code, field="parent_code")
        actor.require(Role.ADMIN, parent.path)
    words = read_lines(faults, new, {"name": (1, 200)})
    faults.settle()
    if session.exec(select(Unit.id).where(Unit.code == new.code)).first():
        raise Conflict("unit_code_taken", "code", given=new.code)
    unit = Unit(code=new.code, name=words["name"], kind=new.kind, parent_id=parent.id, path="")
    unit.path = f"{parent.path}{unit.id}/"
    session.add(unit)
    session.flush()
    record(session, "unit.register", unit.id, actor=actor, code=unit.code, parent=parent.id)
    return unit


def register_person(session: Session, new: NewPerson, *, actor: Actor) -> tuple[Person, str]:
    """Add a person and answer with the one-time code for their account (valid 30 days, shown once).

    An admin or operator over the unit may. A civil servant has a number, anybody else a sign-in name. Raises Invalid, all faults at once,
    for an unknown unit, texts that papers cannot show and an impossible number or name; Conflict for one in use.
    """
    faults, unit, proof = Faults(), None, Proof()
    with faults.gather():
        unit = get_unit(session, new.unit_code)
        if not (actor.holds(Role.ADMIN, unit.path) or actor.holds(Role.OPERATOR, unit.path)):
            raise Forbidden("only_operator")
    words = read_lines(faults, new, NAMED | {"position": (0, 120)})
    with faults.gather():
        proof = read_proof(new.employee_number, new.sign_in_name, new.kind)
    faults.settle()
    if proof.number:
        require_unheld(session, proof.number)
    person = Person(unit_id=unit.id, kind=new.kind, email=new.email, retired_on=None, **words)
    session.add(person)
    session.flush()
    index_names(session, [person.id])
    if proof.number:
        session.add(EmployeeNumber(person_id=person.id, number=proof.number, valid_from=today()))
    else:
        give_sign_in_name(session, person.id, proof.name)
    begin_first_posts(session, [person.id], PostEntry(PostCause.REGISTERED, today()), actor=actor)
    code = issue_activation(session, person.id)
    record(session, "person.register", person.id, actor=actor, unit=unit.id, employment=person.kind)
    return person, code


def move_person(session: Session, person_id: str, unit_code: str, dated: Dated = FROM_TODAY, *, actor: Actor) -> Person:
    """Move a person to another unit, and with them who looks after their account; roles stay as they are, and past ideas where they are.

    Needs an operator or admin over both units, and for the holder of an office an admin over every office. Raises Invalid, all faults at
    once, for an unknown unit and a day that `read_entry` refuses, Conflict for the unit they are in and for who retired.
    """
    person, home, _account = take_person(session, person_id)
    require_over(session, person, home, actor=actor)
    faults, unit = Faults(), home
    with faults.gather():
        unit = get_unit(session, unit_code)
        if not (actor.holds(Role.ADMIN, unit.path) or actor.holds(Role.OPERATOR, unit.path)):
            raise Forbidden("only_operator")
    entry = read_entry(session, faults, person.id, PostCause.MOVED, dated)
    faults.settle()
    require_serving(person)
    if unit.id == person.unit_id:
        raise Conflict("person_there_already", "unit_code")
    previous, person.unit_id = person.unit_id, unit.id
    session.add(person)
    session.flush()
    index_names(session, [person.id])
    begin_post(session, person, entry, actor=actor)
    record(session, "person.move", person.id, actor=actor, unit=unit.id, previous=previous, valid_from=entry.valid_from.isoformat())
    send_notice(session, person.id, NoticeKind.PERSON_MOVED)
    return person


def require_serving(person: Person) -> None:
    """Raise Conflict for somebody who retired."""
    if person.retired_on is not None:
        raise Conflict("person_retired", day=person.retired_on.isoformat())


def change_number(session: Session, person_id: str, new: NewNumber, *, actor: Actor) -> EmployeeNumber:
    """Give a person a new employee number from a day on; the former one held until the day before and stays on record.

    An NI PPPK changes with the agency (Perka BKN 43/2007). From now on they sign in with the new number. Needs what moving needs.
    Raises Invalid for an impossible number and a day after today or before the present number's first, Conflict for one in use.
    """
    person, home = get_person(session, person_id)
    require_over(session, person, home, actor=actor)
    lock_account(session, person.id)
    if not person.kind.has_number:
        raise Invalid("number_of_no_civil_servant", "employee_number", kind=person.kind)
    faults, number = Faults(), ""
    with faults.gather():
        number = read_own_number(new.number, new.kind)
    present = select(EmployeeNumber).where(EmployeeNumber.person_id == person.id, col(EmployeeNumber.valid_until).is_(None))
    last = session.exec(present).first()
    if new.valid_from > today():
        faults.found.append(Invalid("number_not_yet", "valid_from"))
    elif last is not None and new.valid_from < last.valid_from:
        faults.found.append(Invalid("number_before_last", "valid_from", day=last.valid_from.isoformat()))
    faults.settle()
    require_unheld(session, number)
    if last is not None:
        last.valid_until = new.valid_from - timedelta(days=1)
        session.add(last)
    person.kind = new.kind
    held = EmployeeNumber(person_id=person.id, number=number, valid_from=new.valid_from)
    session.add_all([person, held])
    session.flush()
    record(session, "person.change_number", person.id, actor=actor, employment=new.kind, valid_from=new.valid_from.isoformat())
    send_notice(session, person.id, NoticeKind.NUMBER_CHANGED)
    return held


@dataclass(frozen=True)
class Proof:
    """With what somebody signs in: the digits of a number, or a name; never both."""

    number: str = ""
    name: str = ""

    @property
    def column(self) -> str:
        """In which field or column it was written."""
        return "employee_number" if self.number else FIELD


def read_proof(number: str, name: str, kind: EmploymentKind) -> Proof:
    """The number of a civil servant, or the sign-in name of anybody else; raises Invalid for the wrong one of the two, and both at once."""
    faults, proof = Faults(), Proof()
    if kind.has_number and name.strip():
        faults.found.append(Invalid("sign_in_name_beside_number", FIELD, kind=kind))
    if not kind.has_number and number.strip():
        faults.found.append(Invalid("number_of_no_civil_servant", "employee_number", kind=kind))
    with faults.gather():
        proof = Proof(number=read_own_number(number, kind)) if kind.has_number else Proof(name=read_sign_in_name(name))
    faults.settle()
    return proof


def read_own_number(number: str, kind: EmploymentKind) -> str:
    """The digits of a number that can be true and fits the kind of employment; raises Invalid."""
    if not kind.has_number:
        raise Invalid("number_of_no_civil_servant", "kind", kind=kind)
    read = read_employee_number(number, on=today())
    if not read.valid:
        raise Invalid("employee_number_impossible", "employee_number", problems=[problem.code for problem in read.problems])
    if (read.kind == "pns") != (kind == EmploymentKind.PNS):
        raise Invalid("employee_number_other_kind", "kind", kind=kind)
    return strip_employee_number(number)


def require_unheld(session: Session, number: str) -> None:
    """Raise Conflict for a number that is somebody's, or was."""
    if session.exec(select(EmployeeNumber.id).where(EmployeeNumber.number == number)).first():
        raise Conflict("employee_number_taken", "employee_number")
