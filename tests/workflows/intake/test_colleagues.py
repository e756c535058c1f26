"""Ideas that a call opens to colleagues: when, to whom, and that their support is given once, taken back, and decides nothing.

Who would cheat: a chair who counts friends instead of points, a team that supports itself, a reviewer who looks up whose idea it is,
somebody who looks for ideas that are sealed, drafts, or turned down.
"""

import ast
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, delete, select

from models.awards import Award
from models.calls import PolicyVersion
from models.colleagues import IdeaFollow, IdeaSupport
from models.entry_rules import ColleagueRule
from models.ideas import Idea
from models.people import EmploymentKind, Role, RoleGrant
from models.policy import Policy
from models.stages import IdeaStage
from tests.building import POLICY, Town
from tests.outsiders import outsider, welcome
from tests.sharing import ADOPTED, BLIND, OPEN, SCORED, build_shared, list_open, regard_of, stand
from tests.steps import FINDINGS, REASON
from workflows.intake.colleagues import end_follow, end_support, follow_idea, support_idea
from workflows.intake.commenting import write_comment
from workflows.intake.opened import list_open_stages
from workflows.intake.screen import Screening, screen_idea
from workflows.process.browse import list_ideas
from workflows.process.keyset import Slice
from workflows.process.refusals import Forbidden, NotFound
from workflows.process.wanted import Sort, WantedIdeas
from workflows.region.calls import close_call
from workflows.review.assign import assign_reviewer
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.reward.propose import draft_ranked_awards

pytestmark = pytest.mark.slow
AFTER_REVIEW = {"determined", "in_pilot", "pilot_reported", "rolled_out"}
UNDER_REVIEW = {"in_review", "below_mark", "no_quorum", "shortlisted", "recommended", "deferred"}


def test_ideas_are_open_from_their_acceptance_and_where_names_are_hidden_once_no_review_can_follow() -> None:
    assert set(list_open_stages(blind=False)) == UNDER_REVIEW | AFTER_REVIEW
    assert set(list_open_stages(blind=True)) == AFTER_REVIEW


def test_a_policy_that_says_nothing_opens_nothing_and_reads_as_before(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    assert Policy.model_validate(POLICY).colleagues == ColleagueRule()
    [stored] = town.rows(select(PolicyVersion).where(PolicyVersion.id == town.idea(idea).policy_id))
    older = {name: part for name, part in stored.body.items() if name != "colleagues"}  # as an earlier release stored it
    assert PolicyVersion(call_id="", number=1, body=older).read() == stored.read()
    assert {who: stand(town, idea, who) for who in ("walker", "lead", "secretary")} == {
        "walker": "idea_not_found",
        "lead": "not_open_to_colleagues",
        "secretary": "not_open_to_colleagues",
    }
    assert list_open(town, "walker") == []


def test_everybody_stands_to_an_open_idea_as_they_work_on_it_and_the_list_says_the_same(either_town: Town) -> None:
    town = either_town
    welcome(town, "guest", outsider(EmploymentKind.MENTOR))
    idea = build_shared(town)
    asked = town.reviewers(idea)
    expected: dict[str, str] = dict.fromkeys(town.people, "colleague")
    expected |= dict.fromkeys(("lead", "mate"), "team") | dict.fromkeys(asked, "reviewers_apart") | {"guest": "idea_not_found"}
    offices = ("head", "secretary", "chair", "verifier", "leader", "deputy", "auditor", "admin", "second_admin")
    expected |= dict.fromkeys(offices, "office")
    assert len(asked) == 3
    assert {who: str(stand(town, idea, who)) for who in town.people} == expected
    met = {who for who, standing in expected.items() if standing in ("colleague", "office")}
    assert {who for who in town.people if idea in list_open(town, who)} == met
    town.take(idea, *SCORED)
    assert {stand(town, idea, who) for who in asked} == {"reviewers_apart"}, "it is not decided yet"


def test_an_idea_that_is_over_returned_or_not_accepted_is_no_colleagues_to_read(town: Town) -> None:
    call = town.build_call(**OPEN)
    stages = (IdeaStage.DRAFT, IdeaStage.SCREENING, IdeaStage.SUPPLEMENT_ASKED, IdeaStage.REJECTED, IdeaStage.STOPPED)
    ideas = {stage: town.build_idea(stage, call=call) for stage in stages}
    assert {stage: stand(town, idea, "walker") for stage, idea in ideas.items()} == dict.fromkeys(stages, "idea_not_found")
    assert list_open(town, "walker") == []
    not_yet = ("not_open_to_colleagues",) * 3
    assert tuple(stand(town, idea, "lead") for idea in ideas.values()) == (*not_yet, "team", "team")
    withdrawn = town.build_idea(IdeaStage.IN_REVIEW, call=call)
    town.do(support_idea, withdrawn, by="walker")
    town.take(withdrawn, "withdraw")
    assert stand(town, withdrawn, "walker") == "idea_not_found"
    with pytest.raises(NotFound, match="idea_not_found"):
        town.do(end_support, withdrawn, by="walker")


def test_a_sealed_idea_is_open_to_nobody_before_the_calls_end(town: Town) -> None:
    sealed = town.build_idea(call=town.build_call(closing={"is_sealed": True}, permission=False, **OPEN))
    town.take(sealed, "submit", "route")
    with town.store.unit_of_work() as session:
        session.get_one(Idea, sealed).stage = IdeaStage.IN_REVIEW  # whatever its stage came to be
    assert [stand(town, sealed, who) for who in ("walker", "secretary", "lead")] == [*["idea_not_found"] * 2, "not_open_to_colleagues"]
    assert list_open(town, "walker") == []


def test_an_agency_alone_reads_what_is_opened_to_it(either_town: Town) -> None:
    town = either_town
    idea = build_shared(town, **{**OPEN, "colleagues": {"open_to": "whole_agency"}})
    near, far = ("operator", "owner"), ("stranger", "walker", "other_head")
    assert {who: str(stand(town, idea, who)) for who in (*near, *far)} == {
        **dict.fromkeys(near, "colleague"),
        **dict.fromkeys(far, "idea_not_found"),
    }
    assert [who for who in (*near, *far) if list_open(town, who)] == list(near)
    with pytest.raises(NotFound, match="idea_not_found"):
        town.do(support_idea, idea, by="stranger")


def test_where_reviewers_are_told_no_names_nobody_meets_below_an_idea_before_its_review_is_over(town: Town) -> None:
    idea = build_shared(town, **BLIND)
    asked = town.reviewers(idea)
    town.take(idea, *SCORED)
    assert [stand(town, idea, who) for who in ("walker", "lead", "chair")] == ["idea_not_found", *["not_open_to_colleagues"] * 2]
    town.take(idea, "recommend feasible", "determine adopted")
    assert [str(stand(town, idea, who)) for who in ("walker", "lead", "chair")] == ["colleague", "team", "office"]
    assert {stand(town, idea, who) for who in asked} == {"reviewers_apart"}
    assert {idea in list_open(town, who) for who in asked} == {False}


def test_a_reviewer_reads_what_colleagues_said_once_the_idea_is_decided(town: Town) -> None:
    idea = build_shared(town)
    asked = town.reviewers(idea)
    town.do(support_idea, idea, by="walker")
    town.take(idea, *ADOPTED)
    assert {str(stand(town, idea, who)) for who in asked} == {"office"}
    assert regard_of(town, idea, asked[0]).supports == 1


def test_support_is_given_once_taken_back_and_counted_without_those_who_review(either_town: Town) -> None:
    town = either_town
    idea = build_shared(town)
    for _ in range(2):
        town.do(support_idea, idea, by="walker")
    (spare,) = {f"reviewer{number}" for number in range(1, 5)} - {*town.reviewers(idea)}
    town.do(support_idea, idea, by=spare)
    assert (regard_of(town, idea, "walker").supports, regard_of(town, idea, "walker").is_supported) == (2, True)
    assert (regard_of(town, idea, "lead").supports, regard_of(town, idea, "lead").is_supported) == (2, False)
    town.do(end_support, idea, by="walker")
    town.do(end_support, idea, by="walker")
    assert (regard_of(town, idea, "walker").supports, regard_of(town, idea, "walker").is_supported) == (1, False)
    town.do(support_idea, idea, by="walker")
    assert len(town.rows(select(IdeaSupport).where(IdeaSupport.person_id == town["walker"].id))) == 1
    town.take(idea, "recuse")
    town.do(assign_reviewer, idea, town[spare].id, by="secretary")
    assert regard_of(town, idea, "walker").supports == 1
    assert stand(town, idea, spare) == "reviewers_apart"


def test_neither_the_team_nor_who_works_on_an_idea_supports_or_follows_it(town: Town) -> None:
    idea = build_shared(town)
    judge = town.reviewers(idea)[0]
    for action, own in ((support_idea, "support_own"), (follow_idea, "follow_own")):
        refusals = {"lead": own, "mate": own, "chair": "works_on_idea", "auditor": "works_on_idea", judge: "reviewers_apart"}
        for who, code in refusals.items():
            with pytest.raises(Forbidden, match=code):
                town.do(action, idea, by=who)
    assert town.rows(select(IdeaSupport.id)) == []


def test_who_took_a_step_in_office_does_not_support_afterwards_and_who_supported_before_counts_no_more(town: Town) -> None:
    call = town.build_call(**OPEN)
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    town.give_role("walker", Role.SECRETARIAT, "BAPPEDA")
    town.do(screen_idea, idea, Screening.ACCEPTED, FINDINGS["accepted"], by="walker")
    town.take(idea, "assign")
    for who in ("stranger", "operator"):
        town.do(support_idea, idea, by=who)
    town.give_role("stranger", Role.CHAIR, "BAPPEDA")
    town.take(idea, *SCORED)
    town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by="stranger")
    town.take(idea, "determine adopted")
    with town.store.unit_of_work() as session:
        session.execute(delete(RoleGrant).where(col(RoleGrant.person_id).in_((town["walker"].id, town["stranger"].id))))
    assert {who: str(stand(town, idea, who)) for who in ("walker", "stranger", "operator")} == {
        "walker": "office",
        "stranger": "office",
        "operator": "colleague",
    }
    with pytest.raises(Forbidden, match="works_on_idea"):
        town.do(support_idea, idea, by="walker")
    assert regard_of(town, idea, "lead").supports == 1


def test_an_office_that_may_still_judge_is_told_no_count(town: Town) -> None:
    idea = build_shared(town)
    town.do(support_idea, idea, by="walker")
    assert [regard_of(town, idea, who).supports for who in ("chair", "secretary", "head", "lead", "stranger")] == [None, None, None, 1, 1]
    town.take(idea, *ADOPTED)
    assert regard_of(town, idea, "chair").supports == 1


def test_one_follows_and_follows_no_more_and_finds_those_ideas_by_their_words(either_town: Town) -> None:
    town = either_town
    call = town.build_call(**OPEN)
    first = town.build_idea(IdeaStage.IN_REVIEW, call=call, title="Perahu pustaka di hulu")
    second = town.build_idea(IdeaStage.IN_REVIEW, call=call, title="Kebun gizi di sekolah")
    for _ in range(2):
        town.do(follow_idea, first, by="walker")
    assert (list_open(town, "walker"), list_open(town, "walker", followed=True)) == ([second, first], [first])
    assert (list_open(town, "walker", typed="perahu"), list_open(town, "walker", typed="zamrud")) == ([first], [])
    assert list_open(town, "walker", typed="\0 perahu \ud800") == [first]
    for _ in range(2):
        town.do(end_follow, first, by="walker")
    assert (list_open(town, "walker", followed=True), town.rows(select(IdeaFollow.id))) == ([], [])


TIERS = [
    {"name": "first", "label": "Juara I", "minimum_score": "60", "amount_rupiah": 9_000_000, "places": 1},
    {"name": "second", "label": "Juara II", "minimum_score": "60", "amount_rupiah": 5_000_000, "places": 1},
]
POINTS = {"Banyak nilai": 90, "Banyak dukungan": 70, "Sedikit nilai": 65}


def play(town: Town, supporters: tuple[str, ...]) -> Any:
    """A ranked contest of three ideas, the second of them supported and praised: scores, orders of the lists, and who is awarded what."""
    call = town.build_call(**OPEN, entry="in_use", rule_book={**POLICY["rule_book"], "tiers": TIERS})
    ideas = {title: town.build_idea(IdeaStage.IN_REVIEW, call=call, title=title) for title in POINTS}
    for who in supporters:
        town.do(support_idea, ideas["Banyak dukungan"], by=who)
        town.do(write_comment, ideas["Banyak dukungan"], "Ini yang terbaik.", by=who)
    for title, idea in ideas.items():
        town.take(idea, *ADOPTED, "roll_out", points=POINTS[title])
    town.do(close_call, call, by="secretary")
    town.do(draft_ranked_awards, call, by="flow:reward")
    with town.store.reading() as session:
        actor = town.actor(session, "secretary")
        wanted = [WantedIdeas(call_id=call, sort=sort) for sort in Sort]
        orders = [[each.title for each in list_ideas(session, each, Slice(), actor=actor).rows] for each in wanted]
    awards = town.rows(
        select(Idea.title, Award.tier, Award.amount_rupiah).join(Award, col(Award.idea_id) == col(Idea.id)).where(Award.call_id == call)
    )
    scores = town.rows(select(Idea.title, Idea.score, Idea.stage).where(Idea.call_id == call).order_by(col(Idea.title)))
    return orders, sorted(map(tuple, awards)), [tuple(each) for each in scores]


def test_score_order_rank_and_award_are_the_same_with_support_and_without(town: Town) -> None:
    without, with_it = play(town, ()), play(town, ("walker", "stranger", "operator", "other_head"))
    assert with_it == without
    assert {title: score for title, score, _stage in without[2]} == {title: Decimal(points) for title, points in POINTS.items()}
    assert without[1] == [("Banyak dukungan", "second", 5_000_000), ("Banyak nilai", "first", 9_000_000)]


def test_nothing_but_the_page_of_colleagues_reads_what_they_support() -> None:
    readers = set()
    for room in ("api", "models", "workflows"):
        for file in Path(room).rglob("*.py"):
            named = {getattr(node, "id", getattr(node, "name", "")) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))}
            if "IdeaSupport" in named:
                readers.add(str(file))
    assert readers == {"models/colleagues.py", "workflows/intake/colleagues.py"}
