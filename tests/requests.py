"""The steps of the process as requests: what a person sends for each, whoever it is and however it ends."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import select

from models.awards import Award
from models.ideas import Idea
from models.instants import now, today
from models.pilots import Indicator, Measurement, Pilot
from tests.building import SECTIONS, Town
from tests.steps import MET, NOTES, REASON, UNMET
from tests.town import TownPerson
from workflows.process.context import read_context
from workflows.review.assign import list_eligible


@dataclass(frozen=True)
class RequestPlace:
    """An idea, and its award where it has one, in a town of its own."""

    town: Town
    idea: str
    award: str = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
    indicator: str = ""
    fourth: str = ""
    measurement: str = "x"


def find_place(town: Town) -> RequestPlace:
    """The town's one idea, with what its requests name: an award, an indicator of its pilot, a reviewer who may still be asked."""
    with town.store.reading() as session:
        idea = session.exec(select(Idea.id)).one()
        award = session.exec(select(Award.id).where(Award.idea_id == idea)).first()
        indicator = session.exec(select(Indicator.id).join(Pilot).where(Pilot.idea_id == idea)).first()
        eligible = list_eligible(session, read_context(session, idea, actor=town.actor(session, "flow:review")))
        measurement = session.exec(select(Measurement.id).where(Measurement.indicator_id == indicator)).first()
    return RequestPlace(town, idea, award or RequestPlace.award, indicator or "x", next(iter(eligible), ""), measurement or "x")


@dataclass(frozen=True)
class StepRequest:
    """A step of `tests.steps` as a request; `{idea}` and `{award}` stand in the path."""

    way: str
    name: str
    path: str
    body: Any = None
    method: str = "POST"

    @property
    def action(self) -> str:
        """The process' action."""
        return self.name.split()[0]

    @property
    def outcome(self) -> str:
        """Its outcome, `-` where it has none."""
        return next(iter(self.name.split()[1:]), "-")

    def send(self, client: TestClient, place: RequestPlace, who: TownPerson) -> Response:
        """Ask for it as somebody."""
        headers = {**who.headers, "Idempotency-Key": uuid.uuid4().hex, **({"If-Match": "*"} if self.method == "PUT" else {})}
        body = self.body(place) if callable(self.body) else self.body
        return client.request(self.method, "/api/v1" + self.path.format(idea=place.idea, award=place.award), json=body, headers=headers)


def _proposal(_place: RequestPlace) -> dict[str, Any]:
    """Other words in the section that is asked about, and everything else as it is, so that it is taken of a returned idea too."""
    return {"title": "Antrean daring kelurahan", "sections": {**SECTIONS, "idea": "Antrean daring dengan biaya yang dihitung."}}


def _pilot(place: RequestPlace) -> dict[str, Any]:
    first, last = today(), today() + timedelta(days=60)
    goal = {"name": "Lama antre", "baseline": 60, "target": 90}
    dates = {"starts_on": first.isoformat(), "ends_on": last.isoformat()}
    return {"unit_code": "ANDIR", "owner_id": place.town["owner"].id, "site": "Kecamatan", **dates, "indicators": [goal]}


def _measurement(place: RequestPlace) -> dict[str, Any]:
    return {"indicator_id": place.indicator, "measured_on": today().isoformat(), "value": 70}


def _correction(place: RequestPlace) -> dict[str, Any]:
    return {"measurement_id": place.measurement, "value": "71.5", "reason": REASON}


def _extension(_place: RequestPlace) -> dict[str, Any]:
    return {"outcome": "extend", "reason": REASON, "until": (today() + timedelta(days=90)).isoformat()}


def _hour(_place: RequestPlace) -> dict[str, Any]:
    return {"announce_at": (now() + timedelta(days=3)).isoformat()}


def _decree(_place: RequestPlace) -> dict[str, Any]:
    return {"decree_number": "100.3.3/1", "decree_on": today().isoformat()}


def _adoption(place: RequestPlace) -> dict[str, Any]:
    return {"outcome": "adopted", **_decree(place)}


_I, _A = "/ideas/{idea}", "/awards/{award}"
REQUESTS = (
    StepRequest("idea", "revise", _I, _proposal, "PUT"),
    StepRequest("idea", "submit", f"{_I}/submission"),
    StepRequest("idea", "agree joined", f"{_I}/agreement", {"outcome": "joined"}),
    StepRequest("idea", "agree not_joined", f"{_I}/agreement", {"outcome": "not_joined"}),
    StepRequest("idea", "withdraw", f"{_I}/withdrawal", {}),
    StepRequest("idea", "permit granted", f"{_I}/permission", {"outcome": "granted"}),
    StepRequest("idea", "permit refused", f"{_I}/permission", {"outcome": "refused", "reason": REASON}),
    StepRequest("idea", "screen accepted", f"{_I}/screening", {"outcome": "accepted", "answers": MET}),
    StepRequest("idea", "screen returned", f"{_I}/screening", {"outcome": "returned", "notes": NOTES}),
    StepRequest(
        "idea", "screen duplicate", f"{_I}/screening", {"outcome": "duplicate", "reason": REASON, "duplicate_not_registered": True}
    ),
    StepRequest("idea", "screen rejected", f"{_I}/screening", {"outcome": "rejected", "answers": UNMET, "reason": REASON}),
    StepRequest("idea", "supplement", f"{_I}/supplement", _proposal),
    StepRequest("idea", "assign", f"{_I}/assignments", lambda place: {"reviewer_id": place.fourth}),
    StepRequest("idea", "score", f"{_I}/score", {"points": {"novelty": 80, "impact": 70}}),
    StepRequest("idea", "recuse", f"{_I}/recusal", {"reason": REASON}),
    StepRequest("idea", "recommend feasible", f"{_I}/recommendation", {"outcome": "feasible", "reason": REASON}),
    StepRequest("idea", "recommend not_feasible", f"{_I}/recommendation", {"outcome": "not_feasible", "reason": REASON}),
    StepRequest("idea", "recommend deferred", f"{_I}/recommendation", {"outcome": "deferred", "reason": REASON}),
    StepRequest("idea", "determine adopted", f"{_I}/determination", _adoption),
    StepRequest("idea", "determine deferred", f"{_I}/determination", {"outcome": "deferred", "reason": REASON}),
    StepRequest("idea", "determine rejected", f"{_I}/determination", {"outcome": "rejected", "reason": REASON}),
    StepRequest("idea", "resume passed", f"{_I}/resumption", {"reason": REASON}),
    StepRequest("idea", "resume below_mark", f"{_I}/resumption", {"reason": REASON}),
    StepRequest("idea", "reopen", f"{_I}/reopening", {"reason": REASON}),
    StepRequest("idea", "plan_pilot", f"{_I}/pilot", _pilot),
    StepRequest("idea", "measure", f"{_I}/pilot/measurements", _measurement),
    StepRequest("idea", "correct", f"{_I}/pilot/corrections", _correction),
    StepRequest("idea", "conclude", f"{_I}/pilot/conclusion", {"summary": REASON}),
    StepRequest("idea", "verify roll_out", f"{_I}/pilot/verdict", {"outcome": "roll_out", "reason": REASON}),
    StepRequest("idea", "verify extend", f"{_I}/pilot/verdict", _extension),
    StepRequest("idea", "verify stop", f"{_I}/pilot/verdict", {"outcome": "stop", "reason": REASON}),
    StepRequest("award", "propose", f"{_I}/awards"),
    StepRequest("award", "approve approved", f"{_A}/approval", _decree),
    StepRequest("award", "approve declined", f"{_A}/refusal", {"reason": REASON}),
    StepRequest("award", "schedule", f"{_A}/schedule", _hour),
    StepRequest("award", "revoke", f"{_A}/revocation", {"reason": REASON}),
)
