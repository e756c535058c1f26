"""Coaching clinics of a call: planned by its secretariat as a date with places, cancelled with a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from models.clinics import Clinic, ClinicBooking
from models.ideas import Idea
from models.instants import now
from models.people import NoticeKind
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.mentoring import OVER
from workflows.process.refusals import Conflict, Faults, Invalid, NotFound
from workflows.process.wording import read_lines, read_text
from workflows.region.mentors import lock_kept_call
from workflows.region.notices import send_notices

MOST_CLINICS = 100  # of a call, cancelled ones too
MOST_PLACES = 500
SHORTEST_REASON = 10


@dataclass(frozen=True)
class NewClinic:
    """A clinic as it is planned: what it is called, where or at which address, when, and for how many teams."""

    title: str
    place: str
    starts_at: datetime
    places: int


def plan_clinic(session: Session, call_id: str, new: NewClinic, *, actor: Actor) -> Clinic:
    """Plan a clinic of a call; its secretariat or an admin may.

    Raises Invalid, all faults at once, for texts that are missing or too long, an instant that is past and places outside 1..500; Conflict
    for too many clinics and once the call was put away.
    """
    call, _unit = lock_kept_call(session, call_id, actor=actor)
    faults = Faults()
    words = read_lines(faults, new, {"title": (1, 200), "place": (1, 300)})
    if new.starts_at <= now():
        faults.found.append(Invalid("date_in_the_past", "starts_at"))
    if not 1 <= new.places <= MOST_PLACES:
        limit = 1 if new.places < 1 else MOST_PLACES
        faults.found.append(Invalid("number_out_of_range", "places", minimum=1, maximum=MOST_PLACES, limit=limit))
    faults.settle()
    if session.exec(select(func.count()).select_from(Clinic).where(Clinic.call_id == call.id)).one() >= MOST_CLINICS:
        raise Conflict("clinics_too_many", maximum=MOST_CLINICS)
    clinic = Clinic(
        call_id=call.id,
        title=words["title"],
        place=words["place"],
        starts_at=new.starts_at,
        places=new.places,
        planned_by=str(actor.person_id),
    )
    session.add(clinic)
    session.flush()
    record(session, "call.plan_clinic", call.id, actor=actor, clinic=clinic.id, places=clinic.places)
    return clinic


def cancel_clinic(session: Session, call_id: str, clinic_id: str, reason: str, *, actor: Actor) -> Clinic:
    """Cancel a clinic that has not begun, with a reason; the lead of every team that has a place is told."""
    call, _unit = lock_kept_call(session, call_id, actor=actor)
    clinic = lock_clinic(session, clinic_id)
    if clinic.call_id != call.id:
        raise NotFound("clinic_not_found")
    reason = read_text("reason", reason, maximum=1_000, minimum=SHORTEST_REASON)
    require_ahead(clinic)
    clinic.cancelled_by, clinic.cancelled_at, clinic.cancel_reason = actor.person_id, now(), reason
    session.add(clinic)
    session.flush()
    record(session, "call.cancel_clinic", call.id, actor=actor, clinic=clinic.id)
    leads = select(Idea.lead_id).join(ClinicBooking, col(ClinicBooking.idea_id) == col(Idea.id))
    leads = leads.where(ClinicBooking.clinic_id == clinic.id, is_coming())
    send_notices(session, sorted(set(session.exec(leads))), NoticeKind.CLINIC_CANCELLED)
    return clinic


def lock_clinic(session: Session, clinic_id: str) -> Clinic:
    """A clinic as it stands now, kept from others until the transaction ends; raises NotFound."""
    clinic = session.get(Clinic, clinic_id, with_for_update=True, populate_existing=True)
    if clinic is None:
        raise NotFound("clinic_not_found")
    return clinic


def require_ahead(clinic: Clinic) -> None:
    """Raise Conflict for a clinic that was cancelled or has begun."""
    if clinic.cancelled_at is not None:
        raise Conflict("clinic_cancelled")
    if clinic.starts_at <= now():
        raise Conflict("clinic_over", closes_at=clinic.starts_at.isoformat())


def is_coming() -> sa.ColumnElement[bool]:
    """The condition on bookings, beside their ideas, that the team has its place: not given back, and the idea's way is not over."""
    return col(ClinicBooking.ended_at).is_(None) & col(Idea.stage).not_in(OVER)


def count_booked(session: Session, clinic_ids: Collection[str]) -> dict[str, int]:
    """How many places of some clinics are taken; an idea whose way is over, which it stays, takes none."""
    taken = select(ClinicBooking.clinic_id, func.count()).join(Idea, col(Idea.id) == col(ClinicBooking.idea_id))
    taken = taken.where(col(ClinicBooking.clinic_id).in_(clinic_ids), is_coming())
    return dict(session.exec(taken.group_by(col(ClinicBooking.clinic_id))).all())
