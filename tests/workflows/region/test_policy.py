"""What a call decides by its policy alone, without a line of code: gates, movers, versions."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.ideas import Gate, GateState
from models.inbox import InboxItem
from models.instants import today
from models.people import Role
from models.stages import AwardStage, IdeaStage
from tests.asking import ask, check_problem
from tests.building import POLICY, SECTIONS, Town
from tests.steps import MET, REASON
from workflows.intake.draft import revise_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.withdraw import withdraw_idea
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from workflows.region.calls import amend_policy
from workflows.region.decrees import NamedDecree
from workflows.review.determine import Determination, determine_idea
from workflows.review.gates import pass_gate
from workflows.review.recommend import Recommendation, recommend_idea
from workflows.reward.approve import approve_award
from workflows.reward.browse import read_award

VISIT = {"name": "site_visit", "label": "Kunjungan lapangan", "label_en": "Site visit", "stage": "screening", "role": "verifier"}
TALK = {"name": "presentation", "label": "Paparan", "label_en": "Presentation", "stage": "shortlisted", "role": "chair"}


def accept(town: Town, idea: str) -> None:
    town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="secretary")


def test_an_extra_gate_holds_the_idea_until_it_is_passed(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[VISIT]))
    with pytest.raises(Conflict, match="gate_open"):
        accept(town, idea)
    items = town.rows(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))
    assert {(item.task, item.role) for item in items} == {("gate:site_visit", Role.VERIFIER)}, "nobody is asked for what they cannot do yet"
    town.do(pass_gate, idea, "site_visit", note="Sudah dikunjungi.", by="verifier")
    items = town.rows(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))
    assert {(item.task, item.role) for item in items} == {("screen", Role.SECRETARIAT)}
    accept(town, idea)
    assert town.idea(idea).stage == IdeaStage.IN_REVIEW


def test_every_gate_of_a_stage_must_be_passed_and_none_twice(town: Town) -> None:
    gates = [TALK, {**TALK, "name": "hearing", "role": "secretariat"}]
    idea = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(gates=gates))
    town.do(pass_gate, idea, "presentation", by="chair")
    with pytest.raises(Conflict, match="gate_open"):
        town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by="chair")
    with pytest.raises(Conflict, match="gate_not_open"):
        town.do(pass_gate, idea, "presentation", by="chair")
    town.do(pass_gate, idea, "hearing", by="secretary")
    town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by="chair")
    assert {gate.state for gate in town.rows(select(Gate).where(Gate.idea_id == idea))} == {GateState.PASSED}


@pytest.mark.parametrize(
    ("who", "code"),
    [("lead", "conflict_of_interest"), ("mate", "conflict_of_interest"), ("secretary", "only_verifier"), ("stranger", "idea_not_found")],
)
def test_a_gate_is_passed_by_the_role_that_the_policy_names(town: Town, who: str, code: str) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[VISIT]))
    with pytest.raises(Refusal, match=code):
        town.do(pass_gate, idea, "site_visit", by=who)
    assert town.rows(select(Gate.state)) == [GateState.OPEN]


def test_an_open_gate_keeps_nobody_from_withdrawing(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[VISIT]))
    town.do(withdraw_idea, idea, by="lead")
    assert town.idea(idea).stage == IdeaStage.WITHDRAWN
    assert town.rows(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))) == []


def test_a_gate_of_a_later_stage_is_not_open_yet(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[TALK]))
    with pytest.raises(Conflict, match="gate_not_open"):
        town.do(pass_gate, idea, "presentation", by="chair")
    with pytest.raises(NotFound, match="gate_not_found"):
        town.do(pass_gate, idea, "dance", by="chair")


def test_a_gate_over_http_names_itself(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[VISIT]))
    told = ask(client, town["secretary"], f"POST /ideas/{idea}/screening", {"outcome": "accepted", "answers": MET}, accept_language="en")
    assert check_problem(told, 409, "gate_open", language="en")["parameters"] == {
        "gate": "site_visit",
        "label": "Kunjungan lapangan",
        "label_en": "Site visit",
    }
    assert ask(client, town["verifier"], f"POST /ideas/{idea}/gates/site_visit", {}).json()["gates"] == [
        {"name": "site_visit", "state": "passed"}
    ]


def test_an_idea_keeps_the_policy_it_entered_under(town: Town) -> None:
    call = town.build_call()
    old = town.build_idea(IdeaStage.DRAFT, call=call)
    cost = {"name": "cost", "label": "Biaya", "label_en": "Cost", "minimum_words": 2}
    assert town.amend(call, sections=[*POLICY["sections"], cost]) == 2
    with pytest.raises(Invalid, match="section_unknown"):
        town.do(revise_idea, old, town.proposal(sections={**SECTIONS, "cost": "dua juta"}), by="lead")
    assert (
        town.idea(town.build_idea(IdeaStage.DRAFT, call=call, sections={**SECTIONS, "cost": "dua juta"})).policy_id
        != town.idea(old).policy_id
    )
    with pytest.raises(Invalid, match="section_too_short"):
        town.build_idea(IdeaStage.SUBMITTED, call=call)


def test_a_policy_is_amended_by_its_keepers_alone(town: Town) -> None:
    keepers = ("secretary", "admin", "second_admin")
    for who in town.people.keys() - keepers:
        with pytest.raises(Forbidden, match="only_secretariat"):
            town.do(amend_policy, town.call, POLICY, by=who)
    assert [town.do(amend_policy, town.call, POLICY, by=who).number for who in keepers] == [2, 3, 4]


DETERMINED_BY_CHAIR = {"determine": "chair", "recommend": "verifier", "verify": "auditor"}


def recommended(town: Town) -> str:
    """An idea of a call whose verifier recommends and whose chair determines."""
    idea = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(movers=DETERMINED_BY_CHAIR))
    town.do(recommend_idea, idea, Recommendation.FEASIBLE, reason=REASON, by="verifier")
    return idea


def test_movers_give_the_determination_to_another_role(town: Town) -> None:
    idea = recommended(town)
    items = town.rows(select(InboxItem.role).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))
    assert items == [Role.CHAIR]
    words: dict[str, Any] = {"reason": REASON, "decree": NamedDecree("100.3.3/7", today())}
    with pytest.raises(Forbidden, match="only_"):
        town.do(determine_idea, idea, Determination.ADOPTED, by="leader", **words)
    town.do(determine_idea, idea, Determination.ADOPTED, by="chair", **words)
    assert town.idea(idea).stage == IdeaStage.DETERMINED


def test_movers_let_those_who_propose_know_of_the_award(town: Town) -> None:
    usual = town.build_award(AwardStage.PROPOSED)
    with pytest.raises(NotFound):
        town.do(read_award, usual, by="chair")
    idea = town.build_idea(IdeaStage.ROLLED_OUT, call=town.build_call(movers={"propose": "chair"}))
    award = town.build_award(AwardStage.PROPOSED, idea=idea)
    assert town.do(read_award, award, by="chair").award.id == award
    with pytest.raises(Forbidden, match="only_leader"):
        town.do(approve_award, award, by="chair", decree=NamedDecree("1", today()))


def test_who_may_no_longer_decide_is_told_the_role_that_may(town: Town) -> None:
    idea = recommended(town)
    with pytest.raises(Forbidden, match="only_chair"):
        town.do(determine_idea, idea, Determination.ADOPTED, reason=REASON, decree=NamedDecree("1"), by="leader")
