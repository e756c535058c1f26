"""Whoever is asked again, once an idea was reopened, begins anew; and who could have read the first scores is not asked after them."""

from sqlmodel import select

from models.people import Role
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import REASON
from tests.workflows.intake.claiming import require_whole
from workflows.review.assign import assign_evenly
from workflows.review.reopen import reopen_idea
from workflows.review.score import recuse_reviewer


def test_nothing_of_the_first_round_is_left_in_the_second_and_its_readers_stay_out(town: Town) -> None:
    idea = town.build_idea(IdeaStage.REJECTED, call=town.build_call(reviewers=4), points=70)
    for role in (Role.CHAIR, Role.REVIEWER):
        town.give_role("walker", role, "BAPPEDA")
    town.do(reopen_idea, idea, reason=REASON, by="secretary")
    town.take(idea, "screen accepted", "assign")
    reviews = town.rows(select(Review).where(Review.idea_id == idea))
    assert {(each.state, each.total, each.comment, each.answered_at) for each in reviews} == {(ReviewState.ASSIGNED, None, "", None)}
    assert [each.points for each in reviews] == [{}] * 4
    require_whole(town)
    town.do(recuse_reviewer, idea, reason=REASON, by="reviewer1")
    town.do(assign_evenly, idea, by="flow:review")
    assert town.reviewers(idea) == ["reviewer2", "reviewer3", "reviewer4"], "no chair of the days since the first score"
    town.take(idea, "score", "close_review")
    require_whole(town)
