"""An entity tag tells what its reader may see, and refuses whoever writes over what they have not seen.

A proposer who reads their idea every hour would see the tag change with each score that comes in.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from models.instants import today
from models.people import Role, RoleGrant
from models.stages import AwardStage, IdeaStage
from tests.asking import ask, check_problem
from tests.building import SECTIONS, Town
from tests.steps import REASON
from workflows.review.score import score_idea

PROPOSAL: dict[str, Any] = {"title": "Antrean daring kelurahan", "sections": SECTIONS}
GOAL = {"name": "Lama antre", "baseline": 60, "target": 90}
POINTS = {"novelty": Decimal(80), "impact": Decimal(60)}


@pytest.fixture
def asking(either_town: Town) -> TestClient:
    """A client of the town, once on each database."""
    return TestClient(either_town.app)


def read(client: TestClient, town: Town, who: str, idea: str) -> Response:
    answer = ask(client, town[who], f"GET /ideas/{idea}")
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    return answer


def tags(client: TestClient, town: Town, idea: str, *who: str) -> dict[str, str]:
    return {one: read(client, town, one, idea).headers["etag"] for one in who}


def test_no_tag_of_those_who_may_not_know_counts_a_score(either_town: Town, asking: TestClient) -> None:
    idea = either_town.build_idea(IdeaStage.IN_REVIEW)
    first, second, *_ = either_town.reviewers(idea)
    others = ("lead", "mate", "head", second)
    before = tags(asking, either_town, idea, *others, "chair")
    lines = {who: ask(asking, either_town[who], "GET /ideas").text for who in others}
    either_town.do(score_idea, idea, POINTS, by=first)
    assert tags(asking, either_town, idea, *others) == {who: before[who] for who in others}
    assert {who: ask(asking, either_town[who], "GET /ideas").text for who in others} == lines
    assert tags(asking, either_town, idea, "chair")["chair"] != before["chair"]


def test_a_committee_member_who_owes_a_score_is_told_of_no_other_by_the_tag(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    first, second, *_ = town.reviewers(idea)
    with town.store.unit_of_work() as session:
        session.add(RoleGrant(person_id=town[second].id, role=Role.SECRETARIAT, unit_id=town.units["BAPPEDA"][0]))
    before = tags(client, town, idea, second)
    town.do(score_idea, idea, POINTS, by=first)
    assert tags(client, town, idea, second) == before


def test_the_tag_does_not_count_what_is_done_about_an_award_before_its_hour(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.ROLLED_OUT)
    who = ("lead", "mate", "head", "chair", "admin")
    before = tags(client, town, idea, *who)
    town.build_award(AwardStage.SCHEDULED, idea=idea)
    assert tags(client, town, idea, *who) == before


def test_a_tag_answered_with_a_change_is_the_tag_of_the_next_reading(either_town: Town, asking: TestClient) -> None:
    lead, secretary, head = (either_town[who] for who in ("lead", "secretary", "head"))
    drafted = ask(asking, lead, "POST /ideas", {"call_id": either_town.call, **PROPOSAL})
    idea = drafted.json()["id"]
    assert drafted.headers["etag"] == read(asking, either_town, "lead", idea).headers["etag"]
    changed = ask(asking, lead, f"PUT /ideas/{idea}", {**PROPOSAL, "title": "Antrean lain"}, if_match=drafted.headers["etag"])
    assert (changed.status_code, changed.headers["etag"] == drafted.headers["etag"]) == (200, False)
    sent = ask(asking, lead, f"POST /ideas/{idea}/submission", if_match=changed.headers["etag"])
    assert (sent.status_code, sent.headers["etag"]) == (200, read(asking, either_town, "lead", idea).headers["etag"])
    either_town.take(idea, "route")
    permitted = ask(asking, head, f"POST /ideas/{idea}/permission", {"outcome": "granted"})
    assert permitted.headers["etag"] == read(asking, either_town, "head", idea).headers["etag"]
    tag = read(asking, either_town, "secretary", idea).headers["etag"]
    screening = {"outcome": "duplicate", "duplicate_not_registered": True, "reason": REASON, "answers": {}, "notes": {}}
    closed = ask(asking, secretary, f"POST /ideas/{idea}/screening", screening, if_match=tag)
    assert closed.status_code == 200, closed.text
    assert closed.headers["etag"] == read(asking, either_town, "secretary", idea).headers["etag"]


def test_of_two_who_write_over_the_same_reading_the_second_is_refused(either_town: Town, asking: TestClient) -> None:
    lead = either_town["lead"]
    idea = either_town.build_idea(team=())
    seen = read(asking, either_town, "lead", idea).headers["etag"]
    first = {**PROPOSAL, "title": "Judul pertama"}
    assert ask(asking, lead, f"PUT /ideas/{idea}", first, if_match=seen).status_code == 200
    late = ask(asking, lead, f"PUT /ideas/{idea}", {**PROPOSAL, "title": "Judul kedua"}, if_match=seen)
    problem = check_problem(late, 412, "version_stale", language="id")
    assert problem["parameters"]["version"] == read(asking, either_town, "lead", idea).json()["version"]
    assert either_town.idea(idea).title == "Judul pertama"


def test_a_committee_member_is_refused_where_another_took_a_step_meanwhile(town: Town, client: TestClient) -> None:
    """Two secretaries plan the same pilot: the second would replace the first one's plan unseen, though the idea reads as before."""
    idea = town.build_idea(IdeaStage.DETERMINED)
    seen = read(client, town, "secretary", idea).headers["etag"]
    town.take(idea, "plan_pilot")
    assert tags(client, town, idea, "secretary")["secretary"] != seen
    day = today()
    plan = {"unit_code": "ANDIR", "owner_id": town["owner"].id, "site": "Kecamatan", "indicators": [GOAL]}
    plan |= {"starts_on": day.isoformat(), "ends_on": (day + timedelta(days=60)).isoformat()}
    late = ask(client, town["secretary"], f"POST /ideas/{idea}/pilot", plan, if_match=seen)
    check_problem(late, 412, "version_stale", language="id")
