"""Who learns what of a review before it is over, through every channel of the API."""

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.reviews import Review
from models.stages import IdeaStage
from tests.asking import ask
from tests.building import Town
from tests.steps import REASON
from tests.town import TownPerson
from workflows.review.score import score_idea


def reviewers(town: Town, idea: str) -> list[TownPerson]:
    rows = town.rows(select(Review.reviewer_id).where(Review.idea_id == idea))
    return sorted((one for one in town.people.values() if one.id in rows), key=lambda one: one.who)


def test_a_recused_reviewer_never_sees_the_idea_again(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    reviewer = reviewers(town, idea)[0]
    assert ask(client, reviewer, f"GET /ideas/{idea}").status_code == 200
    assert ask(client, reviewer, f"POST /ideas/{idea}/recusal", {"reason": REASON}).status_code == 200
    for path in ("", "/history", "/reviews", "/pilot"):
        assert ask(client, reviewer, f"GET /ideas/{idea}{path}").status_code == 404
    for path, body in (("score", {"points": {"novelty": 1, "impact": 1}}), ("recusal", {"reason": REASON})):
        assert ask(client, reviewer, f"POST /ideas/{idea}/{path}", body).status_code == 404
    assert ask(client, reviewer, "GET /ideas").json()["ideas"] == []
    assert ask(client, reviewer, "GET /inbox").json()["inbox"] == []
    assert ask(client, reviewer, f"GET /documents?idea_id={idea}").json()["documents"] == []


@pytest.mark.parametrize("stage", [IdeaStage.SHORTLISTED, IdeaStage.RECOMMENDED])
def test_scores_stay_hidden_from_the_proposers_until_the_idea_is_decided(town: Town, client: TestClient, stage: IdeaStage) -> None:
    idea = town.build_idea(stage)
    for who in ("lead", "mate", "head"):
        assert ask(client, town[who], f"GET /ideas/{idea}").json()["score"] is None, who
        history = ask(client, town[who], f"GET /ideas/{idea}/history").text
        assert "90" not in [word for word in history.replace('"', " ").split() if word.isdigit()]
        assert "recommend" not in history
        assert "close_review" not in history
        assert ask(client, town[who], f"GET /ideas/{idea}/reviews").json() == []
    assert Decimal(ask(client, town["chair"], f"GET /ideas/{idea}").json()["score"]) == 90


def test_the_score_is_told_with_the_decision(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED)
    assert Decimal(ask(client, town["lead"], f"GET /ideas/{idea}").json()["score"]) == 90
    actions = [each["action"] for each in ask(client, town["lead"], f"GET /ideas/{idea}/history").json()]
    assert {"close_review", "recommend", "determine"} <= set(actions)
    assert not {"score", "recuse", "assign"} & set(actions)


def test_a_reviewer_is_not_told_who_proposed(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    reviewer = reviewers(town, idea)[0]
    for path in (f"/ideas/{idea}", f"/ideas/{idea}/history", f"/ideas/{idea}/reviews", "/ideas", "/inbox", "/documents"):
        told = ask(client, reviewer, f"GET {path}")
        assert told.status_code == 200
        for who in ("lead", "mate"):
            assert town[who].name not in told.text
            assert town[who].id not in told.text
    assert ask(client, reviewer, f"GET /ideas/{idea}").json()["team"] is None


def test_reviewers_do_not_see_each_others_scores(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    first, second, *_ = reviewers(town, idea)
    town.do(score_idea, idea, {"novelty": Decimal(80), "impact": Decimal(60)}, by=first.who)
    assert [each["reviewer_id"] for each in ask(client, second, f"GET /ideas/{idea}/reviews").json()] == [second.id]
    assert ask(client, second, f"GET /ideas/{idea}").json()["score"] is None
    assert first.name not in ask(client, second, f"GET /ideas/{idea}/history").text
    assert len(ask(client, town["chair"], f"GET /ideas/{idea}/reviews").json()) == 3


def test_a_draft_is_its_teams_alone(town: Town, client: TestClient) -> None:
    idea = town.build_idea()
    for who, one in town.people.items():
        status = ask(client, one, f"GET /ideas/{idea}").status_code
        assert status == (200 if who in ("lead", "mate") else 404), who
        assert bool(ask(client, one, "GET /ideas").json()["ideas"]) == (status == 200)
