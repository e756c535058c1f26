"""Every route by everybody: who is let in to what, written by hand; a route that nobody wrote down fails."""

import csv
import itertools
import re
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import col, delete, select, update

from api.app import ROUTERS, create_app
from api.v1 import PREFIX
from models.awards import Award, AwardShare
from models.calls import Call
from models.documents import Document
from models.ideas import Idea, TeamMember
from models.instants import now, today
from models.people import Role, RoleGrant
from models.pilots import Indicator, Pilot
from models.reviews import Review, ReviewState
from models.settings import settings
from models.stages import AwardStage, IdeaStage
from tests.asking import ask
from tests.building import POLICY, SECTIONS, Shelf, Town
from tests.steps import MET, REASON
from workflows.adapters.files import store_file
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_certificates
from workflows.region.accounts import close_account
from workflows.region.amendments import NewAmendment, amend_running
from workflows.region.call_life import archive_call
from workflows.region.calls import NewCall, close_call, plan_call
from workflows.region.grants import grant_role
from workflows.region.holders import NewHolder
from workflows.region.offices import NewOffice, set_office
from workflows.region.signatures import sign_policy

pytestmark = pytest.mark.slow

PUBLIC = {"/activation", "/forgotten-passwords", "/tokens", "/health", "/ledger"}
PUBLIC |= {"/verification", "/verification/{token}", "/verification/files/{sha256}"}
GATE = {"name": "visit", "label": "Kunjungan", "label_en": "Visit", "stage": "rejected", "role": "verifier"}
TWO = ("ours", "foreign")
AWARDS = (AwardStage.PROPOSED, AwardStage.APPROVED, AwardStage.ANNOUNCED)


FIXED = {
    "call_id": ("call", "-"),
    "name": ("gate", "-"),
    "person_id": ("person", "-"),
    "code": ("unit", "-"),
    "action": ("step", "-"),
    "number": ("number", "-"),
}


def rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "route_access.csv").open() as file:
        return list(csv.DictReader(file))


def routes() -> set[tuple[str, str]]:
    found = [route for stage in ROUTERS for route in stage.router.routes if isinstance(route, APIRoute)]
    return {(method, route.path.removeprefix(PREFIX)) for route in found for method in route.methods - {"HEAD"}}


@dataclass(frozen=True)
class Scene:
    """The town's ideas and those of another unit in another agency's call, in every stage; ids by `of`, what and stage."""

    town: Town
    ids: dict[tuple[str, str, str], str]

    def find(self, row: dict[str, str], name: str) -> str:
        """The id that stands for a part of a path."""
        key = FIXED.get(name, (name, row["stage"]))
        return self.ids[row["of"] if (row["of"], *key) in self.ids else "-", key[0], key[1]]


@pytest.fixture
def scene(shelf: Shelf) -> Scene:
    if not shelf.has("routes"):
        town = shelf.open_town()
        IDS.update(build(town))
        shelf.put_aside("routes")
    return Scene(shelf.open_town("routes"), IDS)


IDS: dict[tuple[str, str, str], str] = {}


def build(town: Town) -> dict[tuple[str, str, str], str]:
    calls = {of: town.build_call(code=of, gates=[GATE]) for of in TWO}
    planned, unsigned = (NewCall(code, "Lomba", "BAPPEDA", now(), now() + timedelta(days=9), POLICY) for code in ("planned", "unsigned"))
    ids = {
        ("planned", "call", "-"): town.do(plan_call, planned, by="secretary").id,
        ("unsigned", "call", "-"): town.do(plan_call, unsigned, by="secretary").id,
        ("-", "number", "-"): "1",
        ("-", "gate", "-"): "visit",
        ("-", "step", "-"): "withdraw",
        ("-", "session_id", "-"): "x" * 26,
    }
    ids |= build_accounts(town)
    town.do(sign_policy, ids["planned", "call", "-"], 1, by="chair")
    ids |= build_later_calls(town)
    ids |= build_offices(town)
    ids |= {("-", "person", "-"): town["mate"].id} | {(of, "call", "-"): calls[of] for of in TWO}
    for of, stage in itertools.product(TWO, IdeaStage):
        team = {} if of == "ours" else {"team": ()}
        ids[of, "idea_id", stage] = town.build_idea(stage, call=calls[of], **team)
    for of, award_stage in itertools.product(TWO, AWARDS):
        team = {} if of == "ours" else {"team": ()}
        award = town.build_award(award_stage, idea=town.build_idea(IdeaStage.ROLLED_OUT, call=calls[of], **team))
        ids[of, "award_id", award_stage] = award
    ids["asked", "idea_id", IdeaStage.DRAFT] = town.ask_team()
    move_away(town, calls["foreign"])
    for of in TWO:
        award = ids[of, "award_id", AwardStage.ANNOUNCED]
        town.do(number_certificates, award, by="flow:recognition")
        holder = town["lead" if of == "ours" else "stranger"].id
        (document,) = town.rows(select(Document).where(Document.award_id == award, Document.holder_id == holder))
        digest = store_file(settings().documents, f"%PDF {of}".encode(), "pdf")
        town.do(mark_issued, document.id, Rendered(digest), by="flow:recognition")
        ids |= {
            (of, "document_id", "announced"): document.id,
            (of, "token", "announced"): document.token,
            (of, "sha256", "announced"): digest,
        }
    shutil.copytree(settings().documents, town.store.url.database + ".files")  # type: ignore[operator]
    return ids


def build_later_calls(town: Town) -> dict[tuple[str, str, str], str]:
    """A call that is closed, one that was put away, and one with an amendment that waits for its signature."""
    calls = {of: town.build_call(code=of) for of in ("done", "archived", "amended")}
    for of in ("done", "archived"):
        town.do(close_call, calls[of], by="secretary")
    town.do(archive_call, calls["archived"], by="secretary")
    number = town.do(amend_running, calls["amended"], NewAmendment(1, {"days.review": 20}, REASON), by="secretary").number
    return {(of, "call", "-"): call for of, call in calls.items()} | {("amended", "number", "-"): str(number)}


def build_offices(town: Town) -> dict[tuple[str, str, str], str]:
    """A district whose head holds its office, and one that has none."""
    town.do(set_office, "ANDIR", NewOffice(("KECAMATAN ANDIR",), "Contoh", "Kec.Andir", "Camat Andir"), by="admin")
    head = town.appoint("ANDIR", NewHolder(town["head"].id, today()))
    units = {("held", "unit", "-"): "ANDIR", ("unset", "unit", "-"): "COBLONG"}
    return {**units, ("held", "holder_id", "-"): head, ("unset", "holder_id", "-"): head}


def build_accounts(town: Town) -> dict[tuple[str, str, str], str]:
    """Somebody who holds a role, somebody whose account is closed, and a role that waits for its second person."""
    waiting = town.do(grant_role, town["stranger"].id, Role.CHAIR, "KOTA", by="admin").id
    town.do(close_account, town["walker"].id, by="admin")
    (held,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town["owner"].id))
    return {
        ("-", "confirmation_id", "-"): waiting,
        ("closed", "person", "-"): town["walker"].id,
        ("held", "person", "-"): town["owner"].id,
        ("held", "grant_id", "-"): held,
    }


def move_away(town: Town, call: str) -> None:
    """Make the call another agency's and its ideas a stranger's, reviewed and tried out by nobody known here."""
    ideas = select(Idea.id).where(Idea.call_id == call)
    stranger = town["stranger"].id
    with town.store.unit_of_work() as session:
        session.execute(update(Call).where(col(Call.id) == call).values(unit_id=town.units["DINKES"][0]))
        session.execute(update(TeamMember).where(col(TeamMember.idea_id).in_(ideas)).values(person_id=stranger))
        awards = select(Award.id).where(Award.call_id == call)
        session.execute(update(AwardShare).where(col(AwardShare.award_id).in_(awards)).values(person_id=stranger))
        session.execute(update(Pilot).where(col(Pilot.idea_id).in_(ideas)).values(owner_id=town["other_head"].id))
        session.execute(delete(Review).where(col(Review.idea_id).in_(ideas)))
        session.execute(update(Idea).where(col(Idea.call_id) == call).values(unit_id=town.units["DAGO"][0], lead_id=stranger))


def body_of(scene: Scene, row: dict[str, str], who: str) -> Any:
    """What a right request says."""
    town, path = scene.town, row["path"]
    person = {"name": "Orang Baru", "employee_number": "198505052010011234", "kind": "pns", "unit_code": "MALEBER"}
    dates = {"opens_at": now().isoformat(), "closes_at": (now() + timedelta(days=9)).isoformat()}
    proposal = {"title": "Antrean daring kelurahan", "sections": SECTIONS}
    if path in ("/ideas/{idea_id}", "/ideas/{idea_id}/supplement"):
        return proposal
    if path.endswith("/pilot"):
        goal = {"name": "Antre", "baseline": 1, "target": 2}
        days = {"starts_on": today().isoformat(), "ends_on": (today() + timedelta(days=40)).isoformat()}
        return {"unit_code": "ANDIR", "owner_id": town["owner"].id, "site": "x", **days, "indicators": [goal]}
    if path.endswith("/measurements"):
        return measurement(scene, row)
    if path.endswith("/assignments"):
        asked = town.rows(select(Review.reviewer_id).where(Review.idea_id == scene.find(row, "idea_id")))
        return {"reviewer_id": next(town[f"reviewer{n}"].id for n in range(1, 5) if town[f"reviewer{n}"].id not in asked)}
    return {
        "/forgotten-passwords": {"employee_number": "x"},
        "/me/email": {"email": "nama@contoh.example", "present_password": "x"},
        "/me/email/confirmation": {"new_code": "x"},
        "/activation": {"employee_number": "x", "code": "x", "password": "pendek"},
        "/tokens": {"employee_number": town[who].number if who else "1", "password": "bukan ini"},
        "/units": {"code": "BARU", "name": "Baru", "kind": "section", "parent_code": "MALEBER"},
        "/units/{code}/office": {"letterhead_lines": ["BARU"], "place": "Contoh", "unit_code": "B", "position": "Camat Baru"},
        "/units/{code}/office/holders": {"person_id": town["mate"].id, "valid_from": today().isoformat(), "capacity": "Plh."},
        "/units/{code}/office/holders/{holder_id}/end": {"last_day": today().isoformat()},
        "/people": person,
        "/me/password": {"present_password": "bukan ini", "password": "tujuh kuda nil"},
        "/people/{person_id}/move": {"unit_code": "MALEBER"},
        "/people/{person_id}/number": {"employee_number": "198505052010011235", "kind": "pns", "valid_from": today().isoformat()},
        "/people/{person_id}/roles": {"role": "reviewer", "unit_code": "MALEBER"},
        "/calls": {"code": "BARU", "title": "Baru", "unit_code": "BAPPEDA", **dates, "policy": POLICY},
        "/calls/{call_id}/policies": {"policy": POLICY},
        "/calls/{call_id}/extension": {"until": (now() + timedelta(days=40)).isoformat(), "reason": REASON},
        "/calls/{call_id}/amendments": {"amends": 1, "changes": {"days.review": 20}, "reason": REASON},
        "/ceilings": {"tier_rupiah": 20_000_000, "call_rupiah": 100_000_000, "basis": "Keputusan Wali Kota Contoh"},
        "/ideas": {**proposal, "call_id": scene.ids["ours", "call", "-"]},
        "/ideas/{idea_id}/agreement": {"outcome": "joined"},
        "/ideas/{idea_id}/permission": {"outcome": "granted"},
        "/ideas/{idea_id}/screening": {"outcome": "accepted", "answers": MET},
        "/ideas/{idea_id}/score": {"points": {"novelty": 1, "impact": 1}},
        "/ideas/{idea_id}/recommendation": {"outcome": "feasible", "reason": REASON},
        "/ideas/{idea_id}/determination": {"outcome": "adopted", "decree_number": "100.3.3/1/2026", "decree_on": today().isoformat()},
        "/ideas/{idea_id}/pilot/corrections": {"measurement_id": "x", "value": 1, "reason": REASON},
        "/ideas/{idea_id}/pilot/conclusion": {"summary": REASON},
        "/ideas/{idea_id}/pilot/verdict": {"outcome": "stop", "reason": REASON},
        "/awards/{award_id}/approval": {"decree_number": "1", "decree_on": today().isoformat()},
        "/awards/{award_id}/schedule": {"announce_at": (now() + timedelta(days=1)).isoformat()},
    }.get(path, {"reason": REASON} if path.split("/")[-1] in REASONED else {})


def measurement(scene: Scene, row: dict[str, str]) -> Any:
    """A reading of an idea's only indicator."""
    (indicator,) = scene.town.rows(select(Indicator.id).join(Pilot).where(Pilot.idea_id == scene.find(row, "idea_id")))
    return {"indicator_id": indicator, "measured_on": today().isoformat(), "value": 1}


REASONED = ("{action}", "withdrawal", "recusal", "resumption", "refusal", "revocation")


def test_every_route_is_written_down_and_nothing_else() -> None:
    assert {(row["method"], row["path"]) for row in rows()} == routes()


def test_every_route_lies_in_the_application_as_it_is(town: Town) -> None:
    """FastAPI searches an included router twice, and asks all its routes each time whether they have changed: 1.5 ms a request."""
    assert {type(route).__name__ for route in create_app(town.store).routes} <= {"APIRoute", "Route", "Mount"}


def test_the_description_tells_the_same_routes(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()["paths"]
    assert list(described.pop("/dokumen/{document_id}")) == ["get"]
    assert {(method.upper(), path.removeprefix(PREFIX)) for path, methods in described.items() for method in methods} == routes()


def test_only_the_public_routes_answer_somebody_unknown() -> None:
    assert {row["path"] for row in rows() if row["anonymous"] != "401"} | {"/tokens"} == PUBLIC


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['method']} {row['path']} {row['of']} {row['stage']}")
def test_everybody_is_let_in_where_it_is_written_and_nowhere_else(
    row: dict[str, str], scene: Scene, shelf: Shelf, client: TestClient
) -> None:
    if "/documents" in row["path"] and not settings().documents.exists():
        shutil.copytree(shelf.store.url.database + ".files", settings().documents)  # type: ignore[operator]
    for who in list(row)[4:]:
        if row["method"] not in ("GET", "HEAD") and changed(row, who):
            shelf.lay("routes")
        person = who_is(scene, row, who)
        path = re.sub(r"\{(\w+)\}", lambda found: scene.find(row, found[1]), row["path"])
        path += "?role=reviewer" if path == "/people" and row["method"] == "GET" else ""
        body = None if row["method"] in ("GET", "HEAD", "DELETE") else body_of(scene, row, "" if who == "anonymous" else person.who)  # type: ignore[union-attr]
        answer = ask(client, person, f"{row['method']} {path}", body, if_match="*")
        assert answer.status_code == int(row[who]), f"{who}: {answer.status_code} instead of {row[who]}: {answer.text[:300]}"


def changed(row: dict[str, str], who: str) -> bool:
    """Whether somebody before may have changed something."""
    people = list(row)[4:]
    return any(row[one].startswith("2") for one in people[: people.index(who)])


def who_is(scene: Scene, row: dict[str, str], who: str) -> Any:
    """The resident; `reviewer` is one who was asked to review the idea, if anybody was."""
    if who != "reviewer":
        return None if who == "anonymous" else scene.town[who]
    idea = scene.ids.get((row["of"], "idea_id", row["stage"]))
    if "{award_id}" in row["path"]:
        (idea,) = scene.town.rows(select(Award.idea_id).where(Award.id == scene.find(row, "award_id")))
    answering = col(Review.state).in_((ReviewState.ASSIGNED, ReviewState.SCORED))
    asked = scene.town.rows(select(Review.reviewer_id).where(Review.idea_id == idea, answering))
    return next((one for one in scene.town.people.values() if one.id in asked), scene.town["reviewer1"])
