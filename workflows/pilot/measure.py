"""Report a measurement of a running pilot."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import Session, select

from models.instants import today
from models.pilots import Indicator, Measurement, Pilot
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.engine import Grounds, permit, take
from workflows.process.refusals import Invalid
from workflows.process.wording import read_text


@dataclass(frozen=True)
class Reading:
    """A value of an indicator on a day."""

    indicator_id: str
    measured_on: date
    value: Decimal
    note: str = ""


def report_measurement(session: Session, idea_id: str, reading: Reading, *, actor: Actor) -> Measurement:
    """Add a reading; the pilot's owner may. Raises Invalid for a day outside the pilot or in the future, or an unknown indicator."""
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "measure", actor=actor)
    pilot = session.exec(select(Pilot).where(Pilot.idea_id == idea_id)).one()
    known = session.exec(select(Indicator.id).where(Indicator.pilot_id == pilot.id, Indicator.id == reading.indicator_id)).first()
    if known is None:
        raise Invalid("indicator_unknown", "indicator_id")
    if not pilot.starts_on <= reading.measured_on <= today():
        raise Invalid("measured_outside_pilot", "measured_on", first=pilot.starts_on.isoformat(), last=today().isoformat())
    measurement = Measurement(
        indicator_id=reading.indicator_id,
        measured_on=reading.measured_on,
        value=reading.value,
        note=read_text("note", reading.note, maximum=1_000),
        actor_id=str(actor.person_id),
    )
    session.add(measurement)
    take(session, context, permitted, Grounds(rows=(measurement,)), actor=actor)
    return measurement
