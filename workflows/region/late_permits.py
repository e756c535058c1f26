"""Let one named person come in after a call's end: given by its secretariat or an admin with a reason, confirmed by a second person.

Who would cheat here lets a friend in, or themselves. So a permit names its person and cannot be passed on; whoever proposes in the call
gives and confirms none; its reason stands in the call's story, which anybody reads; and it lets in one idea, which is marked as late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from models.calls import Call, CallChange, CallChangeKind, CallState
from models.ideas import Idea
from models.instants import now
from models.late_permits import LatePermit
from models.may_hold import MAY_HOLD
from models.people import Account, NoticeKind, Person, Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.closing import last_entry, read_closing
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.wording import read_text
from workflows.region.call_changes import require_no_part, write_change
from workflows.region.calls import get_call, lock_call, require_keeper
from workflows.region.identifiers import find_by_number_or_name
from workflows.region.notices import send_notice
from workflows.region.powers import is_second, require_second

SHORTEST_REASON = 10
READERS = (Role.SECRETARIAT, Role.ADMIN, Role.CHAIR, Role.LEADER, Role.AUDITOR)  # over the call's unit: of whom a permit lets in


@dataclass(frozen=True)
class NewPermit:
    """A permit as it is asked for: whom it lets in, by employee number; until when; and why."""

    employee_number: str
    until: datetime
    reason: str


@dataclass(frozen=True)
class PermitCounts:
    """How many permits of a call two people gave, and how many ideas came in by one; for everybody to read."""

    given: int
    used: int


@dataclass(frozen=True)
class PermitLine:
    """A permit as those read it who work on the call: whom it lets in, who gave it, and the code of the idea that used it."""

    permit: LatePermit
    person: str
    given_by: str
    confirmed_by: str
    idea_code: str | None

    @property
    def is_over(self) -> bool:
        """Whether it ran out before an idea came in by it."""
        return not self.permit.is_settled and self.permit.until <= now()


def give_late_permit(session: Session, call_id: str, new: NewPermit, *, actor: Actor) -> LatePermit:
    """Give somebody a permit to submit one idea after the call's end; it counts once a second person has confirmed it.

    Raises Invalid, all faults at once, for an unknown person or one who may not propose, a missing reason, an instant that is past or
    further from the end than the call's policy allows; Forbidden for who keeps no call of the unit, who proposes in it, and for oneself;
    Conflict where the policy lets nobody in, before the end, and for who has a permit already.
    """
    call, unit = lock_call(session, call_id)
    require_keeper(actor, unit)
    _require_person(actor)
    _require_after_end(session, call)
    require_no_part(session, call, actor=actor)
    person, reason = None, ""
    faults = Faults()
    with faults.gather():
        person = _find_proposer(session, new.employee_number)
    with faults.gather():
        _require_within(session, call, new.until)
    with faults.gather():
        reason = read_text("reason", new.reason, maximum=1_000, minimum=SHORTEST_REASON)
    faults.settle()
    person_id = person.id
    if person_id == actor.person_id:
        raise Forbidden("own_late_permit")
    if _find_open(session, call.id, person_id) is not None:
        raise Conflict("late_permit_given", "employee_number")
    permit = LatePermit(call_id=call.id, person_id=person_id, until=new.until, reason=reason, given_by=str(actor.person_id))
    session.add(permit)
    session.flush()
    until = new.until.isoformat()
    record(session, "call.permit_late", call.id, actor=actor, permit=permit.id, person=person_id, until=until)
    return permit


def confirm_late_permit(session: Session, permit_id: str, *, actor: Actor) -> LatePermit:
    """Confirm a permit: an admin or leader over the call's unit may, who neither gave it nor gets it, and proposes nothing in the call.

    The reason stands in the call's story from then on, without a name; the person is told on their page and by mail.
    """
    permit, call, unit = _read(session, permit_id)
    require_second(actor, [unit.path], permit.given_by, permit.person_id)
    require_no_part(session, call, actor=actor)
    if permit.confirmed_at is not None or permit.ended_at is not None:
        raise Conflict("confirmation_settled")
    if permit.until <= now():
        raise Conflict("late_permit_over", closes_at=permit.until.isoformat())
    if _is_gone(session, permit.person_id):
        raise Conflict("account_closed")
    permit.confirmed_by, permit.confirmed_at = actor.person_id, now()
    session.add(permit)
    session.flush()
    record(session, "call.confirm_late", call.id, actor=actor, permit=permit.id, person=permit.person_id)
    change = CallChange(call_id=call.id, kind=CallChangeKind.LATE_PERMITTED, reason=permit.reason, closes_at=permit.until)
    write_change(session, call, change, actor=actor)
    send_notice(session, permit.person_id, NoticeKind.LATE_PERMITTED)
    return permit


def end_late_permit(session: Session, permit_id: str, *, call_id: str = "", actor: Actor) -> LatePermit:
    """Take a permit back, or refuse it, while no idea came in by it: who keeps the call may, and who may confirm it.

    Raises Forbidden for others, Conflict for one that is used or ended; nobody else is told that it was there.
    """
    permit, call, unit = _read(session, permit_id)
    if call_id and call.id != call_id:
        raise NotFound("late_permit_not_found")
    if not is_second(actor, [unit.path]):
        require_keeper(actor, unit)
    require_no_part(session, call, actor=actor)
    if permit.is_settled:
        raise Conflict("late_permit_settled")
    permit.ended_by, permit.ended_at = actor.person_id, now()
    session.add(permit)
    session.flush()
    record(session, "call.end_late", call.id, actor=actor, permit=permit.id, person=permit.person_id)
    if permit.confirmed_at is not None:
        send_notice(session, permit.person_id, NoticeKind.LATE_ENDED)
    return permit


def list_permits(session: Session, call_id: str, *, actor: Actor) -> list[PermitLine]:
    """The permits of a call, the last given first, for those who work on it; one's own that counts for everybody else."""
    call, unit = get_call(session, call_id)
    about: Any = aliased(Person)
    giver: Any = aliased(Person)
    second: Any = aliased(Person)
    query = (
        sa.select(LatePermit, about, giver, second, col(Idea.code))
        .join(about, about.id == col(LatePermit.person_id))
        .join(giver, giver.id == col(LatePermit.given_by))
        .outerjoin(second, second.id == col(LatePermit.confirmed_by))
        .outerjoin(Idea, col(Idea.id) == col(LatePermit.idea_id))
        .where(col(LatePermit.call_id) == call.id)
    )
    if not any(actor.holds(role, unit.path) for role in READERS):
        query = query.where(col(LatePermit.person_id) == actor.person_id, col(LatePermit.confirmed_at).is_not(None))
    rows = session.execute(query.order_by(col(LatePermit.given_at).desc(), col(LatePermit.id)))
    return [
        PermitLine(permit, person.full_name, first.full_name, other.full_name if other else "", code)
        for permit, person, first, other, code in rows
    ]


def count_permits(session: Session, call_id: str) -> PermitCounts:
    """How many permits two people gave for a call, taken back or not, and how many were used."""
    of_call = select(func.count(), func.count(col(LatePermit.idea_id))).where(LatePermit.call_id == call_id)
    given, used = session.exec(of_call.where(col(LatePermit.confirmed_at).is_not(None))).one()
    return PermitCounts(given, used)


def list_unconfirmed(session: Session, *, actor: Actor) -> Sequence[tuple[LatePermit, Person, Call, Unit]]:
    """The permits that wait for their confirmation and may still be used, with the person, the call and its unit, if the actor sees any."""
    if not actor.grants:
        return []
    waiting = select(LatePermit, Person, Call, Unit).join(Person, col(Person.id) == col(LatePermit.person_id))
    waiting = waiting.join(Call, col(Call.id) == col(LatePermit.call_id)).join(Unit, col(Unit.id) == col(Call.unit_id))
    waiting = waiting.where(col(LatePermit.confirmed_at).is_(None), col(LatePermit.ended_at).is_(None), col(LatePermit.until) > now())
    return session.exec(waiting.order_by(col(LatePermit.given_at), col(LatePermit.id))).all()


def _require_person(actor: Actor) -> None:
    """Whoever runs the server gives no permits: the ledger and the second person name a person who did."""
    if actor.person_id is None:
        raise Forbidden("only_secretariat")


def _require_after_end(session: Session, call: Call) -> None:
    """Raise Conflict where nobody is let in late: by the call's policy, before its end, or once it was put away."""
    rule = read_closing(session, call.id)
    if not rule.late_days:
        raise Conflict("call_takes_nobody_late")
    if call.archived_at is not None:
        raise Conflict("call_archived")
    if call.state == CallState.PLANNED or (call.state == CallState.OPEN and now() < call.closes_at):
        raise Conflict("call_not_over", closes_at=call.closes_at.isoformat())


def _require_within(session: Session, call: Call, until: datetime) -> None:
    rule = read_closing(session, call.id)
    last = last_entry(session, call, rule)
    if until <= now():
        raise Invalid("date_in_the_past", "until")
    if until > last:
        raise Invalid("late_permit_too_long", "until", closes_at=last.isoformat())


def _find_proposer(session: Session, number: str) -> Person:
    """The civil servant of an employee number who is in service; raises Invalid, for whatever reason there is none."""
    person_id = find_by_number_or_name(session, number)
    person = session.get(Person, person_id) if person_id else None
    if person is None or Role.PROPOSER not in MAY_HOLD[person.kind] or _is_gone(session, person.id):
        raise Invalid("late_person_unknown", "employee_number")
    return person


def _is_gone(session: Session, person_id: str) -> bool:
    """Whether somebody left the service, or their account is closed."""
    closed = select(Account.person_id).where(Account.person_id == person_id, col(Account.closed_at).is_not(None))
    return session.get_one(Person, person_id).retired_on is not None or session.exec(closed).first() is not None


def _find_open(session: Session, call_id: str, person_id: str) -> LatePermit | None:
    held = select(LatePermit).where(LatePermit.call_id == call_id, LatePermit.person_id == person_id, col(LatePermit.until) > now())
    return session.exec(held.where(col(LatePermit.ended_at).is_(None), col(LatePermit.idea_id).is_(None))).first()


def _read(session: Session, permit_id: str) -> tuple[LatePermit, Call, Unit]:
    """A permit with its call and unit, the call locked first and then the permit, as whoever submits by it does."""
    found = session.get(LatePermit, permit_id)
    if found is None:
        raise NotFound("late_permit_not_found")
    call, unit = lock_call(session, found.call_id)
    return session.get_one(LatePermit, permit_id, with_for_update=True, populate_existing=True), call, unit
