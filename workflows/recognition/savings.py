"""The savings of a call: of every pilot that a verifier let roll out, as far as it was measured in rupiah."""

from sqlmodel import Session, col, select

from models.ideas import Idea
from models.pilots import Direction, Indicator, Measurement, Pilot
from workflows.calculations.savings import Measured, save_in_a_year
from workflows.process import ways
from workflows.process.ways import Reached


def sum_savings(session: Session, call_id: str) -> tuple[int | None, int]:
    """The net savings of a call's pilots in a year, and of how many pilots; None of none, where nothing was measured in rupiah."""
    verified = ways.IDEA.list_reached(Reached.VERIFIED)
    pilots = session.exec(
        select(Pilot).join(Idea, col(Idea.id) == col(Pilot.idea_id)).where(Idea.call_id == call_id, col(Idea.stage).in_(verified))
    ).all()
    measured = _read_measured(session, [pilot.id for pilot in pilots])
    saved = [save_in_a_year(measured.get(pilot.id, []), pilot.budget_rupiah) for pilot in pilots]
    counted = [each for each in saved if each is not None]
    return (sum(counted) if counted else None), len(counted)


def _read_measured(session: Session, pilots: list[str]) -> dict[str, list[Measured]]:
    """Every indicator that was read, with its last reading, by pilot."""
    rows = session.exec(
        select(Indicator, col(Measurement.value))
        .join(Measurement, col(Measurement.indicator_id) == col(Indicator.id))
        .where(col(Indicator.pilot_id).in_(pilots))
        .order_by(col(Measurement.measured_on), col(Measurement.at))
    )
    last = {indicator.id: (indicator, value) for indicator, value in rows}
    found: dict[str, list[Measured]] = {}
    for indicator, value in last.values():
        read = Measured(indicator.unit_label, indicator.baseline, value, indicator.direction == Direction.DOWN)
        found.setdefault(indicator.pilot_id, []).append(read)
    return found
