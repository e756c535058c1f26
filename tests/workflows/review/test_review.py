"""Review: who may judge, how evenly it falls, and when it is over."""

from collections import Counter
from decimal import Decimal

import pytest
from sqlmodel import col, select

from models.inbox import InboxItem
from models.people import Role
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import MET, REASON
from workflows.intake.route import route_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.team import MemberShare
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.region.grants import grant_role
from workflows.review.assign import assign_evenly, assign_reviewer
from workflows.review.close_review import close_review
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import recuse_reviewer, score_idea

FULL = {"novelty": Decimal(80), "impact": Decimal(60)}
REVIEWERS = ("reviewer1", "reviewer2", "reviewer3", "reviewer4")


def asked(town: Town, idea: str, *states: ReviewState) -> list[str]:
    """Who was asked to review, of the town."""
    rows = town.rows(select(Review.reviewer_id).where(Review.idea_id == idea, col(Review.state).in_(states or tuple(ReviewState))))
    return sorted(one.who for one in town.people.values() if one.id in rows)


def test_nobody_reviews_an_idea_from_the_own_unit(town: Town) -> None:
    for lead, never in (("walker", {"reviewer4"}), ("reviewer1", {"reviewer1", "reviewer2"})):
        idea = town.build_idea(IdeaStage.SUBMITTED, call=town.build_call(permission=False), lead=lead)
        town.do(route_idea, idea, by="flow:intake")
        town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="secretary")
        town.do(assign_evenly, idea, by="flow:review")
        assert asked(town, idea)
        assert set(asked(town, idea)).isdisjoint(never)
        for who in never:
            with pytest.raises(Invalid, match="reviewer_not_eligible"):
                town.do(assign_reviewer, idea, town[who].id, by="secretary")


def test_nobody_reviews_an_idea_from_a_team_members_unit(town: Town) -> None:
    team = (MemberShare(town["lead"].number, 5_000), MemberShare(town["walker"].number, 5_000))
    assert asked(town, town.build_idea(IdeaStage.IN_REVIEW, team=team)) == ["reviewer1", "reviewer2", "reviewer3"]


@pytest.mark.parametrize("each", [1, 2, 3])
def test_reviews_fall_evenly(town: Town, each: int) -> None:
    call = town.build_call(reviewers=each)
    for number in range(1, 14):
        town.build_idea(IdeaStage.IN_REVIEW, call=call)
        load = Counter(town.rows(select(Review.reviewer_id)))
        loads = [load[town[who].id] for who in REVIEWERS]
        assert sum(loads) == each * number
        assert max(loads) - min(loads) <= 1, loads


def test_one_person_with_a_role_over_two_units_is_asked_once(town: Town) -> None:
    town.do(grant_role, town["reviewer1"].id, Role.REVIEWER, "BAPPEDA", by="admin")
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(reviewers=4))
    assert asked(town, idea) == list(REVIEWERS)


def test_where_too_few_may_review_the_secretariat_is_asked_once(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(reviewers=5))
    tasks = select(InboxItem.task).where(InboxItem.idea_id == idea, InboxItem.role == Role.SECRETARIAT, col(InboxItem.done_at).is_(None))
    assert town.rows(tasks) == ["assign"]
    town.do(assign_evenly, idea, by="flow:review")
    assert town.rows(tasks) == ["assign"]


def test_in_place_of_a_recused_reviewer_another_is_asked(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    who, fourth = asked(town, idea)[0], (set(REVIEWERS) - set(asked(town, idea))).pop()
    town.do(recuse_reviewer, idea, reason=REASON, by=who)
    town.do(assign_evenly, idea, by="flow:review")
    assert fourth in asked(town, idea, ReviewState.ASSIGNED)
    assert len(asked(town, idea, ReviewState.ASSIGNED)) == 3
    with pytest.raises(Invalid, match="reviewer_not_eligible"):
        town.do(assign_reviewer, idea, town[who].id, by="secretary")


def test_a_chair_with_a_part_in_the_idea_cannot_recommend_it(town: Town) -> None:
    team = (MemberShare(town["lead"].number, 5_000), MemberShare(town["chair"].number, 5_000))
    idea = town.build_idea(IdeaStage.SHORTLISTED, team=team)
    with pytest.raises(Forbidden, match="conflict_of_interest"):
        town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by="chair")


def test_the_review_closes_with_the_last_score(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    for who in asked(town, idea):
        town.do(close_review, idea, by="flow:review")
        assert town.idea(idea).stage == IdeaStage.IN_REVIEW
        town.do(score_idea, idea, FULL, by=who)
    town.do(close_review, idea, by="flow:review")
    assert (town.idea(idea).stage, town.idea(idea).score) == (IdeaStage.SHORTLISTED, Decimal("72.00"))
    assert town.rows(select(InboxItem.task).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))) == ["recommend"]


def test_a_score_may_be_corrected_until_the_review_is_over(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    who = asked(town, idea)[0]
    town.do(score_idea, idea, FULL, by=who)
    town.do(score_idea, idea, {**FULL, "novelty": Decimal(10)}, by=who)
    assert town.rows(select(Review.total).where(Review.reviewer_id == town[who].id, Review.idea_id == idea)) == [Decimal("30.00")]


def test_below_the_mark_the_chair_may_only_advise_against_it(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    for who in asked(town, idea):
        town.do(score_idea, idea, {"novelty": Decimal(59), "impact": Decimal(59)}, by=who)
    town.do(close_review, idea, by="flow:review")
    assert (town.idea(idea).stage, town.idea(idea).score) == (IdeaStage.BELOW_MARK, Decimal(59))
    with pytest.raises(Conflict, match="wrong_stage"):
        town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by="chair")
    with pytest.raises(Conflict, match="wrong_stage"):
        town.do(recuse_reviewer, idea, reason=REASON, by=asked(town, idea)[0])
    town.do(recommend_idea, idea, Recommendation.NOT_FEASIBLE, reason=REASON, by="chair")
    assert town.idea(idea).stage == IdeaStage.RECOMMENDED


def test_an_idea_below_the_mark_that_was_deferred_comes_back_below_the_mark(town: Town) -> None:
    idea = town.build_idea(IdeaStage.BELOW_MARK)
    town.take(idea, "recommend deferred", "determine deferred", "resume below_mark")
    assert (town.idea(idea).stage, town.idea(idea).score) == (IdeaStage.BELOW_MARK, Decimal(10))
    with pytest.raises(Conflict, match="wrong_stage"):
        town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by="chair")
