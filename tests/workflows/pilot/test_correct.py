"""A measurement can be corrected while the pilot runs, and what it said before stays on record: the old value, who, when and why."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import col, select

from api.v1.history import show_history
from models.ideas import Decision
from models.instants import today
from models.pilots import Indicator, Measurement, Pilot
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import REASON
from workflows.pilot.measure import Correction, Reading, correct_measurement, report_measurement
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Conflict, Forbidden, Invalid


def measure(town: Town, idea: str, value: str = "1240") -> Measurement:
    (indicator,) = town.rows(select(Indicator).join(Pilot, col(Pilot.id) == col(Indicator.pilot_id)).where(Pilot.idea_id == idea))
    return town.do(report_measurement, idea, Reading(indicator.id, today(), Decimal(value), "Dihitung di loket"), by="owner")  # type: ignore[no-any-return]


def test_a_corrected_measurement_leaves_a_trace(either_town: Town) -> None:
    town, idea = either_town, either_town.build_idea(IdeaStage.IN_PILOT)
    wrong = measure(town, idea)
    town.do(correct_measurement, idea, Correction(wrong.id, Decimal("1.24")), reason=REASON, by="owner")
    (kept,) = town.rows(select(Measurement))
    assert (kept.id, kept.value, kept.note, kept.measured_on) == (wrong.id, Decimal("1.24"), "Dihitung di loket", today())
    (decision,) = town.rows(select(Decision).where(Decision.action == "correct"))
    assert (decision.actor_id, decision.reason) == (town["owner"].id, REASON)
    assert decision.detail == {"measurement": wrong.id, "indicator": "Lama antre", "corrected": {"value": ["1240", "1.24"]}}
    with town.store.reading() as session:
        told = [entry for entry in show_history(session, idea, town.actor(session, "lead")) if entry.action == "correct"]
        assert [(entry.reason, entry.by, entry.detail["corrected"]) for entry in told] == [
            (REASON, town["owner"].name, {"value": ["1240", "1.24"]})
        ]
        assert compare_rows(session).differences == []


def test_a_measurement_is_corrected_by_the_pilots_owner_while_the_pilot_runs(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_PILOT)
    with pytest.raises(Conflict, match="nothing_measured"):
        town.do(correct_measurement, idea, Correction("x", Decimal(1)), reason=REASON, by="owner")
    reading = measure(town, idea)
    right = Correction(reading.id, Decimal(1))
    for who in ("lead", "secretary", "verifier", "leader", "admin"):
        with pytest.raises(Forbidden):
            town.do(correct_measurement, idea, right, reason=REASON, by=who)
    town.take(idea, "conclude")
    with pytest.raises(Conflict, match="wrong_stage"):
        town.do(correct_measurement, idea, right, reason=REASON, by="owner")
    town.take(idea, "compute_result", "verify extend")
    town.do(correct_measurement, idea, right, reason=REASON, by="owner")
    town.take(idea, "conclude", "compute_result")
    assert town.rows(select(Pilot.result))[0]["indicators"][0]["value"] == "1"


def test_a_correction_says_something_else_and_why(town: Town) -> None:
    idea, other = town.build_idea(IdeaStage.IN_PILOT), town.build_idea(IdeaStage.IN_PILOT)
    reading, foreign = measure(town, idea), measure(town, other)
    right = Correction(reading.id, Decimal(1))
    for correction, reason, code in (
        (right, "", "text_empty"),
        (right, "Salah", "text_too_short"),
        (Correction(foreign.id, Decimal(1)), REASON, "measurement_unknown"),
        (Correction(reading.id), REASON, "correction_changes_nothing"),
        (Correction(reading.id, Decimal("1240.0"), today(), "Dihitung di loket"), REASON, "correction_changes_nothing"),
        (replace(right, measured_on=today() + timedelta(days=1)), REASON, "measured_outside_pilot"),
    ):
        with pytest.raises(Invalid, match=code):
            town.do(correct_measurement, idea, correction, reason=reason, by="owner")
    assert town.rows(select(Measurement.value).where(Measurement.id == reading.id)) == [Decimal(1240)]
