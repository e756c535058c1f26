"""A review is over with a quorum of scores and not before, and no way of it is without an end.

Who would cheat: a secretariat that assigns four and lets one friend score, or adds reviewers until the mean pleases. Who falls ill: the
reviewers. An inspector expects that a few scores decide nothing, that it is written down who was asked, and that somebody always owes.
"""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlmodel import col, delete, select

from models.calls import PolicyVersion
from models.ideas import Decision
from models.inbox import InboxItem
from models.instants import now, today
from models.ledger import LedgerEntry
from models.people import HeadCapacity, Role, RoleGrant
from models.policy import Policy
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser
from tests.building import POLICY, Town
from tests.steps import REASON
from tests.workflows.turns import Clock, clock, deliver, own_town, run_clock
from workflows.process import ways
from workflows.process.check import check_policy
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.region.decrees import NamedDecree
from workflows.region.grants import give_role, grant_role
from workflows.region.heads import NewGrant
from workflows.review.assign import assign_evenly, assign_reviewer
from workflows.review.close_review import close_review
from workflows.review.determine import Determination, determine_idea, resume_idea
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import recuse_reviewer, score_idea

__all__ = ["clock", "own_town"]
HIGH = {"novelty": 90, "impact": 90}


def in_review(town: Town, **policy: object) -> str:
    return town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(**policy))


def score(town: Town, idea: str, people: Iterable[str]) -> None:
    for who in people:
        town.do(score_idea, idea, HIGH, by=who)


def reviewers(town: Town, idea: str, *states: ReviewState) -> list[str]:
    rows = town.rows(select(Review.reviewer_id).where(Review.idea_id == idea, col(Review.state).in_(states or tuple(ReviewState))))
    return sorted(one.who for one in town.people.values() if one.id in rows)


def tasks(town: Town, idea: str) -> set[str]:
    return set(town.rows(select(InboxItem.task).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))))


def pass_the_date(town: Town, clock: Clock, idea: str) -> None:
    """The idea's date passes, and the clock and the flows do what follows."""
    due_at = town.idea(idea).due_at
    assert due_at is not None
    clock.set(due_at + timedelta(seconds=1))
    run_clock(town)


@pytest.mark.parametrize(("number", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (15, 8)])
def test_a_quorum_is_more_than_half_of_the_reviewers_where_the_policy_says_nothing_else(number: int, quorum: int) -> None:
    assert Policy.model_validate({**POLICY, "reviewers": number}).quorum == quorum


def test_a_quorum_above_the_number_of_reviewers_is_refused() -> None:
    found = check_policy(Policy.model_validate({**POLICY, "quorum": 4}), ways.IDEA, ways.AWARD, ways.DOCUMENT)
    assert [(finding.code, finding.path) for finding in found] == [("policy_quorum_too_large", "policy.quorum")]


@pytest.mark.parametrize(("reviewers", "quorum"), [(4, 1), (4, 2), (3, 1), (2, 1)])
def test_a_new_version_whose_quorum_is_no_majority_is_refused(town: Town, reviewers: int, quorum: int) -> None:
    with pytest.raises(Invalid, match="policy_quorum_too_small") as refused:
        town.amend(town.call, reviewers=reviewers, quorum=quorum)
    assert (refused.value.field, refused.value.parameters["minimum"]) == ("policy.quorum", reviewers // 2 + 1)


def test_a_version_signed_before_with_a_smaller_quorum_keeps_working(own_town: Town, clock: Clock) -> None:
    call = own_town.build_call(reviewers=4)
    with own_town.store.unit_of_work() as session:
        body, signed = {**POLICY, "reviewers": 4, "quorum": 1}, {"signed_by": own_town["chair"].id, "signed_at": now()}
        session.add(PolicyVersion(call_id=call, number=2, body=body, author_id=own_town["secretary"].id, **signed))
    idea = own_town.build_idea(IdeaStage.IN_REVIEW, call=call)
    score(own_town, idea, reviewers(own_town, idea)[:1])
    pass_the_date(own_town, clock, idea)
    assert own_town.idea(idea).stage == IdeaStage.SHORTLISTED


def test_a_policy_stored_before_there_were_quorums_is_read_as_it_was_meant(town: Town) -> None:
    call = town.build_call()
    with town.store.unit_of_work() as session:
        stored = session.exec(select(PolicyVersion).where(PolicyVersion.call_id == call)).one()
        old = {name: part for name, part in stored.body.items() if name not in ("quorum", "substitutes", "blind")}
        policy = PolicyVersion(call_id=call, number=2, body=old).read()
    assert (policy.quorum, policy.substitutes, policy.blind) == (1, 15, True)


def test_one_score_of_four_closes_no_review(own_town: Town, clock: Clock) -> None:
    idea = in_review(own_town, reviewers=4)
    score(own_town, idea, reviewers(own_town, idea)[:1])
    pass_the_date(own_town, clock, idea)
    assert (own_town.idea(idea).stage, own_town.idea(idea).score) == (IdeaStage.IN_REVIEW, None)


def test_the_quorum_closes_a_review_at_its_date_and_who_is_late_lapses(own_town: Town, clock: Clock) -> None:
    idea = in_review(own_town, reviewers=4)
    first, second, third, late = reviewers(own_town, idea)
    score(own_town, idea, (first, second, third))
    deliver(own_town, "review")
    assert own_town.idea(idea).stage == IdeaStage.IN_REVIEW  # before the date the fourth is waited for
    pass_the_date(own_town, clock, idea)
    assert own_town.idea(idea).stage == IdeaStage.SHORTLISTED
    assert reviewers(own_town, idea, ReviewState.LAPSED) == [late]


def test_a_late_review_goes_on_and_ends_with_the_score_that_makes_its_quorum(own_town: Town, clock: Clock) -> None:
    idea = in_review(own_town, reviewers=3)
    first, second, _third = reviewers(own_town, idea)
    score(own_town, idea, [first])
    pass_the_date(own_town, clock, idea)
    assert tasks(own_town, idea) == {"score", "assign"}
    score(own_town, idea, [second])
    deliver(own_town, "review")
    assert own_town.idea(idea).stage == IdeaStage.SHORTLISTED


def test_what_the_flow_changes_in_a_review_by_itself_is_told_and_chained(own_town: Town, clock: Clock) -> None:
    """An inspector who asks why a review took a month longer finds who was asked for substitutes, when, and until which day."""
    late = in_review(own_town, reviewers=2)
    pass_the_date(own_town, clock, late)
    with own_town.store.unit_of_work() as session:
        session.execute(delete(RoleGrant).where(col(RoleGrant.role) == Role.REVIEWER))
    lacking = in_review(own_town)
    for idea, action, said, is_told in (
        (late, "prolong", "Waktu penilaian diperpanjang", True),
        (lacking, "seek_reviewers", "Sekretariat diminta menugaskan penilai", False),
    ):
        (decision,) = own_town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == action))
        assert (decision.actor_id, decision.flow) == (None, "review")
        assert len(own_town.rows(select(LedgerEntry).where(LedgerEntry.idea_id == idea, LedgerEntry.kind == f"idea.{action}"))) == 1
        told = [said in open_browser(own_town, who).get(f"/usulan/{idea}").text for who in ("chair", "lead")]
        assert (told, tasks(own_town, idea) & {"assign"}) == ([True, is_told], {"assign"})


def test_a_substitute_has_the_days_of_a_reviewer(own_town: Town, clock: Clock) -> None:
    idea = in_review(own_town, reviewers=2)
    first, _late = reviewers(own_town, idea)
    score(own_town, idea, [first])
    pass_the_date(own_town, clock, idea)
    substitute = next(who for who in ("reviewer1", "reviewer2", "reviewer3") if who not in reviewers(own_town, idea))
    own_town.do(assign_reviewer, idea, own_town[substitute].id, by="secretary")
    assert tasks(own_town, idea) == {"score"}
    pass_the_date(own_town, clock, idea)
    assert own_town.idea(idea).stage == IdeaStage.IN_REVIEW
    score(own_town, idea, [substitute])
    deliver(own_town, "review")
    assert (own_town.idea(idea).stage, tasks(own_town, idea)) == (IdeaStage.SHORTLISTED, {"recommend"})


def test_no_more_reviewers_are_asked_than_the_number_and_its_substitutes(either_town: Town) -> None:
    idea = in_review(either_town, reviewers=1, quorum=1, substitutes=1)
    (first,) = reviewers(either_town, idea)
    others = [who for who in ("reviewer1", "reviewer2", "reviewer3", "reviewer4") if who != first]
    either_town.do(assign_reviewer, idea, either_town[others[0]].id, by="secretary")
    with pytest.raises(Conflict, match="reviewers_used_up"):
        either_town.do(assign_reviewer, idea, either_town[others[1]].id, by="secretary")


def test_who_steps_back_counts_among_those_who_were_asked(town: Town) -> None:
    idea = in_review(town, reviewers=1, quorum=1, substitutes=1)
    for _ in range(2):
        (who,) = reviewers(town, idea, ReviewState.ASSIGNED)
        town.do(recuse_reviewer, idea, reason=REASON, by=who)
        town.do(assign_evenly, idea, by="flow:review")
    assert reviewers(town, idea, ReviewState.ASSIGNED) == []
    assert len(reviewers(town, idea, ReviewState.RECUSED)) == 2


def test_where_several_step_back_at_once_no_more_are_asked_than_substitutes_are_left(either_town: Town) -> None:
    idea = in_review(either_town, reviewers=2, substitutes=1)
    for who in reviewers(either_town, idea):
        either_town.do(recuse_reviewer, idea, reason=REASON, by=who)
    either_town.do(assign_evenly, idea, by="flow:review")
    assert len(reviewers(either_town, idea, ReviewState.ASSIGNED)) == 1
    assert "assign" not in tasks(either_town, idea), "nobody is asked for what the policy does not allow"


@pytest.fixture
def without_quorum(own_town: Town, clock: Clock) -> str:
    """An idea for which nobody is left to be asked: one of two scored, and no substitutes are allowed."""
    idea = in_review(own_town, reviewers=2, substitutes=0)
    score(own_town, idea, reviewers(own_town, idea)[:1])
    pass_the_date(own_town, clock, idea)
    assert (own_town.idea(idea).stage, tasks(own_town, idea)) == (IdeaStage.IN_REVIEW, {"score"})  # who is late may answer once more
    pass_the_date(own_town, clock, idea)
    return idea


def test_without_a_quorum_the_idea_goes_to_the_chair_without_a_score(own_town: Town, without_quorum: str) -> None:
    idea = own_town.idea(without_quorum)
    assert (idea.stage, idea.score, idea.scores_closed_at) == (IdeaStage.NO_QUORUM, None, None)
    assert tasks(own_town, idea.id) == {"recommend"}
    with pytest.raises(Conflict, match="wrong_stage"):
        own_town.do(recommend_idea, idea.id, Recommendation.FEASIBLE, reason=REASON, by="chair")
    own_town.do(recommend_idea, idea.id, Recommendation.NOT_FEASIBLE, reason=REASON, by="chair")
    with pytest.raises(Conflict, match="idea_not_scored"):
        own_town.do(determine_idea, idea.id, Determination.ADOPTED, reason=REASON, decree=NamedDecree("1", now().date()), by="deputy")
    own_town.do(determine_idea, idea.id, Determination.REJECTED, reason=REASON, decree=NamedDecree(), by="deputy")
    (closed,) = own_town.rows(select(Decision).where(Decision.idea_id == idea.id, Decision.action == "close_review"))
    assert (closed.outcome, closed.detail) == ("no_quorum", {"reviews": 1, "quorum": 2})


def test_what_was_deferred_without_a_score_is_reviewed_again_by_who_was_late(own_town: Town, clock: Clock, without_quorum: str) -> None:
    idea = without_quorum
    (late,) = reviewers(own_town, idea, ReviewState.LAPSED)
    own_town.do(recommend_idea, idea, Recommendation.DEFERRED, reason=REASON, by="chair")
    own_town.do(determine_idea, idea, Determination.DEFERRED, reason=REASON, decree=NamedDecree(), by="deputy")
    clock.set(now() + timedelta(days=1))
    own_town.do(resume_idea, idea, reason=REASON, by="secretary")
    deliver(own_town, "review")
    asked = reviewers(own_town, idea, ReviewState.ASSIGNED)
    assert (own_town.idea(idea).stage, len(asked), len(reviewers(own_town, idea, ReviewState.SCORED))) == (IdeaStage.IN_REVIEW, 1, 1)
    assert late not in reviewers(own_town, idea, ReviewState.LAPSED) or asked != [late]
    score(own_town, idea, asked)
    deliver(own_town, "review")
    assert (own_town.idea(idea).stage, own_town.idea(idea).score) == (IdeaStage.SHORTLISTED, 90)


def test_where_nobody_may_review_at_all_the_chair_decides_after_the_reviews_days(own_town: Town, clock: Clock) -> None:
    with own_town.store.unit_of_work() as session:
        for who in ("reviewer1", "reviewer2", "reviewer3", "reviewer4"):
            session.add(RoleGrant(person_id=own_town[who].id, role=Role.UNIT_HEAD, unit_id=own_town.units["KOTA"][0]))
    idea = in_review(own_town)
    assert (reviewers(own_town, idea), tasks(own_town, idea)) == ([], {"assign"})
    pass_the_date(own_town, clock, idea)
    assert (own_town.idea(idea).stage, tasks(own_town, idea)) == (IdeaStage.NO_QUORUM, {"recommend"})


def test_while_somebody_may_still_be_assigned_the_secretariat_owes_it(own_town: Town, clock: Clock) -> None:
    idea = in_review(own_town, reviewers=1, quorum=1)
    for _ in range(3):
        pass_the_date(own_town, clock, idea)
        assert (own_town.idea(idea).stage, tasks(own_town, idea)) == (IdeaStage.IN_REVIEW, {"score", "assign"})
    items = own_town.rows(select(InboxItem).where(InboxItem.idea_id == idea, InboxItem.task == "assign"))
    assert len(items) == 1  # asked once


def test_the_flow_does_not_close_what_has_no_quorum_even_where_all_stepped_back(town: Town) -> None:
    idea = in_review(town, reviewers=2)
    for who in reviewers(town, idea):
        town.do(recuse_reviewer, idea, reason=REASON, by=who)
    town.do(close_review, idea, by="flow:review")
    assert town.idea(idea).stage == IdeaStage.IN_REVIEW


def test_a_superior_of_a_proposer_is_no_reviewer(either_town: Town) -> None:
    acting = NewGrant(Role.UNIT_HEAD, "ANDIR", HeadCapacity.DAILY, today() + timedelta(days=60))  # over the lead's and the mate's units
    either_town.do(give_role, either_town["reviewer3"].id, acting, by="admin")
    idea = in_review(either_town, reviewers=4)
    assert reviewers(either_town, idea) == ["reviewer1", "reviewer2", "reviewer4"]
    with pytest.raises(Invalid, match="reviewer_not_eligible"):
        either_town.do(assign_reviewer, idea, either_town["reviewer3"].id, by="secretary")


def test_a_leader_over_a_proposer_is_no_reviewer_and_scores_nothing(either_town: Town) -> None:
    either_town.do(grant_role, either_town["leader"].id, Role.REVIEWER, "KOTA", by="admin")
    idea = in_review(either_town, reviewers=4)
    assert "leader" not in reviewers(either_town, idea)
    with pytest.raises(Invalid, match="reviewer_not_eligible"):
        either_town.do(assign_reviewer, idea, either_town["leader"].id, by="secretary")
    with either_town.store.unit_of_work() as session:
        session.add(Review(idea_id=idea, reviewer_id=either_town["leader"].id, due_at=now() + timedelta(days=5)))
    with pytest.raises(Forbidden, match="superior_of_proposer"):
        score(either_town, idea, ["leader"])
