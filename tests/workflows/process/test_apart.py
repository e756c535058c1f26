"""Whoever has had one duty on an idea is refused another, told why, asked for nothing, and chosen for nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models.awards import Award
from models.ideas import Decision
from models.instants import today
from models.people import Person, Role, RoleGrant
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import open_browser
from tests.asking import ask, check_problem
from tests.building import Town
from tests.steps import MET, REASON, decree_of_today, plan
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import revise_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import supplement_idea
from workflows.intake.team import MemberShare
from workflows.pilot.conclude import Verdict, verify_pilot
from workflows.pilot.start import list_owners, plan_pilot
from workflows.process.context import read_context
from workflows.process.offers import list_offers
from workflows.process.refusals import Forbidden, Invalid
from workflows.process.waiting import list_inbox
from workflows.recognition.digest import find_digest
from workflows.review.assign import assign_reviewer, list_eligible
from workflows.review.determine import Determination, determine_idea
from workflows.review.gates import pass_gate
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.review.score import recuse_reviewer
from workflows.reward.approve import approve_award


def give(town: Town, who: str, *roles: Role) -> None:
    """Somebody gets more roles over the whole town."""
    with town.store.unit_of_work() as session:
        session.add_all(RoleGrant(person_id=town[who].id, role=role, unit_id=town.units["KOTA"][0]) for role in roles)


def inbox(town: Town, who: str) -> set[str]:
    with town.store.reading() as session:
        return {each.item.task for each in list_inbox(session, actor=town.actor(session, who))}


def read(town: Town, idea: str, found: Callable[[Session, Any], Any]) -> Any:
    with town.store.reading() as session:
        return found(session, read_context(session, idea, actor=town.actor(session, "flow:review")))


def test_a_head_who_is_the_secretariat_too_permits_and_then_waits_for_somebody_else(town: Town) -> None:
    give(town, "head", Role.SECRETARIAT)
    idea = town.build_idea(IdeaStage.SCREENING)
    with pytest.raises(Forbidden, match="has_other_duty") as refused:
        town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="head")
    assert refused.value.parameters == {"duty": "permit"}
    assert "screen" not in inbox(town, "head")
    assert "screen" in inbox(town, "secretary")


def test_where_the_policy_loosens_it_the_head_of_a_small_kelurahan_permits_and_screens(town: Town) -> None:
    give(town, "head", Role.SECRETARIAT, Role.REVIEWER)
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(loosened=[("screen", "permit")]))
    assert "screen" in inbox(town, "head")
    town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="head")
    assert town["head"].id not in read(town, idea, list_eligible)


def test_an_idea_keeps_the_pairs_of_the_policy_it_entered_under(town: Town) -> None:
    give(town, "head", Role.SECRETARIAT)
    loose, strict = town.build_call(loosened=[("permit", "screen")]), town.build_call()
    ideas = {call: town.build_idea(IdeaStage.SCREENING, call=call) for call in (loose, strict)}
    with town.store.reading() as session:
        shown = [each.idea.id for each in list_inbox(session, actor=town.actor(session, "head")) if each.item.task == "screen"]
    assert shown == [ideas[loose]]


def test_a_reviewer_who_is_the_chair_too_scores_or_recommends(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    who = town.reviewers(idea)[0]
    give(town, who, Role.CHAIR)
    town.take(idea, "score", "close_review", "draft_recommend")
    with pytest.raises(Forbidden, match="has_other_duty"):
        town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by=who)
    assert ("recommend" in inbox(town, who), "recommend" in inbox(town, "chair")) == (False, True)


def test_a_reviewer_who_stepped_back_for_a_conflict_of_interest_does_not_come_back_as_chair(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    who = town.reviewers(idea)[0]
    give(town, who, Role.CHAIR)
    town.do(recuse_reviewer, idea, reason=REASON, by=who)
    town.take(idea, "assign", "score", "close_review", "draft_recommend")
    with pytest.raises(Forbidden, match="has_other_duty"):
        town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by=who)


def test_whoever_screened_is_no_reviewer_and_cannot_be_made_one(town: Town) -> None:
    give(town, "secretary", Role.REVIEWER)
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(reviewers=5))
    assert town["secretary"].id not in read(town, idea, list_eligible)
    give(town, "auditor", Role.SECRETARIAT)
    with pytest.raises(Invalid, match="reviewer_not_eligible"):
        town.do(assign_reviewer, idea, town["secretary"].id, by="auditor")


def test_a_chair_who_is_the_leader_too_recommends_or_determines(town: Town) -> None:
    give(town, "chair", Role.LEADER)
    idea = town.build_idea(IdeaStage.RECOMMENDED)
    with pytest.raises(Forbidden, match="has_other_duty"):
        town.do(determine_idea, idea, Determination.ADOPTED, reason="", decree=decree_of_today("1"), by="chair")
    assert "determine" not in inbox(town, "chair")


def test_whoever_scored_owns_no_pilot_and_whoever_owns_one_does_not_verify_it(town: Town) -> None:
    give(town, "owner", Role.VERIFIER)
    idea = town.build_idea(IdeaStage.DETERMINED)
    scorer = town.reviewers(idea)[0]
    give(town, scorer, Role.PILOT_OWNER)
    assert town[scorer].id not in [person.id for person in read(town, idea, list_owners)]
    with pytest.raises(Invalid, match="pilot_owner_not_eligible"):
        town.do(plan_pilot, idea, plan(town[scorer].id), by="secretary")
    town.take(idea, "plan_pilot", "start_pilot", "measure", "conclude", "compute_result")
    with pytest.raises(Forbidden, match="has_other_duty") as refused:
        town.do(verify_pilot, idea, Verdict.ROLL_OUT, reason=REASON, by="owner")
    assert refused.value.parameters == {"duty": "own"}
    assert ("verify" in inbox(town, "owner"), "verify" in inbox(town, "verifier")) == (False, True)


def test_who_determined_does_not_approve_the_award_unless_the_policy_says_so(town: Town) -> None:
    award = town.award(town.build_award())
    assert ("approve" in inbox(town, "deputy"), "approve" in inbox(town, "leader")) == (False, True)
    with pytest.raises(Forbidden, match="has_other_duty"):
        town.do(approve_award, award.id, decree=decree_of_today("2"), by="deputy")
    call = town.build_call(loosened=[("determine", "approve")])
    camats = town.build_award(idea=town.build_idea(IdeaStage.ROLLED_OUT, call=call))
    town.do(approve_award, camats, decree=decree_of_today("2"), by="deputy")
    assert town.award(camats).stage == AwardStage.APPROVED


def test_a_duty_once_borne_stays_whatever_came_of_it(town: Town) -> None:
    """Who deferred an idea has determined it, be it taken up again and adopted by somebody else."""
    idea = town.build_idea(IdeaStage.DEFERRED)
    town.take(idea, "resume passed", "recommend feasible")
    town.do(determine_idea, idea, Determination.ADOPTED, reason="", decree=decree_of_today("1"), by="leader")
    town.take(idea, "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out", "propose")
    (award,) = town.rows(select(Award.id))
    for who in ("leader", "deputy"):
        with pytest.raises(Forbidden, match="has_other_duty"):
            town.do(approve_award, award, decree=decree_of_today("2"), by=who)


def test_one_may_take_the_same_duty_again(town: Town) -> None:
    idea = town.build_idea(IdeaStage.DEFERRED)
    town.take(idea, "resume passed", "recommend feasible", "determine adopted")
    assert town.idea(idea).stage == IdeaStage.DETERMINED


def test_a_gate_is_no_duty(town: Town) -> None:
    gate = {"name": "talk", "label": "Paparan", "label_en": "Talk", "stage": "recommended", "role": "chair"}
    idea = town.build_idea(IdeaStage.RECOMMENDED, call=town.build_call(gates=[gate]))
    assert "gate:talk" in inbox(town, "chair")
    town.do(pass_gate, idea, "talk", by="chair")


def test_nobody_is_told_by_mail_of_what_they_may_not_do(town: Town) -> None:
    town.build_award()
    with town.store.unit_of_work() as session:
        for who in ("leader", "deputy"):
            session.get_one(Person, town[who].id).email = f"{who}@contoh.example"
    with town.store.reading() as session:
        mails = {who: find_digest(session, town[who].id, 1) for who in ("leader", "deputy")}
    assert mails["deputy"] is None
    assert mails["leader"] is not None
    assert "Setujui penghargaan" in mails["leader"].text


def test_whoever_screened_an_idea_cannot_be_taken_into_its_team(town: Town) -> None:
    """Who would cheat: a lead who thanks the secretary for a mild return with a share of the award."""
    idea = town.build_returned("team")
    for who in ("secretary", "head"):
        team = (MemberShare(town["lead"].number, 5_000), MemberShare(town[who].number, 5_000))
        town.do(revise_idea, idea, town.proposal(team=team), by="lead")
        with pytest.raises(Forbidden, match="team_member_has_duty"):
            town.do(answer_invitation, idea, joins=True, by=who)
        town.do(answer_invitation, idea, joins=False, by=who)
    town.do(supplement_idea, idea, town.proposal(), by="lead")


def test_whoever_has_a_duty_on_an_idea_is_not_offered_to_join_its_team(town: Town) -> None:
    """A page that offers what will be refused wastes the secretary's time; of the two answers it leaves the one that they may give."""
    idea = town.build_returned("team")
    team = tuple(MemberShare(town[who].number, share) for who, share in (("lead", 4_000), ("secretary", 3_000), ("mate", 3_000)))
    town.do(revise_idea, idea, town.proposal(team=team), by="lead")
    for who, outcomes in (("secretary", ("not_joined",)), ("mate", ("joined", "not_joined"))):
        with town.store.reading() as session:
            actor = town.actor(session, who)
            offers = list_offers(session, read_context(session, idea, actor=actor), actor=actor)
        assert [offer.outcomes for offer in offers if offer.action == "agree"] == [outcomes]
        page = open_browser(town, who).get(f"/usulan/{idea}").text
        assert ('value="joined"' in page, "tidak dapat ikut mengusulkannya" in page) == ("joined" in outcomes, "joined" not in outcomes)
        assert 'value="not_joined"' in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("id", "Anda sudah memberi rekomendasi atas usulan ini. Langkah ini harus dilakukan orang lain."),
        ("en", "You have already made the recommendation on this idea. Somebody else must take this step."),
    ],
)
def test_the_refusal_names_the_earlier_duty(town: Town, client: TestClient, language: str, said: str) -> None:
    give(town, "chair", Role.LEADER)
    idea = town.build_idea(IdeaStage.RECOMMENDED)
    body = {"outcome": "adopted", "decree_number": "1/2026", "decree_on": today().isoformat()}
    told = ask(client, town["chair"], f"POST /ideas/{idea}/determination", body, accept_language=language)
    assert check_problem(told, 403, "has_other_duty", language=language)["detail"] == said
    assert town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "determine")) == []


def test_the_page_says_why_a_step_is_not_theirs(town: Town) -> None:
    """A chair with two hundred ideas reads at once that this one is somebody else's, instead of looking for a form."""
    give(town, "chair", Role.LEADER)
    award = town.build_award(idea=town.build_idea(IdeaStage.ROLLED_OUT))
    pages = {
        "chair": (f"/usulan/{town.build_idea(IdeaStage.RECOMMENDED)}", "Anda sudah memberi rekomendasi atas usulan ini."),
        "deputy": (f"/penghargaan/{award}", "Anda sudah memberi penetapan atas usulan ini."),
    }
    for who, (page, said) in pages.items():
        assert said in open_browser(town, who).get(page).text
        assert "Anda sudah" not in open_browser(town, "leader").get(page).text
