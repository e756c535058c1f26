"""On what terms a role is given, and who heads a unit: one head, and one who acts for them, in no other unit's place of their own."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.instants import today
from models.people import HeadCapacity, Person, Role, RoleGrant, is_held
from models.units import Unit
from workflows.process.refusals import Conflict, Faults, Invalid
from workflows.process.wording import read_line
from workflows.region.posts import LONGEST_REASON

LONGEST_ACTING = 184  # days: three months and three more (SE Kepala BKN 1/SE/I/2021)
LONGEST_TERM = 3_660  # days: a year typed wrongly lies beyond


@dataclass(frozen=True)
class NewGrant:
    """A role over a unit and all below it, in what capacity a head has it, its last day (None: until it is ended), and why."""

    role: Role
    unit_code: str
    capacity: HeadCapacity = HeadCapacity.REGULAR
    last_day: date | None = None
    reason: str = ""

    @property
    def is_acting(self) -> bool:
        """Whether it is a head's in somebody else's place."""
        return self.capacity != HeadCapacity.REGULAR


def read_terms(new: NewGrant) -> str:
    """The reason of a role, as a line, its other terms checked; raises Invalid, all faults at once.

    Only a unit's head has a capacity. Who acts for one has a last day, at most LONGEST_ACTING days ahead; no role's last day is past.
    """
    faults, reason = Faults(), ""
    if new.is_acting and new.role != Role.UNIT_HEAD:
        faults.found.append(Invalid("capacity_of_heads", "capacity"))
    longest = LONGEST_ACTING if new.is_acting else LONGEST_TERM
    if new.is_acting and new.last_day is None:
        faults.found.append(Invalid("acting_without_end", "last_day", maximum=longest))
    elif new.last_day is not None and new.last_day < today():
        faults.found.append(Invalid("last_day_past", "last_day"))
    elif new.last_day is not None and new.last_day > today() + timedelta(days=longest):
        faults.found.append(Invalid("last_day_too_far", "last_day", day=(today() + timedelta(days=longest)).isoformat()))
    with faults.gather():
        reason = read_line("reason", new.reason, maximum=LONGEST_REASON, minimum=0)
    faults.settle()
    return reason


def require_sole_head(session: Session, person_id: str, new: NewGrant, unit: Unit) -> None:
    """Raise Conflict for a head beside another, and for one who heads another unit in their own right.

    A unit has one head, and may have one who acts: daily (`Plh.`) while the head is away, or as acting head (`Plt.`) while there is none.
    So a head takes up the office once the acting head's role has ended. The unit is locked, or two at once would both find it free.
    """
    if new.role != Role.UNIT_HEAD:
        return
    session.exec(select(Unit.id).where(Unit.id == unit.id).with_for_update()).first()
    heading = select(RoleGrant.capacity).where(RoleGrant.role == Role.UNIT_HEAD, is_held())
    of_unit = set(session.exec(heading.where(RoleGrant.unit_id == unit.id)))
    if new.capacity != HeadCapacity.DAILY and HeadCapacity.REGULAR in of_unit:
        raise Conflict("unit_has_head", "unit_code")
    if HeadCapacity.ACTING in of_unit or (new.is_acting and HeadCapacity.DAILY in of_unit):
        raise Conflict("unit_has_acting_head", "unit_code")
    own = select(Unit.name).join(RoleGrant, col(RoleGrant.unit_id) == col(Unit.id)).where(RoleGrant.person_id == person_id)
    own = own.where(RoleGrant.role == Role.UNIT_HEAD, RoleGrant.capacity == HeadCapacity.REGULAR, is_held())
    other = None if new.is_acting else session.exec(own).first()
    if other is not None:
        raise Conflict("head_of_another", "unit_code", given=other)


def list_heads(session: Session) -> list[tuple[Person, RoleGrant]]:
    """Who heads any unit today, those in their own right first."""
    heading = select(Person, RoleGrant).join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
    heading = heading.where(RoleGrant.role == Role.UNIT_HEAD, is_held())
    return list(session.exec(heading.order_by(col(RoleGrant.unit_id), col(RoleGrant.capacity), col(Person.id))))


def tell_terms(grant: RoleGrant) -> dict[str, Any]:
    """A grant's terms as its fact tells them: no reason, which may name people."""
    until = {} if grant.last_day is None else {"last_day": grant.last_day.isoformat()}
    capacity = {} if grant.capacity == HeadCapacity.REGULAR else {"capacity": grant.capacity}
    return {"role": grant.role, "unit": grant.unit_id, **capacity, **until}
