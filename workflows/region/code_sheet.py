"""A unit's sheet of one-time codes, a strip for each person who cannot sign in yet: printed, cut and handed over.

Nothing of it is kept but hashes, so a sheet that is lost is made anew, and the codes of the lost one are void. Who holds an office is left
out: their code needs a second person. So is who was mailed a code these days (`code_mails`). Who has a password keeps it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.instants import wall_now
from models.people import Account, EmployeeNumber, NoticeKind, Person, Role, SignInName
from workflows.calculations.employee_number import mask_held_number
from workflows.process.actors import Actor
from workflows.process.journal import record_each
from workflows.process.refusals import Conflict, Forbidden
from workflows.region.codes import ACTIVATION_DAYS, is_code_awaited, issue_activation
from workflows.region.mail_codes import list_lately_mailed
from workflows.region.notices import send_notice
from workflows.region.people import get_unit
from workflows.region.powers import list_offices
from workflows.region.sign_in_names import mask_sign_in_name

MOST_STRIPS = 500  # of one sheet; who is left gets one of the next


@dataclass(frozen=True)
class Strip:
    """One person's strip, with number or sign-in name masked: a strip that is lost does not hold what must be typed beside the code."""

    name: str
    masked_number: str  # empty for who has a sign-in name
    masked_name: str
    code: str


@dataclass(frozen=True)
class CodeSheet:
    """A unit's strips, until when their codes can be used, the names of those who need a second person, and how many have none yet.

    `mailed` are the names of those whose code went out by mail these days: a strip would make it worthless.
    """

    unit: str
    until: datetime
    strips: list[Strip]
    in_office: list[str]
    left: int
    mailed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Waiting:
    """Somebody without a password, and until when a code of theirs counts."""

    person: Person
    number: str
    name: str
    until: datetime | None

    @property
    def has_code(self) -> bool:
        return self.until is not None


def make_code_sheet(session: Session, unit_code: str, *, actor: Actor) -> CodeSheet:
    """A fresh code for everybody of a unit who has no password yet; an admin or operator over it may.

    Of a unit of more than MOST_STRIPS each sheet is of the next: who has no code first, by name, then who has the oldest. Each code is a
    fact, and its person is told. Raises Invalid for an unknown unit, Forbidden, Conflict `sheet_without_strips` where nobody needs one.
    """
    unit = get_unit(session, unit_code)
    if not (actor.holds(Role.ADMIN, unit.path) or actor.holds(Role.OPERATOR, unit.path)):
        raise Forbidden("only_operator")
    waiting = [each for each in list_waiting(session, unit.id) if each.person.id != actor.person_id]
    lately = list_lately_mailed(session, [each.person.id for each in waiting])
    mailed = [each.person.full_name for each in waiting if each.person.id in lately]
    waiting = [each for each in waiting if each.person.id not in lately]
    strips, in_office, left = dict[str, Strip](), list[str](), 0
    for place, each in enumerate(waiting):
        if len(strips) == MOST_STRIPS:
            left = sum(not other.has_code for other in waiting[place:])
            break
        if list_offices(session, each.person.id) or is_code_awaited(session, each.person.id):
            in_office.append(each.person.full_name)
            continue
        code = issue_activation(session, each.person.id)
        strips[each.person.id] = Strip(each.person.full_name, mask_held_number(each.number), mask_sign_in_name(each.name), code)
    if not strips:
        raise Conflict("sheet_without_strips", "unit_code")
    record_each(session, "person.renew_activation", {person_id: {"asked_by": actor.person_id} for person_id in strips}, actor=actor)
    for person_id in strips:
        send_notice(session, person_id, NoticeKind.CODE_MADE)
    return CodeSheet(unit.name, wall_now() + timedelta(days=ACTIVATION_DAYS), list(strips.values()), in_office, left, mailed)


def list_waiting(session: Session, unit_id: str) -> list[Waiting]:
    """Those of a unit who have no password: who has no code first, by name, then by the age of the code. A closed account does not wait."""
    found = select(Person, col(EmployeeNumber.number), col(SignInName.name), col(Account.activation_until))
    present = (col(EmployeeNumber.person_id) == col(Person.id)) & col(EmployeeNumber.valid_until).is_(None)
    named = (col(SignInName.person_id) == col(Person.id)) & col(SignInName.ended_at).is_(None)
    found = found.outerjoin(EmployeeNumber, present).outerjoin(SignInName, named)
    found = found.outerjoin(Account, col(Account.person_id) == col(Person.id)).where(Person.unit_id == unit_id)
    found = found.where(col(Account.password_hash).is_(None), col(Account.closed_at).is_(None))
    rows = session.exec(found.order_by(col(Person.name), col(Person.id))).all()
    now = wall_now()
    waiting = [Waiting(person, number or "", name or "", until if until and until > now else None) for person, number, name, until in rows]
    return sorted(waiting, key=lambda each: (each.has_code, each.until or now))
