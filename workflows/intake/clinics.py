"""Book a place of a coaching clinic for an idea's team, give it back, and read the clinics of a call with who comes.

A clinic is locked while a place of it is taken, so that there are never more teams than places. Who keeps the call reads who comes: the
name of whoever booked, and the idea where they may see it. Of a sealed call they read how many alone, since a name would tell who proposes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.clinics import Clinic, ClinicBooking
from models.ideas import Idea
from models.instants import now
from models.people import Person, Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.attest.commit import commit_rows
from workflows.process.context import IdeaContext, read_context
from workflows.process.journal import record
from workflows.process.mentoring import OVER
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.process.relations import is_in_team, list_blind
from workflows.process.sealing import find_seal
from workflows.process.visibility import visible
from workflows.region.calls import get_call
from workflows.region.clinics import count_booked, is_coming, lock_clinic, require_ahead

KEEPERS = (Role.SECRETARIAT, Role.ADMIN, Role.AUDITOR)


@dataclass(frozen=True)
class Guest:
    """Whoever booked a place, their unit, and the idea where the reader may see it."""

    name: str
    unit: str
    idea: Idea | None


@dataclass(frozen=True)
class ClinicLine:
    """A clinic with how many places are taken; `booking` is that of the idea beside which it is read, `guests` who comes."""

    clinic: Clinic
    booked: int
    booking: ClinicBooking | None = None
    guests: Sequence[Guest] = ()

    @property
    def free(self) -> int:
        """How many places are free."""
        return max(self.clinic.places - self.booked, 0)

    @property
    def may_book(self) -> bool:
        """Whether the team whose place it would be may take one now."""
        return self.is_ahead and self.booking is None and self.free > 0

    @property
    def may_leave(self) -> bool:
        """Whether the team may give its place back now."""
        return self.is_ahead and self.booking is not None

    @property
    def is_ahead(self) -> bool:
        """Whether it was not cancelled and has not begun."""
        return self.clinic.cancelled_at is None and self.clinic.starts_at > now()


def book_clinic(session: Session, idea_id: str, clinic_id: str, *, actor: Actor) -> ClinicBooking:
    """Take a place of a clinic for an idea; anybody of its team may.

    Raises Forbidden for others, NotFound for a clinic of another call, Conflict where the clinic is full, cancelled or has begun, where the
    team has a place already, and once the idea's way is over.
    """
    context = _require_in_team(session, idea_id, actor)
    if context.idea.stage in OVER:
        raise Conflict("clinic_idea_over", stage=context.idea.stage)
    clinic = lock_clinic(session, clinic_id)
    if clinic.call_id != context.call.id:
        raise NotFound("clinic_not_found")
    require_ahead(clinic)
    held = select(ClinicBooking.id).where(ClinicBooking.clinic_id == clinic.id, ClinicBooking.idea_id == idea_id)
    if session.exec(held.where(col(ClinicBooking.ended_at).is_(None))).first() is not None:
        raise Conflict("clinic_booked")
    if count_booked(session, [clinic.id]).get(clinic.id, 0) >= clinic.places:
        raise Conflict("clinic_full")
    booking = ClinicBooking(clinic_id=clinic.id, idea_id=idea_id, booked_by=str(actor.person_id))
    _keep(session, "idea.book_clinic", booking, actor)
    return booking


def end_booking(session: Session, idea_id: str, booking_id: str, *, actor: Actor) -> ClinicBooking:
    """Give a place back before the clinic begins; anybody of the team may. Raises NotFound for another idea's booking."""
    _require_in_team(session, idea_id, actor)
    found = session.get(ClinicBooking, booking_id)
    if found is None or found.idea_id != idea_id:
        raise NotFound("clinic_booking_not_found")
    clinic = lock_clinic(session, found.clinic_id)
    booking = session.get_one(ClinicBooking, booking_id, populate_existing=True)
    if booking.ended_at is not None:
        raise Conflict("clinic_booking_ended")
    require_ahead(clinic)
    booking.ended_by, booking.ended_at = actor.person_id, now()
    _keep(session, "idea.leave_clinic", booking, actor)
    return booking


def list_clinics(session: Session, call_id: str, *, actor: Actor) -> list[ClinicLine]:
    """A call's clinics by their dates, for everybody; with who comes, for those who keep the call."""
    call, unit = get_call(session, call_id)
    clinics = _read_clinics(session, call_id)
    booked = count_booked(session, [each.id for each in clinics])
    keeps = any(actor.holds(role, unit.path) for role in KEEPERS) and find_seal(call) is None
    guests = _list_guests(session, [each.id for each in clinics], actor) if keeps else {}
    return [ClinicLine(each, booked.get(each.id, 0), guests=guests.get(each.id, ())) for each in clinics]


def list_clinics_for(session: Session, context: IdeaContext, *, actor: Actor) -> list[ClinicLine]:
    """The clinics that the team of an idea may book, has booked, or had booked when they were cancelled; none for who is not of it."""
    clinics = _read_clinics(session, context.call.id) if is_in_team(context, actor) else ()
    if not clinics:
        return []
    booked = count_booked(session, [each.id for each in clinics])
    own = select(ClinicBooking).where(ClinicBooking.idea_id == context.idea.id, col(ClinicBooking.ended_at).is_(None))
    held = {each.clinic_id: each for each in session.exec(own)}
    lines = [ClinicLine(each, booked.get(each.id, 0), held.get(each.id)) for each in clinics]
    return [line for line in lines if line.booking is not None or (line.is_ahead and context.idea.stage not in OVER)]


def _read_clinics(session: Session, call_id: str) -> Sequence[Clinic]:
    return session.exec(select(Clinic).where(Clinic.call_id == call_id).order_by(col(Clinic.starts_at), col(Clinic.id))).all()


def _list_guests(session: Session, clinic_ids: Sequence[str], actor: Actor) -> dict[str, list[Guest]]:
    """By clinic who comes, in the order in which they booked; a blind reviewer is not told which idea is whose."""
    coming = select(ClinicBooking, Person, Unit, Idea).join(Person, col(Person.id) == col(ClinicBooking.booked_by))
    coming = coming.join(Unit, col(Unit.id) == col(Person.unit_id)).join(Idea, col(Idea.id) == col(ClinicBooking.idea_id))
    coming = coming.where(col(ClinicBooking.clinic_id).in_(clinic_ids), is_coming())
    rows = session.exec(coming.order_by(col(ClinicBooking.booked_at), col(ClinicBooking.id))).all()
    ideas = {idea.id: idea for *_, idea in rows}
    seen = set(session.exec(select(Idea.id).where(col(Idea.id).in_(ideas), visible(actor)))) - list_blind(session, ideas.values(), actor)
    found: dict[str, list[Guest]] = {}
    for booking, person, unit, idea in rows:
        guest = Guest(person.full_name, unit.name, idea if idea.id in seen else None)
        found.setdefault(booking.clinic_id, []).append(guest)
    return found


def _keep(session: Session, kind: str, booking: ClinicBooking, actor: Actor) -> None:
    """Write a booking, and the fact into the ledger: one about the idea, so that nobody reads it who may not know of the idea."""
    session.add(booking)
    session.flush()
    commits = commit_rows(kind, [("clinicbooking", booking)])
    record(session, kind, booking.idea_id, actor=actor, idea_id=booking.idea_id, commits=commits)


def _require_in_team(session: Session, idea_id: str, actor: Actor) -> IdeaContext:
    context = read_context(session, idea_id, actor=actor)
    if not is_in_team(context, actor):
        raise Forbidden("only_team")
    return context
