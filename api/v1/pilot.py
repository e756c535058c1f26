"""Pilot: plan, measure, conclude, verify; and reading pilots."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from api.access import Api, ApiRequest, Head, Match, MatchingApi
from api.v1 import PREFIX
from api.v1.figures import Figure
from api.v1.shapes import Amount, Day, Id, IdeaOut, Reason, RequestBody, ResponseBody, show_context
from models.ideas import Idea
from models.pilots import Direction, Indicator, Measurement, Pilot
from workflows.pilot.conclude import Verdict, conclude_pilot, verify_pilot
from workflows.pilot.measure import Correction, Reading, correct_measurement, report_measurement
from workflows.pilot.start import IndicatorPlan, PilotPlan, plan_pilot
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.refusals import NotFound
from workflows.process.relations import is_blind
from workflows.region.decrees import NamedDecree

router = APIRouter(prefix=PREFIX + "/ideas/{idea_id}/pilot", tags=["pilot"])
PlanningApi = Annotated[ApiRequest, Depends(Head(match=Match.READ, creates="/ideas/{idea_id}/pilot"))]


class IndicatorIn(RequestBody):
    name: str = Field(max_length=2_000)
    unit_label: str = Field(default="", max_length=40)
    direction: Direction = Direction.UP
    baseline: Figure
    target: Figure


class PilotIn(RequestBody):
    unit_code: str = Field(max_length=60)
    owner_id: Id
    site: str = Field(max_length=2_000)
    starts_on: Day
    ends_on: Day
    decree_number: str = Field(default="", max_length=100)
    decree_on: Day | None = None
    decree_sha256: str | None = Field(default=None, max_length=200)
    budget_rupiah: Amount = 0
    indicators: tuple[IndicatorIn, ...] = Field(min_length=1, max_length=30)


class MeasurementIn(RequestBody):
    indicator_id: Id
    measured_on: Day
    value: Figure
    note: str = Field(default="", max_length=1_000)


class CorrectionIn(RequestBody):
    """What a measurement should have said; what is null stays as it was reported."""

    measurement_id: Id
    value: Figure | None = None
    measured_on: Day | None = None
    note: str | None = Field(default=None, max_length=1_000)
    reason: Reason


class ConclusionIn(RequestBody):
    summary: Reason


class VerdictIn(RequestBody):
    outcome: Verdict
    reason: Reason
    until: Day | None = None


class MeasurementOut(ResponseBody):
    id: str
    indicator_id: str
    measured_on: date
    value: Decimal
    note: str


class IndicatorOut(ResponseBody):
    id: str
    name: str
    unit_label: str
    direction: Direction
    baseline: Decimal
    target: Decimal
    measurements: list[MeasurementOut]


class PilotOut(ResponseBody):
    id: str
    idea_id: str
    unit_id: str
    owner_id: str
    site: str
    starts_on: date
    ends_on: date
    decree_number: str
    decree_on: date | None
    budget_rupiah: int
    summary: str
    result: dict[str, Any] | None
    indicators: list[IndicatorOut]


@router.get("")
async def show_pilot(idea_id: Id, request: Api) -> PilotOut:
    """An idea's pilot with its indicators and readings."""
    return await request.read(lambda s, a: _read_pilot(s, idea_id, a))


@router.post("", status_code=201, response_model=PilotOut)
async def plan(idea_id: Id, body: PilotIn, request: PlanningApi) -> JSONResponse:
    """Plan the pilot; it starts by itself on its first day."""
    indicators = tuple(IndicatorPlan(i.name, i.baseline, i.target, i.direction, i.unit_label) for i in body.indicators)
    decree = NamedDecree(body.decree_number, body.decree_on, body.decree_sha256)
    said = body.model_dump(exclude={"indicators", "decree_number", "decree_on", "decree_sha256"})
    wanted = PilotPlan(**said, decree=decree, indicators=indicators)

    def act(session: Session, actor: Actor) -> PilotOut:
        plan_pilot(session, idea_id, wanted, actor=actor)
        return _read_pilot(session, idea_id, actor)

    return await request.write(act, status=201, match=(Idea, idea_id))


@router.post("/measurements", status_code=201, response_model=MeasurementOut)
async def add_measurement(idea_id: Id, body: MeasurementIn, request: Api) -> JSONResponse:
    """Report a reading."""
    reading = Reading(**body.model_dump())
    return await request.write(
        lambda s, a: MeasurementOut.model_validate(report_measurement(s, idea_id, reading, actor=a), from_attributes=True), status=201
    )


@router.post("/corrections", response_model=MeasurementOut)
async def add_correction(idea_id: Id, body: CorrectionIn, request: Api) -> JSONResponse:
    """Correct a reading while the pilot runs; what it said before stays in the idea's history."""
    correction = Correction(**body.model_dump(exclude={"reason"}))

    def act(session: Session, actor: Actor) -> MeasurementOut:
        corrected = correct_measurement(session, idea_id, correction, reason=body.reason, actor=actor)
        return MeasurementOut.model_validate(corrected, from_attributes=True)

    return await request.write(act)


@router.post("/conclusion", response_model=IdeaOut)
async def conclude(idea_id: Id, body: ConclusionIn, request: MatchingApi) -> JSONResponse:
    """Hand in the pilot's report."""

    return await request.write(
        lambda s, a: show_context(s, conclude_pilot(s, idea_id, summary=body.summary, actor=a), a), match=(Idea, idea_id)
    )


@router.post("/verdict", response_model=IdeaOut)
async def verify(idea_id: Id, body: VerdictIn, request: MatchingApi) -> JSONResponse:
    """Roll out, extend or stop."""
    return await request.write(
        lambda s, a: show_context(s, verify_pilot(s, idea_id, body.outcome, reason=body.reason, until=body.until, actor=a), a),
        match=(Idea, idea_id),
    )


def _read_pilot(session: Session, idea_id: str, actor: Actor) -> PilotOut:
    context = read_context(session, idea_id, actor=actor)
    pilot = session.exec(select(Pilot).where(Pilot.idea_id == idea_id)).first()
    if pilot is None or is_blind(session, context, actor):  # it tells for which unit it runs
        raise NotFound("pilot_not_found")
    indicators = session.exec(select(Indicator).where(Indicator.pilot_id == pilot.id).order_by(col(Indicator.name))).all()
    readings = session.exec(
        select(Measurement)
        .where(col(Measurement.indicator_id).in_([indicator.id for indicator in indicators]))
        .order_by(col(Measurement.measured_on), col(Measurement.at))
    ).all()
    shown = [
        IndicatorOut(
            **indicator.model_dump(exclude={"pilot_id"}),
            measurements=[MeasurementOut.model_validate(r, from_attributes=True) for r in readings if r.indicator_id == indicator.id],
        )
        for indicator in indicators
    ]
    return PilotOut(**pilot.model_dump(exclude={"created_at", "reported_at"}), indicators=shown)
