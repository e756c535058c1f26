"""Who stands on a document: the office that decided, those who get a copy, and the people it names."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from models.ideas import Decision
from models.instants import today
from models.offices import UnitOffice
from models.people import EmployeeNumber, HeadCapacity, Person, Role, RoleGrant, is_held
from models.units import Unit
from workflows.process.context import IdeaContext
from workflows.process.engine import DECIDING_UNIT
from workflows.process.silence import list_heads
from workflows.recognition.number import Issuer
from workflows.region.offices import read_office, write_rank


@dataclass(frozen=True)
class NamedPerson:
    """A person as documents name them."""

    person: Person
    unit: Unit
    number: str | None


def list_named(session: Session, person_ids: list[str]) -> dict[str, NamedPerson]:
    """People with their unit and present employee number, by id."""
    rows = session.exec(
        select(Person, Unit, col(EmployeeNumber.number))
        .join(Unit, col(Unit.id) == col(Person.unit_id))
        .outerjoin(EmployeeNumber, (col(EmployeeNumber.person_id) == col(Person.id)) & col(EmployeeNumber.valid_until).is_(None))
        .where(col(Person.id).in_(person_ids))
    )
    return {person.id: NamedPerson(person, unit, number) for person, unit, number in rows}


def read_issuer(session: Session, context: IdeaContext, decision: Decision | None) -> Issuer:
    """The office that decided, as it stands today; of the call's unit where a flow decided.

    Read on the day of issue: not the policy the idea entered under says who signs, but who holds the deciding office now.
    """
    rule = context.policy.documents
    return Issuer(read_office(session, _find_deciding_unit(session, decision) or context.call.unit_id, today(), otherwise=rule), rule)


def name_decider(session: Session, issuer: Issuer, decision: Decision, *, within_unit: bool) -> str:
    """The position of the official who decided, to whom an objection goes (UU 30/2014 art. 77).

    `within_unit` says that a unit's head decided alone: without an office on record it is that person's own position, as the call's
    policy tells of another official; who decided in the head's place has another.
    """
    decider = session.get(Person, decision.actor_id) if decision.actor_id else None
    unit_id = _find_deciding_unit(session, decision)
    if within_unit and decider is not None and unit_id is not None and session.get(UnitOffice, unit_id) is None:
        is_their_own = decider.unit_id == unit_id and not _acted(session, decision, unit_id)
        return (decider.position if is_their_own else "") or f"Kepala {session.get_one(Unit, unit_id).name}"
    return issuer.office.signatory.position


def name_silent(session: Session, context: IdeaContext) -> str:
    """The position of the official who was asked for a permission and did not answer: the head of the idea's unit, or of the next above."""
    nearest = list_heads(session, context.unit_path)[:1]
    unit_id = nearest[0][0].unit_id if nearest else context.idea.unit_id
    return _name_head(session, session.get_one(Unit, unit_id))


def _acted(session: Session, decision: Decision, unit_id: str) -> bool:
    """Whether somebody headed a unit in another's place when they decided."""
    ended = col(RoleGrant.ended_at)
    acting = select(RoleGrant.id).where(RoleGrant.person_id == decision.actor_id, RoleGrant.unit_id == unit_id)
    acting = acting.where(RoleGrant.capacity != HeadCapacity.REGULAR, col(RoleGrant.granted_at) <= decision.at)
    return session.exec(acting.where(ended.is_(None) | (ended >= decision.at))).first() is not None


def _find_deciding_unit(session: Session, decision: Decision | None) -> str | None:
    """The unit in whose office a person decided; of a decision that an earlier release wrote, where the person works today."""
    if decision is None or decision.actor_id is None:
        return None
    return str(decision.detail.get(DECIDING_UNIT) or session.get_one(Person, decision.actor_id).unit_id)


def list_copies(session: Session, context: IdeaContext, sender: str) -> list[str]:
    """Who gets a copy (tembusan): the head of the proposer's unit and of the innovation office; never the sender."""
    units = [context.idea.unit_id, *_innovation_office(session, context)]
    heads = dict.fromkeys(_name_head(session, session.get_one(Unit, unit_id)) for unit_id in units)
    return [head for head in heads if head != sender]


def write_rank_or_grade(person: Person) -> str:
    """Rank and grade as papers show them: `Pembina (IV/a)`; a PPPK has a grade only: `Golongan IX`."""
    return write_rank(person.rank_name, person.grade) or (f"Golongan {person.grade}" if person.grade else "")


def _innovation_office(session: Session, context: IdeaContext) -> list[str]:
    """The unit where the secretariat of widest reach over the call works."""
    rows = session.exec(
        select(Unit.path, Person.unit_id)
        .join(RoleGrant, col(RoleGrant.unit_id) == col(Unit.id))
        .join(Person, col(Person.id) == col(RoleGrant.person_id))
        .where(RoleGrant.role == Role.SECRETARIAT, is_held())
        .order_by(func.length(Unit.path), col(Person.id))
    )
    return [unit_id for path, unit_id in rows if context.call_path.startswith(path)][:1]


def _name_head(session: Session, unit: Unit) -> str:
    office = session.get(UnitOffice, unit.id)
    if office is not None:
        return office.position
    heading = select(Person.position).join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
    heading = heading.where(RoleGrant.role == Role.UNIT_HEAD, RoleGrant.unit_id == unit.id, is_held())
    heading = heading.where(RoleGrant.capacity == HeadCapacity.REGULAR)  # who acts keeps a position of their own
    position = session.exec(heading.order_by(col(Person.id))).first()
    return position or f"Kepala {unit.name}"
