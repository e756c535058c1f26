"""What a walk through the process needs: every action as a request, people dressed in any role, and proof that nothing changed."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, col, delete, select

from models.awards import Award
from models.database import Database
from models.ideas import Idea
from models.instants import now, today
from models.people import Role, RoleGrant
from models.pilots import Indicator, Pilot
from models.reviews import Review, ReviewState
from models.tables import metadata
from tests.building import SECTIONS, Town
from tests.residents import Resident
from tests.ways import MET, REASON
from workflows.process.context import read_context
from workflows.review.assign import list_eligible

# relation -> (who stands in it, the unit over which they then hold their role)
RELATIONS = {
    "lead": ("lead", "KOTA"),
    "member": ("mate", "KOTA"),
    "over_unit": ("walker", "ANDIR"),
    "over_call": ("walker", "BAPPEDA"),
    "reviews_it": ("", "COBLONG"),
    "owns_pilot": ("owner", "COBLONG"),
    "elsewhere": ("walker", "COBLONG"),
}
DRESSES = [(role, relation) for role in Role for relation in RELATIONS]


@dataclass(frozen=True)
class Place:
    """An idea, and its award where it has one, in a town of its own."""

    town: Town
    idea: str
    award: str = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
    indicator: str = ""
    fourth: str = ""


@dataclass(frozen=True)
class Step:
    """An action with its outcome as a request; `{idea}` and `{award}` stand in the path."""

    way: str
    action: str
    outcome: str
    path: str
    body: Any = None
    method: str = "POST"

    def send(self, client: TestClient, place: Place, who: Resident) -> Response:
        """Ask for it as somebody."""
        headers = {**who.headers, "Idempotency-Key": uuid.uuid4().hex, **({"If-Match": "*"} if self.method == "PUT" else {})}
        body = self.body(place) if callable(self.body) else self.body
        return client.request(self.method, "/api/v1" + self.path.format(idea=place.idea, award=place.award), json=body, headers=headers)


def _proposal(place: Place) -> dict[str, Any]:
    team = [{"employee_number": place.town["lead"].number, "share_hundredths": 10_000}]
    return {"title": "Antrean yang ditulis ulang", "sections": SECTIONS, "team": team}


def _pilot(place: Place) -> dict[str, Any]:
    first, last = today(), today() + timedelta(days=60)
    goal = {"name": "Lama antre", "baseline": 60, "target": 90}
    dates = {"starts_on": first.isoformat(), "ends_on": last.isoformat()}
    return {"unit_code": "ANDIR", "owner_id": place.town["owner"].id, "site": "Kecamatan", **dates, "indicators": [goal]}


def _measurement(place: Place) -> dict[str, Any]:
    return {"indicator_id": place.indicator, "measured_on": today().isoformat(), "value": 70}


def _extension(_place: Place) -> dict[str, Any]:
    return {"outcome": "extend", "reason": REASON, "until": (today() + timedelta(days=90)).isoformat()}


def _hour(_place: Place) -> dict[str, Any]:
    return {"announce_at": (now() + timedelta(days=3)).isoformat()}


DECREE = {"decree_number": "100.3.3/1", "decree_on": "2026-11-01"}
_I, _A = "/ideas/{idea}", "/awards/{award}"
STEPS = (
    Step("idea", "revise", "-", _I, _proposal, "PUT"),
    Step("idea", "submit", "-", f"{_I}/submission"),
    Step("idea", "withdraw", "-", f"{_I}/withdrawal", {}),
    Step("idea", "permit", "granted", f"{_I}/permission", {"outcome": "granted"}),
    Step("idea", "permit", "refused", f"{_I}/permission", {"outcome": "refused", "reason": REASON}),
    Step("idea", "screen", "accepted", f"{_I}/screening", {"outcome": "accepted", "answers": MET}),
    Step("idea", "screen", "returned", f"{_I}/screening", {"outcome": "returned", "notes": {"idea": "Lengkapi biaya."}}),
    Step("idea", "screen", "duplicate", f"{_I}/screening", {"outcome": "duplicate", "reason": REASON}),
    Step("idea", "screen", "rejected", f"{_I}/screening", {"outcome": "rejected", "answers": {**MET, "renewal": False}, "reason": REASON}),
    Step("idea", "supplement", "-", f"{_I}/supplement", _proposal),
    Step("idea", "assign", "-", f"{_I}/assignments", lambda place: {"reviewer_id": place.fourth}),
    Step("idea", "score", "-", f"{_I}/score", {"points": {"novelty": 80, "impact": 70}}),
    Step("idea", "recuse", "-", f"{_I}/recusal", {"reason": REASON}),
    Step("idea", "recommend", "feasible", f"{_I}/recommendation", {"outcome": "feasible", "reason": REASON}),
    Step("idea", "recommend", "not_feasible", f"{_I}/recommendation", {"outcome": "not_feasible", "reason": REASON}),
    Step("idea", "recommend", "deferred", f"{_I}/recommendation", {"outcome": "deferred", "reason": REASON}),
    Step("idea", "determine", "adopted", f"{_I}/determination", {"outcome": "adopted", **DECREE}),
    Step("idea", "determine", "deferred", f"{_I}/determination", {"outcome": "deferred", "reason": REASON}),
    Step("idea", "determine", "rejected", f"{_I}/determination", {"outcome": "rejected", "reason": REASON}),
    Step("idea", "resume", "passed", f"{_I}/resumption", {"reason": REASON}),
    Step("idea", "plan_pilot", "-", f"{_I}/pilot", _pilot),
    Step("idea", "measure", "-", f"{_I}/pilot/measurements", _measurement),
    Step("idea", "conclude", "-", f"{_I}/pilot/conclusion", {"summary": REASON}),
    Step("idea", "verify", "roll_out", f"{_I}/pilot/verdict", {"outcome": "roll_out", "reason": REASON}),
    Step("idea", "verify", "extend", f"{_I}/pilot/verdict", _extension),
    Step("idea", "verify", "stop", f"{_I}/pilot/verdict", {"outcome": "stop", "reason": REASON}),
    Step("award", "propose", "-", f"{_I}/awards"),
    Step("award", "approve", "approved", f"{_A}/approval", {"decree_number": "1/2026", "decree_on": "2026-11-20"}),
    Step("award", "approve", "declined", f"{_A}/refusal", {"reason": REASON}),
    Step("award", "schedule", "-", f"{_A}/schedule", _hour),
    Step("award", "revoke", "-", f"{_A}/revocation", {"reason": REASON}),
)


def find_place(town: Town) -> Place:
    """The town's one idea, with what its requests name: an award, an indicator of its pilot, a reviewer who may still be asked."""
    with town.store.reading() as session:
        idea = session.exec(select(Idea.id)).one()
        award = session.exec(select(Award.id).where(Award.idea_id == idea)).first()
        indicator = session.exec(select(Indicator.id).join(Pilot).where(Pilot.idea_id == idea)).first()
        eligible = list_eligible(session, read_context(session, idea, actor=town.actor(session, "flow:review")))
    return Place(town, idea, award or Place.award, indicator or "x", next(iter(eligible), ""))


def dress(place: Place, role: Role, relation: str) -> Resident | None:
    """Somebody who stands in the relation to the idea and holds one role, and no other; None where nobody can."""
    who, over = RELATIONS[relation]
    with place.town.store.unit_of_work() as session:
        if relation == "reviews_it":
            who = _reviewer(session, place)
        if not who or (relation == "owns_pilot" and place.indicator == "x"):
            return None
        person = place.town[who].id
        session.execute(delete(RoleGrant).where(col(RoleGrant.person_id) == person))
        session.add(RoleGrant(person_id=person, role=role, unit_id=place.town.units[over][0]))
    return place.town[who]


def _reviewer(session: Session, place: Place) -> str:
    asked = select(Review.reviewer_id).where(
        Review.idea_id == place.idea, col(Review.state).in_((ReviewState.ASSIGNED, ReviewState.SCORED))
    )
    found = session.exec(asked.order_by(col(Review.reviewer_id))).first()
    return next((one.who for one in place.town.residents.values() if one.id == found), "")


class Watch:
    """Sees at once whether anybody committed anything: SQLite counts that for every other connection."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file)
        self.seen = self.version

    @property
    def version(self) -> int:
        """A number that changes with every commit of somebody else's."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def has_seen_a_change(self) -> bool:
        """Whether anything was committed since the last question."""
        before, self.seen = self.seen, self.version
        return before != self.seen


@contextmanager
def watch(place: Place) -> Iterator[Watch]:
    """Watch a place's database."""
    watching = Watch(Path(str(place.town.store.url.database)))
    yield watching
    watching.connection.close()


def fingerprint(store: Database) -> dict[str, Any]:
    """How many rows each table has (roles change as people dress), every idea and award, the outbox and the ledger's head."""
    with store.reading() as session:
        tables = [table for table in metadata.sorted_tables if table.name != "rolegrant"]
        told: dict[str, Any] = {t.name: session.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in tables}
        for name in ("idea", "award", "message", "ledgerhead"):
            table = metadata.tables[name]
            told[f"{name} rows"] = [tuple(row) for row in session.execute(sa.select(table).order_by(*table.primary_key.columns))]
        return told
