"""A unit's sheet of one-time codes, a strip for each person who cannot sign in yet: printed, cut and handed over.

Nothing of it is kept but hashes, so a sheet that is lost is made anew, and the codes of the lost one are void. Who holds an office is left
out: their code needs a second person. Who has a password keeps it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.instants import wall_now
from models.people import Account, EmployeeNumber, NoticeKind, Person, Role, SignInName
from workflows.calculations.employee_number import mask_held_number
from workflows.process.actors import Actor
from workflows.process.journal import record_each
from workflows.process.refusals import Conflict, Forbidden
from workflows.region.codes import ACTIVATION_DAYS, is_code_awaited, issue_activation
from workflows.region.notices import send_notice
from workflows.region.people import get_unit
from workflows.region.powers import list_offices
from workflows.region.sign_in_names import mask_sign_in_name

MOST_STRIPS = 500  # of one sheet; larger units print their parts


@dataclass(frozen=True)
class Strip:
    """One person's strip, with number or sign-in name masked: a strip that is lost does not hold what must be typed beside the code."""

    name: str
    masked_number: str  # empty for who has a sign-in name
    masked_name: str
    code: str


@dataclass(frozen=True)
class CodeSheet:
    """A unit's strips, until when their codes can be used, and the names of those who need a second person."""

    unit: str
    until: datetime
    strips: list[Strip]
    in_office: list[str]


def make_code_sheet(session: Session, unit_code: str, *, actor: Actor) -> CodeSheet:
    """A fresh code for everybody of a unit who has no password yet; an admin or operator over it may.

    Each code is a fact, and its person is told. Raises Invalid for an unknown unit, Forbidden, Conflict `sheet_without_strips` where nobody
    needs one and `sheet_too_many` for more than MOST_STRIPS.
    """
    unit = get_unit(session, unit_code)
    if not (actor.holds(Role.ADMIN, unit.path) or actor.holds(Role.OPERATOR, unit.path)):
        raise Forbidden("only_operator")
    waiting = [each for each in _list_waiting(session, unit.id) if each[0].id != actor.person_id]
    if len(waiting) > MOST_STRIPS:
        raise Conflict("sheet_too_many", "unit_code", maximum=MOST_STRIPS)
    offices = {person.id for person, _number, _name in waiting if list_offices(session, person.id) or is_code_awaited(session, person.id)}
    strips = {
        person.id: Strip(person.full_name, mask_held_number(number), mask_sign_in_name(name), issue_activation(session, person.id))
        for person, number, name in waiting
        if person.id not in offices
    }
    in_office = [person.full_name for person, _number, _name in waiting if person.id in offices]
    if not strips:
        raise Conflict("sheet_without_strips", "unit_code")
    record_each(session, "person.renew_activation", {person_id: {"asked_by": actor.person_id} for person_id in strips}, actor=actor)
    for person_id in strips:
        send_notice(session, person_id, NoticeKind.CODE_MADE)
    return CodeSheet(unit.name, wall_now() + timedelta(days=ACTIVATION_DAYS), list(strips.values()), in_office)


def _list_waiting(session: Session, unit_id: str) -> list[tuple[Person, str, str]]:
    """Those of a unit who have no password, with their number or sign-in name, by name; whose account is closed does not wait."""
    found = select(Person, col(EmployeeNumber.number), col(SignInName.name))
    present = (col(EmployeeNumber.person_id) == col(Person.id)) & col(EmployeeNumber.valid_until).is_(None)
    named = (col(SignInName.person_id) == col(Person.id)) & col(SignInName.ended_at).is_(None)
    found = found.outerjoin(EmployeeNumber, present).outerjoin(SignInName, named)
    found = found.outerjoin(Account, col(Account.person_id) == col(Person.id)).where(Person.unit_id == unit_id)
    found = found.where(col(Account.password_hash).is_(None), col(Account.closed_at).is_(None))
    return [(person, number or "", name or "") for person, number, name in session.exec(found.order_by(col(Person.name), col(Person.id)))]
