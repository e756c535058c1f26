"""The region's first admins, by somebody at the machine itself: two, since what one does alone nobody could confirm."""

from datetime import date

from sqlmodel import Session, col, select

from models.ids import new_id
from models.instants import now, today
from models.people import EmployeeNumber, NoticeKind, Person, Role, RoleGrant
from models.posts import PostCause
from models.units import Unit
from workflows.calculations.employee_number import strip_employee_number
from workflows.process.actors import flow_actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Invalid
from workflows.process.wording import read_line, read_lines
from workflows.region.codes import end_sessions, issue_activation
from workflows.region.name_words import index_names
from workflows.region.notices import send_notice
from workflows.region.offices import NewOffice, write_office
from workflows.region.people import NAMED, NewPerson, NewUnit, read_own_number, require_unheld
from workflows.region.posts import PostEntry, begin_first_posts
from workflows.region.powers import lock_account

FOUNDER = flow_actor("init")


def found_region(
    session: Session, unit: NewUnit, admins: tuple[NewPerson, NewPerson], office: NewOffice | None = None
) -> tuple[Unit, list[tuple[Person, str]]]:
    """The root unit, with its office where that is described, and the first two admins of an empty database, each with their one-time code.

    Raises Conflict when there is a region, Invalid for two admins who are one and for an office that cannot be one.
    """
    if session.exec(select(Unit.id)).first() is not None:
        raise Conflict("region_exists")
    if len({strip_employee_number(admin.employee_number) for admin in admins}) < len(admins):
        raise Invalid("two_admins_needed", "employee_number")
    root_id = new_id()
    root = Unit(
        id=root_id, code=unit.code, name=read_line("unit_name", unit.name, maximum=200), kind=unit.kind, parent_id=None, path=f"{root_id}/"
    )
    session.add(root)
    session.flush()
    founded = [_settle_admin(session, root, admin) for admin in admins]
    record(session, "region.found", root.id, actor=FOUNDER, code=root.code, admins=[person.id for person, _code in founded])
    if office is not None:
        write_office(session, root, office, actor=FOUNDER)
    return root, founded


def add_admin(session: Session, new: NewPerson) -> tuple[Person, str]:
    """Another admin over the whole region, or a new code for one who is: the way back where no second person is left to confirm.

    For whoever runs the server, who could change the database anyway; so it is a fact of the flow `init`, and the person is told.
    Somebody registered already keeps their name and unit. Raises Invalid without a region and for an impossible number, and Conflict
    for a closed account.
    """
    root = session.exec(select(Unit).where(col(Unit.parent_id).is_(None))).first()
    if root is None:
        raise Invalid("region_missing")
    held = select(Person).join(EmployeeNumber).where(EmployeeNumber.number == strip_employee_number(new.employee_number))
    person = session.exec(held.where(col(EmployeeNumber.valid_until).is_(None))).first()
    if person is None:
        person, code = _settle_admin(session, root, new)
    else:
        if lock_account(session, person.id).closed_at is not None:
            raise Conflict("account_closed")
        _make_admin(session, root, person)
        lock_account(session, person.id).password_hash = None  # somebody else may know it who once gave the person a code
        code = issue_activation(session, person.id)
        end_sessions(session, person.id)
    record(session, "region.add_admin", person.id, actor=FOUNDER, unit=root.id)
    send_notice(session, person.id, NoticeKind.CODE_MADE)
    return person, code


def _settle_admin(session: Session, root: Unit, new: NewPerson) -> tuple[Person, str]:
    faults, number = Faults(), ""
    words = read_lines(faults, new, {"name": NAMED["name"], "position": (0, 120)})
    with faults.gather():
        number = read_own_number(new.employee_number, new.kind)
    faults.settle()
    require_unheld(session, number)
    person = Person(unit_id=root.id, kind=new.kind, email=new.email, retired_on=None, **words)
    session.add(person)
    session.flush()
    index_names(session, [person.id])
    session.add(EmployeeNumber(person_id=person.id, number=number, valid_from=date(2000, 1, 1)))
    begin_first_posts(session, [person.id], PostEntry(PostCause.REGISTERED, today()), actor=FOUNDER)
    _make_admin(session, root, person)
    return person, issue_activation(session, person.id)


def _make_admin(session: Session, root: Unit, person: Person) -> None:
    same = select(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.role == Role.ADMIN, RoleGrant.unit_id == root.id)
    grant = session.exec(same.where(col(RoleGrant.ended_at).is_(None))).first() or RoleGrant(
        person_id=person.id, role=Role.ADMIN, unit_id=root.id
    )
    grant.confirmed_at, grant.last_day = grant.confirmed_at or now(), None
    session.add(grant)
    session.flush()
