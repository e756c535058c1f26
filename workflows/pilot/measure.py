"""Report a measurement of a running pilot, and correct one that was reported wrongly."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from models.instants import today
from models.pilots import Indicator, Measurement, Pilot
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import read_text

LONGEST_NOTE = 1_000


@dataclass(frozen=True)
class Reading:
    """A value of an indicator on a day."""

    indicator_id: str
    measured_on: date
    value: Decimal
    note: str = ""


@dataclass(frozen=True)
class Correction:
    """What a reading should have said; what is None stays as it was reported."""

    measurement_id: str
    value: Decimal | None = None
    measured_on: date | None = None
    note: str | None = None


def report_measurement(session: Session, idea_id: str, reading: Reading, *, actor: Actor) -> Measurement:
    """Add a reading; the pilot's owner may. Raises Invalid for a day outside the pilot or in the future, or an unknown indicator."""
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "measure", actor=actor)
    pilot = session.exec(select(Pilot).where(Pilot.idea_id == idea_id)).one()
    known = session.exec(select(Indicator.id).where(Indicator.pilot_id == pilot.id, Indicator.id == reading.indicator_id)).first()
    faults, note = Faults(), ""
    if known is None:
        faults.found.append(Invalid("indicator_unknown", "indicator_id"))
    with faults.gather():
        _check_day(pilot, reading.measured_on)
    with faults.gather():
        note = read_text("note", reading.note, maximum=LONGEST_NOTE)
    faults.settle()
    measurement = Measurement(
        indicator_id=reading.indicator_id,
        measured_on=reading.measured_on,
        value=reading.value,
        note=note,
        actor_id=str(actor.person_id),
    )
    session.add(measurement)
    take(session, context, permitted, Grounds(rows=(measurement,)), actor=actor)
    return measurement


def correct_measurement(session: Session, idea_id: str, correction: Correction, *, reason: str, actor: Actor) -> Measurement:
    """Change a reading while the pilot runs; its owner may. What it said before, who changed it and why stand in the decision.

    Raises Invalid for a reading of another pilot, a day outside the pilot or in the future, and where nothing would change.
    """
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "correct", actor=actor)
    faults, text = Faults(), ""
    with faults.gather():
        text = read_reason(permitted.transition, reason)
    pilot = session.exec(select(Pilot).where(Pilot.idea_id == idea_id)).one()
    of_pilot = select(Measurement, Indicator).join(Indicator, col(Indicator.id) == col(Measurement.indicator_id))
    found = session.exec(of_pilot.where(Indicator.pilot_id == pilot.id, Measurement.id == correction.measurement_id)).first()
    if found is None:
        raise Faults([*faults.found, Invalid("measurement_unknown", "measurement_id")]).as_one()
    measurement, indicator = found
    before = _tell(measurement)
    if correction.measured_on is not None:
        with faults.gather():
            _check_day(pilot, correction.measured_on)
        measurement.measured_on = correction.measured_on
    if correction.value is not None:
        measurement.value = correction.value
    if correction.note is not None:
        with faults.gather():
            measurement.note = read_text("note", correction.note, maximum=LONGEST_NOTE)
    after = _tell(measurement)
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if not changed:
        faults.found.append(Invalid("correction_changes_nothing", "value"))
    faults.settle()
    session.add(measurement)
    detail = {"measurement": measurement.id, "indicator": indicator.name, "corrected": changed}
    take(session, context, permitted, Grounds(text, detail, {"measurement": measurement.id}, (measurement,)), actor=actor)
    return measurement


def _tell(measurement: Measurement) -> dict[str, Any]:
    return {
        "value": format(measurement.value.normalize(), "f"),
        "measured_on": measurement.measured_on.isoformat(),
        "note": measurement.note,
    }


def _check_day(pilot: Pilot, day: date) -> None:
    if not pilot.starts_on <= day <= today():
        raise Invalid("measured_outside_pilot", "measured_on", first=pilot.starts_on.isoformat(), last=today().isoformat())
