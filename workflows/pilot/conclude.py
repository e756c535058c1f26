"""Conclude a pilot, compute what it reached, and give the verdict."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from sqlmodel import Session, col, select

from models.instants import now, today
from models.pilots import Indicator, Measurement, Pilot
from models.stages import IdeaStage
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext, read_context
from workflows.process.decide import read_reason
from workflows.process.engine import Grounds, permit, take
from workflows.process.refusals import Faults, Invalid


class Verdict(StrEnum):
    """What follows from a pilot's result."""

    ROLL_OUT = "roll_out"
    EXTEND = "extend"
    STOP = "stop"


def conclude_pilot(session: Session, idea_id: str, *, summary: str, actor: Actor) -> IdeaContext:
    """Hand in the pilot's report; every indicator needs a reading, and the fewest days must have passed since its start."""
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "conclude", actor=actor)
    text = read_reason(permitted.transition, summary, field="summary")
    pilot = session.exec(select(Pilot).where(Pilot.idea_id == idea_id)).one()
    pilot.summary, pilot.reported_at = text, now()
    take(session, context, permitted, Grounds(rows=(pilot,)), actor=actor)
    return context


def compute_result(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Work out how far each indicator came from its baseline to its target, in percent, and keep it with the pilot."""
    context = read_context(session, idea_id, actor=actor)
    if context.idea.stage != IdeaStage.PILOT_REPORTED:
        return
    pilot = session.exec(select(Pilot).where(Pilot.idea_id == idea_id)).one()
    lines = []
    for indicator in session.exec(select(Indicator).where(Indicator.pilot_id == pilot.id).order_by(col(Indicator.name))):
        value = _last_value(session, indicator)
        if value is None:
            continue
        lines.append({"indicator": indicator.name, "value": str(value), "reached_percent": str(reached_percent(indicator, value))})
    permitted = permit(session, context, "compute_result", actor=actor)
    pilot.result = {"indicators": lines, "targets_met": sum(Decimal(line["reached_percent"]) >= 100 for line in lines), "of": len(lines)}
    take(session, context, permitted, Grounds(rows=(pilot,)), actor=actor)


def reached_percent(indicator: Indicator, value: Decimal) -> Decimal:
    """How much of the way from baseline to target was covered, in percent with two places; below 0 when it got worse."""
    way = indicator.target - indicator.baseline
    return ((value - indicator.baseline) * 100 / way).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def verify_pilot(session: Session, idea_id: str, verdict: Verdict, *, reason: str, until: date | None = None, actor: Actor) -> IdeaContext:
    """Roll out, extend to a later last day, or stop; a verifier with no part in the idea and not below the owner may."""
    context = read_context(session, idea_id, actor=actor)
    permitted = permit(session, context, "verify", verdict, actor=actor)
    faults, text, rows = Faults(), "", tuple[Pilot, ...]()
    with faults.gather():
        text = read_reason(permitted.transition, reason)
    with faults.gather():
        rows = (_extend(session, context, until),) if verdict == Verdict.EXTEND else ()
    faults.settle()
    take(session, context, permitted, Grounds(text, rows=rows), actor=actor)
    return context


def _extend(session: Session, context: IdeaContext, until: date | None) -> Pilot:
    pilot = session.exec(select(Pilot).where(Pilot.idea_id == context.idea.id)).one()
    if until is None or until <= max(pilot.ends_on, today()):
        raise Invalid("extension_not_later", "until", last=pilot.ends_on.isoformat())
    if until - pilot.starts_on > timedelta(days=context.policy.pilot.maximum_days):
        rule = context.policy.pilot
        raise Invalid("pilot_length_out_of_range", "until", minimum=rule.minimum_days, maximum=rule.maximum_days)
    pilot.ends_on, pilot.reported_at, pilot.result = until, None, None
    session.flush()
    return pilot


def _last_value(session: Session, indicator: Indicator) -> Decimal | None:
    readings = select(Measurement).where(Measurement.indicator_id == indicator.id)
    last = session.exec(readings.order_by(col(Measurement.measured_on).desc(), col(Measurement.at).desc())).first()
    return None if last is None else last.value
