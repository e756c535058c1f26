"""Reviewers' comments reach the team: as the policy says, after the decision only, and without anything that tells who wrote what."""

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.calls import PolicyVersion
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser
from tests.asking import ask
from tests.building import POLICY, Town
from tests.steps import REASON
from workflows.review.reopen import reopen_idea
from workflows.review.score import recuse_reviewer, score_idea

SAID = ("Zaman sekarang warga memakai ponsel.", "Antrean ini mudah ditiru unit lain.", "Manfaatnya terukur.")


def reviewed(town: Town, **policy: object) -> str:
    """An idea whose reviewers each wrote something else, in the order in which they were asked; the fourth stepped back."""
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(reviewers=3, **policy))
    town.do(recuse_reviewer, idea, reason="Saudara kandung pengusul", by=town.reviewers(idea)[0])
    town.take(idea, "assign")
    for who, said in zip(town.reviewers(idea), SAID, strict=True):
        town.do(score_idea, idea, {"novelty": Decimal(90), "impact": Decimal(90)}, comment=said, by=who)
    town.take(idea, "close_review", "draft_recommend")
    return idea


def comments(town: Town, client: TestClient, idea: str, who: str = "lead") -> list[str] | None:
    return ask(client, town[who], f"GET /ideas/{idea}").json()["comments"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("outcome", ["adopted", "rejected"])
def test_reviewers_comments_reach_the_team_after_the_decision_and_nobody_else(town: Town, client: TestClient, outcome: str) -> None:
    idea = reviewed(town)
    for step in ("recommend feasible", f"determine {outcome}"):
        assert comments(town, client, idea) is None
        assert not any(said in open_browser(town, "lead").get(f"/usulan/{idea}").text for said in SAID)
        town.take(idea, step)
    for who in ("lead", "mate"):
        assert comments(town, client, idea, who) == sorted(SAID)
        shown = open_browser(town, who).get(f"/usulan/{idea}").text
        assert "Komentar penilai" in shown
        assert all(said in shown for said in SAID)
    assert comments(town, client, idea, "head") is None
    assert not any(said in open_browser(town, "head").get(f"/usulan/{idea}").text for said in SAID)


def test_no_order_name_or_time_tells_who_wrote_a_comment(town: Town, client: TestClient) -> None:
    idea = reviewed(town)
    town.take(idea, "recommend feasible", "determine adopted")
    written = town.rows(select(Review.comment).where(Review.state == ReviewState.SCORED).order_by(Review.reviewer_id))
    assert comments(town, client, idea) == sorted(SAID) == sorted(written)
    told = ask(client, town["lead"], f"GET /ideas/{idea}").text + open_browser(town, "lead").get(f"/usulan/{idea}").text
    reviews = town.rows(select(Review))
    assert [one for one in reviews if one.reviewer_id in told or one.id in told or one.answered_at.isoformat() in told] == []
    assert [who for who in ("reviewer1", "reviewer2", "reviewer3", "reviewer4") if town[who].name in told] == []
    assert "Saudara kandung pengusul" not in told


def test_a_policy_may_keep_comments_for_the_committee(town: Town, client: TestClient) -> None:
    idea = reviewed(town, comments=False)
    town.take(idea, "recommend feasible", "determine adopted")
    assert comments(town, client, idea) is None


def test_a_deferred_idea_may_be_reviewed_again_and_so_tells_no_comment(town: Town, client: TestClient) -> None:
    idea = reviewed(town)
    town.take(idea, "recommend deferred", "determine deferred")
    assert comments(town, client, idea) is None


def test_what_new_reviewers_wrote_of_a_reopened_idea_waits_for_a_decision_of_its_own(town: Town, client: TestClient) -> None:
    idea = reviewed(town)
    town.take(idea, "recommend feasible", "determine rejected")
    assert comments(town, client, idea) == sorted(SAID)
    town.do(reopen_idea, idea, reason=REASON, by="secretary")
    town.take(idea, "screen accepted", "assign", "score", "close_review", "draft_recommend", "recommend deferred")
    assert comments(town, client, idea) is None
    town.take(idea, "determine deferred")
    assert comments(town, client, idea) is None, "the earlier rejection opened what was written of it, and no more"
    town.take(idea, "resume passed", "recommend feasible", "determine adopted")
    assert comments(town, client, idea) == ["Baik."] * 3


def test_comments_that_were_written_before_there_was_such_a_rule_stay_with_the_committee() -> None:
    old = {name: part for name, part in POLICY.items() if name != "comments"}
    assert PolicyVersion(call_id="x", number=1, body=old).read().comments is False


def test_a_reviewer_reads_beside_the_field_who_will_read_the_comment(town: Town) -> None:
    for told, hint in ((True, "tanpa nama penilai"), (False, "Hanya panitia yang membacanya")):
        idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(comments=told))
        assert hint in open_browser(town, town.reviewers(idea)[0]).get(f"/usulan/{idea}").text
