"""Appoint those who hold a unit's office, confirm and end it; two of one capacity never hold it on the same day."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.instants import now
from models.may_hold import MAY_HEAD
from models.offices import Capacity, OfficeHolder, UnitOffice
from models.people import EmploymentKind, Person, Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.wording import read_lines
from workflows.region.offices import find_unit, get_office, require_fitting
from workflows.region.people import NAMED, read_own_number, require_unheld
from workflows.region.powers import is_second, require_second
from workflows.region.taking_up import take_up_by_two

_TITLED = re.compile(r",|\b(prof|dr|drg|drs|dra|drh|ir|apt|ns)\.", re.IGNORECASE)  # a comma stands before every title after a name


@dataclass(frozen=True)
class PlainHolder:
    """Somebody without an entry among the people, such as a mayor: titles apart from the name, rank and number where there are any."""

    name: str
    front_title: str = ""
    back_title: str = ""
    rank_name: str = ""
    grade: str = ""
    employee_number: str = ""
    employment: EmploymentKind | None = None


@dataclass(frozen=True)
class NewHolder:
    """An appointment: a registered person's id or a plain holder, the capacity, and the first and last day (None: until further notice).

    `on_behalf_of` is the code of a unit above whose head is signed for (`a.n.`); empty for signing by one's own right.
    """

    who: str | PlainHolder
    valid_from: date
    valid_until: date | None = None
    capacity: Capacity = Capacity.PERMANENT
    on_behalf_of: str = ""


def appoint_holder(session: Session, unit_code: str, new: NewHolder, *, actor: Actor) -> OfficeHolder:
    """Appoint somebody to the office of a unit; an admin over the unit may, and never themselves.

    The holder signs for the office once a second person has confirmed it; until then it keeps its days free of others. Raises NotFound
    (unit, office, person), Forbidden, Invalid, all faults at once (dates, kind of person, titles in a plain name, number, superior) and
    Conflict where somebody holds the office in this capacity on one of the days.
    """
    unit = find_unit(session, unit_code)
    actor.require(Role.ADMIN, unit.path)
    if new.who == actor.person_id:
        raise Forbidden("own_role")
    office = get_office(session, unit)
    _lock(session, unit)
    faults, superior, named = Faults(), None, dict[str, Any]()
    if new.valid_until is not None and new.valid_until < new.valid_from:
        faults.found.append(Invalid("holder_days_out_of_order", "valid_until"))
    with faults.gather():
        superior = _find_superior(session, unit, new.on_behalf_of)
    with faults.gather():
        named = _read_holder(session, new.who, office)
    faults.settle()
    if named.get("employee_number"):
        require_unheld(session, named["employee_number"])
    _refuse_second(session, unit, new)
    holder = OfficeHolder(
        unit_id=unit.id,
        capacity=new.capacity,
        on_behalf_of=superior.id if superior else None,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        appointed_by=actor.person_id,
        confirmed_at=None,
        **named,
    )
    session.add(holder)
    session.flush()
    said = {"unit": unit.id, "person": holder.person_id, "capacity": holder.capacity, "on_behalf_of": holder.on_behalf_of}
    record(session, "office.appoint", holder.id, actor=actor, **said, **_write_days(holder))
    return holder


def confirm_holder(session: Session, holder_id: str, *, actor: Actor) -> str | None:
    """Confirm an appointment: another admin, or the leader, over the unit may, who neither made it nor is appointed.

    Raises Invalid while the office's papers do not fit. Answers the one-time code to hand over where it is the person's first office that
    two people gave.
    """
    holder, unit = _read_waiting(session, holder_id)
    require_second(actor, [unit.path], holder.appointed_by, holder.person_id)
    require_fitting(session, session.get_one(UnitOffice, unit.id))
    holder.confirmed_by, holder.confirmed_at = actor.person_id, now()
    session.add(holder)
    session.flush()
    record(session, "office.confirm", holder.id, actor=actor, unit=unit.id, person=holder.person_id, **_write_days(holder))
    if holder.person_id is None:
        return None
    return take_up_by_two(session, holder.person_id, holder.id, first=holder.appointed_by, actor=actor)


def refuse_holder(session: Session, holder_id: str, *, actor: Actor) -> OfficeHolder:
    """Refuse or withdraw an appointment that waits for its confirmation; it never takes effect, and its days are free again."""
    holder, unit = _read_waiting(session, holder_id)
    if actor.person_id not in (holder.appointed_by, holder.person_id) and not is_second(actor, [unit.path]):
        raise Forbidden("only_second")
    holder.valid_until = holder.valid_from - timedelta(days=1)
    session.add(holder)
    session.flush()
    record(session, "office.refuse", holder.id, actor=actor, unit=unit.id, person=holder.person_id, **_write_days(holder))
    return holder


def end_holder(session: Session, unit_code: str, holder_id: str, last_day: date, *, actor: Actor) -> OfficeHolder:
    """Set or bring forward the last day of a holder; an admin over the unit may.

    The day before the first says that the appointment never took effect. Raises NotFound, Forbidden, Invalid for an earlier day and
    Conflict for a holder whose last day lies before it already.
    """
    unit = find_unit(session, unit_code)
    actor.require(Role.ADMIN, unit.path)
    _lock(session, unit)
    holder = session.exec(select(OfficeHolder).where(OfficeHolder.id == holder_id, OfficeHolder.unit_id == unit.id)).first()
    if holder is None:
        raise NotFound("holder_not_found")
    if last_day < holder.valid_from - timedelta(days=1):
        raise Invalid("holder_days_out_of_order", "last_day")
    if holder.valid_until is not None and holder.valid_until <= last_day:
        raise Conflict("holder_ended", "last_day", until=holder.valid_until.isoformat())
    holder.valid_until = last_day
    session.flush()
    record(session, "office.end", holder.id, actor=actor, unit=unit.id, person=holder.person_id, **_write_days(holder))
    return holder


def list_holders(session: Session, unit_id: str) -> list[tuple[OfficeHolder, str]]:
    """Everybody who held, holds or will hold an office, each with their full name; the last appointed first."""
    held = select(OfficeHolder, Person).outerjoin(Person, col(Person.id) == col(OfficeHolder.person_id))
    held = held.where(OfficeHolder.unit_id == unit_id).order_by(col(OfficeHolder.valid_from).desc(), col(OfficeHolder.id))
    return [(holder, (holder if holder.person_id is None else person).full_name) for holder, person in session.exec(held)]


def _read_waiting(session: Session, holder_id: str) -> tuple[OfficeHolder, Unit]:
    unit_id = session.exec(select(OfficeHolder.unit_id).where(OfficeHolder.id == holder_id)).first()
    if unit_id is None:
        raise NotFound("confirmation_not_found")
    unit = session.get_one(Unit, unit_id)
    _lock(session, unit)
    holder = session.exec(select(OfficeHolder).where(OfficeHolder.id == holder_id).with_for_update()).one()
    if holder.confirmed_at is not None or (holder.valid_until is not None and holder.valid_until < holder.valid_from):
        raise Conflict("confirmation_settled")
    return holder, unit


def _lock(session: Session, unit: Unit) -> None:
    """Let one appointment to an office follow the other, or two at once would both find its days free."""
    session.exec(select(UnitOffice.unit_id).where(UnitOffice.unit_id == unit.id).with_for_update()).first()


def _find_superior(session: Session, unit: Unit, code: str) -> Unit | None:
    if not code:
        return None
    superior = session.exec(select(Unit).join(UnitOffice, col(UnitOffice.unit_id) == col(Unit.id)).where(Unit.code == code)).first()
    if superior is None or superior.id == unit.id or not unit.path.startswith(superior.path):
        raise Invalid("superior_has_no_office", "on_behalf_of", given=code[:60])
    return superior


def _read_holder(session: Session, who: str | PlainHolder, office: UnitOffice) -> dict[str, Any]:
    if isinstance(who, str):
        person = session.get(Person, who)
        if person is None:
            raise NotFound("person_not_found", "person_id")
        if person.kind not in MAY_HEAD[office.head_kind]:
            raise Invalid("office_of_another_kind", "person_id", kind=person.kind)
        return {"person_id": who}
    faults, number = Faults(), None
    words = read_lines(faults, who, NAMED)
    if _TITLED.search(words.get("name", "")):
        faults.found.append(Invalid("name_with_titles", "name"))
    with faults.gather():
        if bool(who.employee_number) != (who.employment is not None):
            raise Invalid("employment_missing", "employment" if who.employee_number else "employee_number")
        number = read_own_number(who.employee_number, who.employment) if who.employment else None
    faults.settle()
    return {**words, "employee_number": number, "employment": who.employment}


def _refuse_second(session: Session, unit: Unit, new: NewHolder) -> None:
    held = select(OfficeHolder).where(OfficeHolder.unit_id == unit.id, OfficeHolder.capacity == new.capacity)
    until, first = col(OfficeHolder.valid_until), col(OfficeHolder.valid_from)
    held = held.where(sa.or_(until.is_(None), sa.and_(until >= new.valid_from, until >= first)))
    if new.valid_until is not None:
        held = held.where(first <= new.valid_until)
    other = session.exec(held.order_by(first)).first()
    if other is not None:
        held_from = max(other.valid_from, new.valid_from).isoformat()
        raise Conflict("office_held", "valid_from", capacity=new.capacity, day=held_from)


def _write_days(holder: OfficeHolder) -> dict[str, str | None]:
    return {"from": holder.valid_from.isoformat(), "until": holder.valid_until.isoformat() if holder.valid_until else None}
