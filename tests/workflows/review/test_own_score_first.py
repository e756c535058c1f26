"""Nobody who judges an idea knows another score before the review is over, whatever else they are; who stepped back knows none.

Who would cheat: a chair who reviews too, looks at the others' scores and gives the one that tips the mean; a reviewer who gives nought,
looks, and corrects. An inspector expects that no channel tells them.
"""

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.ideas import Idea
from models.people import Role, RoleGrant
from models.stages import IdeaStage
from tests.asking import ask
from tests.building import Town
from tests.steps import REASON
from workflows.process.context import read_context
from workflows.process.refusals import Invalid
from workflows.region.grants import end_grant
from workflows.review.assign import assign_reviewer, list_eligible
from workflows.review.close_review import close_review
from workflows.review.score import recuse_reviewer, score_idea

OTHERS = ("reviewer1", "reviewer2", "reviewer3", "reviewer4")
POINTS = {"novelty": Decimal("71.37"), "impact": Decimal("71.37")}


@pytest.fixture(params=["chair", "auditor", "verifier"])
def judge(request: pytest.FixtureRequest, town: Town) -> str:
    """Somebody who works on the call and is a reviewer too."""
    with town.store.unit_of_work() as session:
        session.add(RoleGrant(person_id=town[request.param].id, role=Role.REVIEWER, unit_id=town.units["BAPPEDA"][0]))
    return str(request.param)


@pytest.fixture
def idea(town: Town, judge: str) -> str:
    """An idea in review that everybody scored but the one who works on the call too."""
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(reviewers=5))
    assert judge in town.reviewers(idea)
    for who in OTHERS:
        town.do(score_idea, idea, POINTS, comment="Kata penilai lain.", by=who)
    return idea


def tells(town: Town, client: TestClient, idea: str, who: str) -> set[str]:
    """The channels in which somebody finds another's score, comment or name as a reviewer."""
    browser = TestClient(client.app, cookies={"gagas_session": town[who].token})
    said = {path: ask(client, town[who], f"GET /ideas/{idea}{path}").text for path in ("", "/history", "/reviews")}
    said |= {path: ask(client, town[who], f"GET {path}").text for path in ("/ideas", "/inbox")}
    said["page"] = browser.get(f"/usulan/{idea}").text.partition('id="tugas"')[0]  # below stand the forms, one with people to assign
    hints = (
        "71.37",
        "71,37",
        "Kata penilai lain.",
        '"action":"score"',
        *(word for other in OTHERS for word in (town[other].id, town[other].name)),
    )
    return {path for path, text in said.items() if any(hint in text for hint in hints)}


def test_who_works_on_the_call_and_judges_knows_no_other_score_first(town: Town, client: TestClient, idea: str, judge: str) -> None:
    assert tells(town, client, idea, judge) == set()
    assert [each["reviewer_id"] for each in ask(client, town[judge], f"GET /ideas/{idea}/reviews").json()] == [town[judge].id]


def test_nor_after_a_score_that_may_still_be_corrected_but_when_the_review_is_over(
    town: Town, client: TestClient, idea: str, judge: str
) -> None:
    town.do(score_idea, idea, {"novelty": 0, "impact": 0}, by=judge)
    assert tells(town, client, idea, judge) == set()
    town.do(close_review, idea, by="flow:review")
    assert town.idea(idea).stage == IdeaStage.BELOW_MARK
    assert tells(town, client, idea, judge) >= {"/reviews", "page"}


def test_who_stepped_back_knows_no_score_until_the_idea_is_decided(town: Town, client: TestClient, idea: str, judge: str) -> None:
    town.do(recuse_reviewer, idea, reason=REASON, by=judge)
    assert tells(town, client, idea, judge) == set()
    with town.store.unit_of_work() as session:
        session.get_one(Idea, idea).stage = IdeaStage.RECOMMENDED
    assert tells(town, client, idea, judge) == set()


def test_the_committee_that_does_not_judge_knows_every_score_at_once(town: Town, client: TestClient, idea: str) -> None:
    assert tells(town, client, idea, "leader") >= {"/reviews", "page"}


def test_another_score_changes_nothing_that_a_reviewer_is_shown(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    scoring, looking = town.reviewers(idea)[:2]

    def look() -> list[object]:
        told = [ask(client, town[looking], f"GET {path}") for path in (f"/ideas/{idea}", f"/ideas/{idea}/history", "/ideas", "/inbox")]
        return [(answer.text, answer.headers.get("etag")) for answer in told]

    before = look()
    town.do(score_idea, idea, POINTS, by=scoring)
    assert look() == before


# Who is asked once there are scores


def assign(town: Town, idea: str, who: str, by: str) -> None:
    town.do(assign_reviewer, idea, town[who].id, by=by)


@pytest.mark.parametrize("who", ["walker", "chair", "auditor"])
def test_nobody_who_could_read_a_score_is_assigned_after_it(town: Town, who: str) -> None:
    """A secretary who reviews too reads three scores, and has themselves asked as the substitute whose score tips the mean."""
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(reviewers=3))
    if who == "walker":
        town.give_role(who, Role.SECRETARIAT, "BAPPEDA")
    town.give_role(who, Role.REVIEWER, "BAPPEDA")
    with town.store.unit_of_work() as session:
        context = read_context(session, idea, actor=town.actor(session, "flow:review"))
        assert town[who].id in list_eligible(session, context)
    first = town.reviewers(idea)[0]
    town.do(score_idea, idea, POINTS, by=first)
    with pytest.raises(Invalid, match="reviewer_not_eligible"):
        assign(town, idea, who, by="secretary")
    for grant in town.rows(select(RoleGrant.id).where(RoleGrant.person_id == town[who].id, RoleGrant.role != Role.REVIEWER)):
        town.do(end_grant, town[who].id, grant, by="admin")  # and not by giving the role back either: what was read was read
    with town.store.unit_of_work() as session:
        context = read_context(session, idea, actor=town.actor(session, "flow:review"))
        left = list_eligible(session, context)
        assert town[who].id not in left
        assert left  # who works on nothing but reviews still is


def test_nobody_assigns_themselves(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(reviewers=3))
    for role in (Role.SECRETARIAT, Role.REVIEWER):
        town.give_role("walker", role, "BAPPEDA")
    with pytest.raises(Invalid, match="reviewer_not_eligible"):
        assign(town, idea, "walker", by="walker")
    browser = TestClient(client.app, cookies={"gagas_session": town["walker"].token})
    assert f'value="{town["walker"].id}"' not in browser.get(f"/usulan/{idea}").text
    assign(town, idea, "walker", by="secretary")
