"""A rejected idea is reopened when circumstances change: by another hand, while it is kept, with its time of receipt, and judged anew."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.documents import Document, DocumentKind
from models.ideas import Decision, Idea
from models.instants import now
from models.outbox import Message
from models.people import Role
from models.reviews import Review, ReviewState
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import REASON
from tests.workflows.intake.claiming import BECAUSE, build_filed, require_whole
from tests.workflows.intake.merged import merge
from tests.workflows.intake.transferred import build_elsewhere, hand_on
from workflows.documents.kinds.rejection import name_rejecting
from workflows.intake.claims import decide_claim
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.recognition.letters import number_rejection
from workflows.review.assign import list_eligible
from workflows.review.reopen import reopen_idea

pytestmark = pytest.mark.slow
WHY = "Aturan yang menghalanginya dicabut bulan lalu."


def eligible(town: Town, idea: str) -> list[str]:
    with town.store.reading() as session:
        return list_eligible(session, read_context(session, idea, actor=town.actor(session, "flow:review")))


def test_it_keeps_code_and_receipt_and_is_judged_anew_to_its_end(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea(IdeaStage.REJECTED, points=70)
    before, judged = town.idea(idea), town.reviewers(idea)
    town.do(reopen_idea, idea, reason=WHY, by="secretary")
    after = town.idea(idea)
    assert (after.stage, after.code, after.submitted_at) == ("screening", before.code, before.submitted_at)
    assert (before.score, after.score, after.scores_closed_at, after.reason_code) == (70, None, None, None)
    assert set(town.rows(select(Review.state).where(Review.idea_id == idea))) == {ReviewState.SET_ASIDE}
    (said,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "reopen"))
    assert (said.reason, said.actor_id) == (WHY, town["secretary"].id)
    assert town.rows(select(Message.subject_id).where(Message.job == "tell_team").order_by(col(Message.id)))[-1] == idea
    require_whole(town)
    town.take(idea, "screen accepted", "assign")
    assert len(town.reviewers(idea)) == len(judged)
    town.take(idea, "score", "close_review", "draft_recommend")
    drafts = town.rows(select(Decision.detail).where(Decision.idea_id == idea, Decision.action == "draft_recommend"))
    assert sorted(float(each["score"]) for each in drafts) == [70, 90], "the chair has a draft of the score that counts"
    town.take(idea, "recommend feasible", "determine adopted")
    assert (town.idea(idea).stage, town.idea(idea).score) == ("determined", 90)
    require_whole(town)


def test_who_turned_it_down_who_is_of_its_team_and_who_is_no_office_reopens_nothing(town: Town) -> None:
    screened = town.build_idea(IdeaStage.SCREENING)
    town.take(screened, "screen rejected")
    with pytest.raises(Forbidden, match="rejected_it_oneself"):
        town.do(reopen_idea, screened, reason=WHY, by="secretary")
    for who, kind, code in (
        ("lead", Forbidden, "conflict_of_interest"),
        ("deputy", Forbidden, "only_secretariat"),
        ("chair", Forbidden, "only_secretariat"),
        ("stranger", NotFound, "idea_not_found"),
    ):
        with pytest.raises(kind, match=code):
            town.do(reopen_idea, screened, reason=WHY, by=who)
    for who in ("mate", "reviewer1", "walker"):
        town.give_role(who, Role.SECRETARIAT, "BAPPEDA")
    with pytest.raises(Forbidden, match="conflict_of_interest"):
        town.do(reopen_idea, screened, reason=WHY, by="mate")
    judged = next(each for each in (town.build_idea(IdeaStage.REJECTED) for _ in range(4)) if "reviewer1" in town.reviewers(each))
    with pytest.raises(Forbidden, match="has_other_duty"):
        town.do(reopen_idea, judged, reason=WHY, by="reviewer1")
    with pytest.raises(Invalid, match="text_too_short"):
        town.do(reopen_idea, screened, reason="Berubah.", by="walker")
    town.do(reopen_idea, screened, reason=WHY, by="walker")
    assert town.idea(screened).stage == "screening"
    with pytest.raises(Conflict, match="wrong_stage"):
        town.do(reopen_idea, town.build_idea(IdeaStage.CLOSED), reason=WHY, by="walker")


def test_who_could_read_the_first_scores_in_the_former_call_reviews_nothing_of_it_in_another(town: Town) -> None:
    for who in ("stranger", "other_head"):
        town.give_role(who, Role.REVIEWER, "DISDIK")
    town.give_role("stranger", Role.CHAIR, "BAPPEDA")
    idea, other = town.build_idea(IdeaStage.REJECTED), build_elsewhere(town)
    town.do(reopen_idea, idea, reason=WHY, by="secretary")
    hand_on(town, idea, other)
    assert town["other_head"].id in eligible(town, idea)
    assert town["stranger"].id not in eligible(town, idea)


def test_who_could_read_a_score_of_what_has_joined_reviews_nothing_of_the_joint_idea(town: Town) -> None:
    for who in ("stranger", "other_head"):
        town.give_role(who, Role.REVIEWER, "DISDIK")
    town.give_role("stranger", Role.CHAIR, "BAPPEDA")
    first, second = town.build_idea(IdeaStage.REJECTED), town.build_idea(IdeaStage.REJECTED, lead="owner", title="Nomor antre dari rumah")
    other = build_elsewhere(town)
    town.do(reopen_idea, second, reason=WHY, by="secretary")
    hand_on(town, second, other, "owner")
    mine = town.build_idea(IdeaStage.SCREENING, title="Loket tanpa antre")
    hand_on(town, mine, other)
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id) == mine).values(submitted_at=town.idea(first).submitted_at))
    merge(town, mine, second, "lead", "mate", "owner", by="walker")
    assert town["other_head"].id in eligible(town, mine)
    assert town["stranger"].id not in eligible(town, mine)


def test_nothing_is_reopened_after_its_time_with_a_claim_or_by_who_won_too_often(town: Town) -> None:
    late = town.build_idea(IdeaStage.REJECTED)
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id) == late).values(due_at=now() - timedelta(seconds=1)))
    with pytest.raises(Conflict, match="retention_over"):
        town.do(reopen_idea, late, reason=WHY, by="secretary")
    first, _adopted, claim = build_filed(town)
    with pytest.raises(Conflict, match="idea_claimed"):
        town.do(reopen_idea, first, reason=WHY, by="secretary")
    town.do(decide_claim, claim, upholds=True, reason=BECAUSE, by="leader")
    with pytest.raises(Conflict, match="idea_claimed"):
        town.do(reopen_idea, first, reason=WHY, by="secretary")
    once = town.build_call(code="SEKALI", eligibility={"earlier_awards": 1})
    rejected = town.build_idea(IdeaStage.REJECTED, call=once, title="Antrean yang menang")
    town.build_award(AwardStage.ANNOUNCED, title="Antrean yang menang")
    with pytest.raises(Conflict, match="awarded_before"):
        town.do(reopen_idea, rejected, reason=WHY, by="secretary")


def test_a_claim_that_was_dismissed_keeps_nobody_from_it(town: Town) -> None:
    first, _adopted, claim = build_filed(town)
    town.do(decide_claim, claim, upholds=False, reason=BECAUSE, by="leader")
    town.do(reopen_idea, first, reason=WHY, by="secretary")
    assert town.idea(first).stage == "screening"


def test_who_is_rejected_again_gets_a_letter_of_their_own(town: Town) -> None:
    idea = town.build_idea(IdeaStage.REJECTED)
    town.do(number_rejection, idea, by="flow:recognition")
    town.do(reopen_idea, idea, reason=WHY, by="secretary")
    town.take(idea, "screen rejected")
    for _ in range(2):
        town.do(number_rejection, idea, by="flow:recognition")
    of_idea = select(Document).where(Document.idea_id == idea, Document.kind == DocumentKind.REJECTION)
    letters = town.rows(of_idea.order_by(col(Document.running)))
    assert [each.content["stage"] for each in letters] == [name_rejecting("determine", "rejected"), name_rejecting("screen", "rejected")]
    assert [each.content["reasons"][0]["text"] for each in letters] == [REASON, REASON]
