"""Set what stands on the papers of a unit's office, and read it with the one who signs on a day."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Specimen
from models.offices import SAMPLE_EMBLEM, Capacity, HeadKind, OfficeHolder, UnitOffice, is_confirmed
from models.people import EmployeeNumber, EmploymentKind, Person, Role
from models.policy import DocumentRule
from models.settings import settings
from models.units import Unit
from workflows.calculations.employee_number import read_employee_number
from workflows.process.actors import Actor
from workflows.process.journal import record, send
from workflows.process.refusals import Faults, Invalid, NotFound
from workflows.process.wording import read_line, read_lines
from workflows.region.emblem import read_own_emblem
from workflows.region.soundness import digest_body

SIGNS_FIRST = (Capacity.DAILY, Capacity.ACTING, Capacity.CAMPAIGN, Capacity.INTERIM, Capacity.PERMANENT)
UNTITLED = {(HeadKind.REGIONAL_HEAD, capacity) for capacity in Capacity if capacity != Capacity.PERMANENT}
UNTITLED |= {(HeadKind.REGIONAL_SECRETARY, Capacity.INTERIM), (HeadKind.REGIONAL_SECRETARY, Capacity.DAILY)}
MOST_LINES = 4
LINES = {"address": (0, 200), "contact": (0, 200), "place": (1, 150), "unit_code": (1, 40), "position": (1, 150)}  # characters
_EMBLEM = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class OfficeSignatory:
    """Who signs for an office on a day (Permendagri 1/2023 art. 44).

    `name` has no academic titles and stands on decisions, piagam and sertifikat; `full_name` has them and stands on everything else
    (the two are equal where the article forbids titles at all, and where only a policy's plain name is known). `rank` is written
    `Pembina (IV/a)`; `rank` and `employee_number` (18 digits) are None for a regional head, deputy and secretary. `on_behalf_of` is the
    superior's position, empty where nobody's.
    """

    name: str
    full_name: str
    position: str
    capacity: Capacity
    on_behalf_of: str
    rank: str | None
    employee_number: str | None
    employment: EmploymentKind | None


@dataclass(frozen=True)
class Office:
    """What the papers of an office carry on a day, and who signs them."""

    letterhead_lines: tuple[str, ...]
    address: str
    contact: str
    place: str
    emblem: str
    unit_code: str
    signatory: OfficeSignatory


@dataclass(frozen=True)
class NewOffice:
    """An office as an admin describes it."""

    letterhead_lines: tuple[str, ...]
    place: str
    unit_code: str
    position: str
    address: str = ""
    contact: str = ""
    emblem: str = SAMPLE_EMBLEM
    head_kind: HeadKind = HeadKind.UNIT_HEAD


def read_office(session: Session, unit_id: str, on: date, *, otherwise: DocumentRule) -> Office:
    """The office of a unit with its holder on a day of the region; an acting holder goes before the permanent one.

    Where the unit has no office, nobody holds it that day, or its letterhead does not fit the papers, the call's rule stands in whole:
    letterhead and signatory belong together.
    """
    office = session.get(UnitOffice, unit_id)
    signatory = None if office is None else find_signatory(session, office, on)
    if office is None or signatory is None or list_misfits(session, office):
        return _office_of_policy(otherwise)
    return Office(
        letterhead_lines=tuple(office.letterhead_lines),
        address=office.address,
        contact=office.contact,
        place=office.place,
        emblem=office.emblem,
        unit_code=office.unit_code,
        signatory=signatory,
    )


def find_signatory(session: Session, office: UnitOffice, on: date) -> OfficeSignatory | None:
    """Who signs for an office on a day; None while nobody holds it."""
    held = select(OfficeHolder).where(OfficeHolder.unit_id == office.unit_id, OfficeHolder.valid_from <= on, is_confirmed())
    held = held.where(sa.or_(col(OfficeHolder.valid_until).is_(None), col(OfficeHolder.valid_until) >= on))
    holder = min(session.exec(held), key=lambda one: SIGNS_FIRST.index(one.capacity), default=None)
    if holder is None:
        return None
    person = session.get(Person, holder.person_id) if holder.person_id else None
    named: Person | OfficeHolder = person or holder
    superior = session.get(UnitOffice, holder.on_behalf_of) if holder.on_behalf_of else None
    shows_rank = office.head_kind == HeadKind.UNIT_HEAD
    number = holder.employee_number if person is None else _number_on(session, person.id, on)
    return OfficeSignatory(
        name=named.name,
        full_name=named.name if (office.head_kind, holder.capacity) in UNTITLED else named.full_name,
        position=office.position,
        capacity=holder.capacity,
        on_behalf_of=superior.position if superior else "",
        rank=(write_rank(named.rank_name, named.grade) or None) if shows_rank else None,
        employee_number=number if shows_rank else None,
        employment=holder.employment if person is None else person.kind,
    )


def set_office(session: Session, unit_code: str, new: NewOffice, *, actor: Actor) -> UnitOffice:
    """Give a unit its office, or replace what its papers carry from now on; holders stay. An admin over the unit may.

    Raises NotFound for the unit, Forbidden, and Invalid, all faults at once, for empty texts, letterheads of no or more than four lines
    and an emblem that nobody registered or that papers cannot draw. Specimens are printed by the flow; what does not fit is refused when it
    is known, and no document carries it.
    """
    unit = find_unit(session, unit_code)
    actor.require(Role.ADMIN, unit.path)
    return write_office(session, unit, new, actor=actor)


def write_office(session: Session, unit: Unit, new: NewOffice, *, actor: Actor) -> UnitOffice:
    """As `set_office`, for whoever was permitted it."""
    said = _read_office(new)
    office = session.get(UnitOffice, unit.id) or UnitOffice(unit_id=unit.id, **said)
    for field, value in said.items():
        setattr(office, field, value)
    session.add(office)
    session.flush()
    require_fitting(session, office)
    send(session, "recognition.print_specimens", unit.id)
    record(session, "office.set", unit.id, actor=actor, unit_code=office.unit_code, head=office.head_kind, version=office.version)
    return office


def digest_office(office: UnitOffice) -> str:
    """The SHA-256 of all that of an office which stands on paper: two that agree in it print alike."""
    said = {
        name: getattr(office, name) for name in ("letterhead_lines", "address", "contact", "place", "unit_code", "position", "head_kind")
    }
    return digest_body({"office": said})


def list_misfits(session: Session, office: UnitOffice) -> list[dict[str, Any]]:
    """What of an office keeps documents from being issued, as far as its specimens were printed: a code, a field and parameters each."""
    specimen = session.get(Specimen, digest_office(office))
    return specimen.faults if specimen else []


def require_fitting(session: Session, office: UnitOffice) -> None:
    """Raise Invalid, by field, where an office's papers were printed and something of them does not fit."""
    Faults(Invalid(fault["code"], fault["path"], **fault["parameters"]) for fault in list_misfits(session, office)).settle()


def find_unit(session: Session, code: str) -> Unit:
    """The unit that an address names; raises NotFound."""
    unit = session.exec(select(Unit).where(Unit.code == code)).first()
    if unit is None:
        raise NotFound("unit_unknown", given=code[:60])
    return unit


def get_office(session: Session, unit: Unit) -> UnitOffice:
    """The office of a unit; raises NotFound where none was set."""
    office = session.get(UnitOffice, unit.id)
    if office is None:
        raise NotFound("office_not_found", given=unit.code)
    return office


def list_emblems() -> list[str]:
    """The emblems an office may choose: the packaged sample, and the region's own, which lie as `emblems/NAME.svg` in the data folder."""
    registered = (file.stem for file in settings().emblems.glob("*.svg"))
    return [SAMPLE_EMBLEM, *sorted(name for name in registered if _EMBLEM.fullmatch(name) and name != SAMPLE_EMBLEM)]


def _read_office(new: NewOffice) -> dict[str, Any]:
    faults, lines = Faults(), list[str]()
    if not 1 <= len(new.letterhead_lines) <= MOST_LINES:
        faults.found.append(Invalid("letterhead_lines_out_of_range", "letterhead_lines", maximum=MOST_LINES))
    for line in new.letterhead_lines:
        with faults.gather():
            lines.append(read_line("letterhead_lines", line, maximum=150))
    words = read_lines(faults, new, LINES)
    with faults.gather():
        if new.emblem not in list_emblems():
            raise Invalid("emblem_unknown", "emblem", known=list_emblems())
        if new.emblem != SAMPLE_EMBLEM:
            read_own_emblem(new.emblem)
    faults.settle()
    return {"letterhead_lines": lines, "emblem": new.emblem, "head_kind": new.head_kind, **words}


def _office_of_policy(rule: DocumentRule) -> Office:
    who = rule.signatory
    kind = read_employee_number(who.employee_number).kind if who.employee_number else None
    signatory = OfficeSignatory(
        name=who.name,
        full_name=who.name,
        position=who.position,
        capacity=Capacity(who.capacity),
        on_behalf_of="",
        rank=who.rank,
        employee_number=who.employee_number,
        employment=EmploymentKind(kind) if kind else None,
    )
    head = rule.letterhead
    return Office(head.lines, head.address, head.contact, rule.place, SAMPLE_EMBLEM, rule.unit_code, signatory)


def _number_on(session: Session, person_id: str, on: date) -> str | None:
    held = select(EmployeeNumber.number).where(EmployeeNumber.person_id == person_id, EmployeeNumber.valid_from <= on)
    held = held.where(sa.or_(col(EmployeeNumber.valid_until).is_(None), col(EmployeeNumber.valid_until) >= on))
    return session.exec(held.order_by(col(EmployeeNumber.valid_from).desc())).first()


def write_rank(rank_name: str, grade: str) -> str:
    """`Pembina (IV/a)`; a PPPK has a grade and no rank, and signs without."""
    return f"{rank_name} ({grade})" if rank_name and grade else rank_name
