"""Nothing is swapped after permission: a supplement changes what was asked for, and what the head permitted goes back to the head.

Who would cheat: a lead who has a small idea permitted and sends another title, budget or team with the supplement; who drops a colleague by
asking them again when they are away. Who errs: whoever mends another section on the way. An inspector asks who saw each title and budget.
"""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.ideas import Decision, Invitation, TeamMember
from models.instants import now
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser
from tests.asking import ask, check_problem
from tests.building import SECTIONS, Town
from tests.steps import NOTES, REASON
from tests.workflows.intake.test_agree import asked_of, named, team_of
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import supplement_idea
from workflows.process.refusals import Conflict, Invalid
from workflows.recognition.letters import number_rejection

OTHER = {"title": "Judul lain", "budget_rupiah": 9_000_000, "theme": "Tema lain"}
FIELD = {"title": "title", "budget_rupiah": "budget_rupiah", "theme": "form", "team": "team"}
PART = {"title": "title", "budget_rupiah": "budget", "theme": "kind", "team": "team"}


def change(town: Town, what: str) -> dict[str, Any]:
    return {"team": named(town, lead=9_000, mate=1_000)} if what == "team" else {what: OTHER[what], "team": ()}


@pytest.mark.parametrize("what", FIELD)
def test_what_was_not_asked_for_cannot_be_changed(town: Town, what: str) -> None:
    idea = town.build_returned(*(part for each, part in PART.items() if each != what))
    for action in (supplement_idea, revise_idea):
        with pytest.raises(Invalid, match="part_not_asked_for") as refused:
            town.do(action, idea, town.proposal(**change(town, what)), by="lead")
        assert refused.value.field == FIELD[what]
    assert (town.idea(idea).title, team_of(town, idea)) == ("Antrean daring kelurahan", {"lead": 6_000, "mate": 4_000})


BOTH = {"background": "Latar yang baru sekali.", "idea": "Gagasan yang baru sekali."}


@pytest.mark.parametrize("parts", [(), ("title",), ("sections.idea",)])
def test_a_note_on_one_section_opens_that_section_alone(town: Town, parts: tuple[str, ...]) -> None:
    idea = town.build_returned(*parts)
    with pytest.raises(Invalid, match="part_not_asked_for") as refused:
        town.do(supplement_idea, idea, town.proposal(sections=BOTH, team=()), by="lead")
    assert refused.value.field == "sections.background"
    town.do(supplement_idea, idea, town.proposal(sections={**SECTIONS, "idea": BOTH["idea"]}, team=()), by="lead")
    assert town.idea(idea).stage == IdeaStage.SCREENING


def test_a_section_that_is_named_may_be_changed_beside_the_one_with_a_note(town: Town) -> None:
    idea = town.build_returned("sections.background")
    town.do(supplement_idea, idea, town.proposal(sections=BOTH, team=()), by="lead")
    assert town.idea(idea).stage == IdeaStage.SCREENING


def test_a_budget_alone_that_is_to_be_changed_opens_no_section(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    town.do(screen_idea, idea, Screening.RETURNED, Findings(reason=REASON, parts=("budget",)), by="secretary")
    with pytest.raises(Invalid, match="part_not_asked_for"):
        town.do(supplement_idea, idea, town.proposal(sections={**SECTIONS, "idea": BOTH["idea"]}, team=()), by="lead")


@pytest.mark.parametrize("findings", [Findings(), Findings(reason=REASON), Findings(parts=("sections.idea",))])
def test_a_return_that_names_nothing_or_explains_nothing_is_refused(town: Town, findings: Findings) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    with pytest.raises(Invalid, match="note_missing"):
        town.do(screen_idea, idea, Screening.RETURNED, findings, by="secretary")


def test_a_return_of_an_older_database_named_no_parts_and_asks_for_the_sections(town: Town) -> None:
    idea = town.build_returned("title")
    with town.store.unit_of_work() as session:
        later = now() + timedelta(seconds=1)
        session.add(Decision(idea_id=idea, action="screen", outcome="returned", detail={"answers": {}, "notes": NOTES}, at=later))
    with pytest.raises(Invalid, match="part_not_asked_for"):
        town.do(supplement_idea, idea, town.proposal(title="Judul lain"), by="lead")
    town.do(supplement_idea, idea, town.proposal(sections={**SECTIONS, "background": "Latar yang baru sekali."}), by="lead")
    assert town.idea(idea).stage == IdeaStage.SCREENING


def test_an_unknown_part_is_refused(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    body = {"outcome": "returned", "notes": NOTES, "parts": ["title", "score"]}
    problem = check_problem(ask(client, town["secretary"], f"POST /ideas/{idea}/screening", body), 422, "part_unknown", language="id")
    assert (problem["field"], "title" in problem["parameters"]["known"]) == ("parts.1", True)


@pytest.mark.parametrize("what", ["title", "budget_rupiah", "team"])
def test_another_title_budget_or_team_needs_the_teams_agreement_and_goes_back_to_the_head(either_town: Town, what: str) -> None:
    town = either_town
    idea = town.build_returned(PART[what])
    with pytest.raises(Conflict, match="team_unanswered"):
        town.do(supplement_idea, idea, town.proposal(**change(town, what)), by="lead")
    town.do(revise_idea, idea, town.proposal(**change(town, what)), by="lead")
    assert asked_of(town, "mate") == ["agree"]
    assert team_of(town, idea) == {"lead": 6_000, "mate": 4_000}, "the team stands as it was until the completed idea is sent"
    with pytest.raises(Conflict, match="team_unanswered"):
        town.do(supplement_idea, idea, by="lead")
    town.do(answer_invitation, idea, joins=True, by="mate")
    town.do(supplement_idea, idea, by="lead")
    assert town.idea(idea).stage == IdeaStage.AWAITING_PERMISSION
    assert asked_of(town, "head") == ["permit"]
    (sent,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "supplement"))
    assert sent.outcome == "permission"
    told = {"title": {"changed": {"title": ["Antrean daring kelurahan", "Judul lain"]}}}
    told["budget_rupiah"] = {"changed": {"budget_rupiah": [0, 9_000_000]}}
    if what == "team":
        assert [each["share_hundredths"] for each in sent.detail["team"]["after"]] == [9_000, 1_000]
    else:
        assert sent.detail == told[what]
    town.do(permit_idea, idea, granted=True, by="head")
    assert town.idea(idea).stage == IdeaStage.SCREENING
    assert town.rows(select(Invitation)) == []


def test_the_head_may_refuse_what_was_changed_and_the_letter_says_so(town: Town) -> None:
    idea = town.build_returned("budget", team=())
    town.do(supplement_idea, idea, town.proposal(budget_rupiah=500_000_000, team=()), by="lead")
    town.do(permit_idea, idea, granted=False, reason=REASON, by="head")
    town.do(number_rejection, idea, by="flow:recognition")
    assert (town.idea(idea).stage, town.idea(idea).reason_code) == (IdeaStage.CLOSED, "permission_refused")


def test_what_nobody_permitted_goes_to_screening(town: Town) -> None:
    free = town.build_idea(IdeaStage.SUBMITTED, team=(), call=town.build_call(permission=False))
    own = town.build_idea(IdeaStage.SUBMITTED, lead="head")
    for idea, who in ((free, "lead"), (own, "head")):
        town.take(idea, "route")
        town.do(screen_idea, idea, Screening.RETURNED, Findings(notes=NOTES, parts=("budget",)), by="secretary")
        town.do(supplement_idea, idea, town.proposal(budget_rupiah=1_000, team=()), by=who)
        assert town.idea(idea).stage == IdeaStage.SCREENING


def test_each_further_change_asks_again_and_what_is_put_back_asks_nobody(town: Town) -> None:
    idea = town.build_returned("title")
    town.do(revise_idea, idea, town.proposal(title="Judul kedua", team=()), by="lead")
    town.do(answer_invitation, idea, joins=True, by="mate")
    town.do(revise_idea, idea, town.proposal(title="Judul kedua", team=(), sections={**SECTIONS, "idea": "Kata yang lain."}), by="lead")
    assert asked_of(town, "mate") == [], "only a section changed"
    town.do(revise_idea, idea, town.proposal(title="Judul ketiga", team=()), by="lead")
    assert asked_of(town, "mate") == ["agree"]
    town.do(supplement_idea, town.build_returned(), by="lead")
    town.do(revise_idea, idea, town.proposal(team=()), by="lead")
    assert asked_of(town, "mate") == []
    town.do(supplement_idea, idea, by="lead")
    assert town.idea(idea).stage == IdeaStage.SCREENING


def test_nobody_of_the_team_is_left_out_by_silence_but_who_is_new_may_be(town: Town) -> None:
    idea = town.build_returned("team")
    town.do(revise_idea, idea, town.proposal(team=named(town, lead=4_000, mate=4_000, stranger=2_000)), by="lead")
    with pytest.raises(Conflict, match="team_unanswered"):
        town.do(supplement_idea, idea, without_unanswered=True, by="lead")
    town.do(answer_invitation, idea, joins=True, by="mate")
    town.do(supplement_idea, idea, without_unanswered=True, by="lead")
    assert team_of(town, idea) == {"lead": 6_000, "mate": 4_000}
    assert (asked_of(town, "stranger"), town.idea(idea).stage) == ([], IdeaStage.AWAITING_PERMISSION)


def test_who_does_not_agree_to_the_change_leaves_and_the_head_sees_it(town: Town) -> None:
    idea = town.build_returned("title")
    town.do(revise_idea, idea, town.proposal(title="Judul kedua", team=()), by="lead")
    town.do(answer_invitation, idea, joins=False, by="mate")
    assert team_of(town, idea) == {"lead": 6_000, "mate": 4_000}
    town.do(revise_idea, idea, town.proposal(title="Judul kedua", team=()), by="lead")
    town.do(supplement_idea, idea, by="lead")
    assert (team_of(town, idea), town.idea(idea).stage) == ({"lead": 10_000}, IdeaStage.AWAITING_PERMISSION)


def test_an_expired_or_withdrawn_completion_leaves_the_team_as_it_was_and_asks_nobody(town: Town) -> None:
    idea = town.build_returned("team")
    town.do(revise_idea, idea, town.proposal(team=named(town, lead=5_000, stranger=5_000)), by="lead")
    town.take(idea, "withdraw")
    assert (team_of(town, idea), asked_of(town, "stranger")) == ({"lead": 6_000, "mate": 4_000}, [])
    assert (town.rows(select(Invitation)), len(town.rows(select(TeamMember)))) == ([], 2)


def test_the_form_to_complete_has_the_parts_that_were_asked_for_and_takes_no_other(town: Town) -> None:
    idea, browser = town.build_returned("sections.idea", "budget"), open_browser(town, "lead")
    path = f"/usulan/{idea}/lengkapi"
    shown = browser.get(path).text
    for name, is_there in (("sections.idea", True), ("budget_rupiah", True), ("sections.background", False), ("title", False)):
        assert (f'name="{name}"' in shown) is is_there, name
    assert 'name="team.' not in shown
    typed = {"title": "Judul selundupan", "team.0.share": "100", "sections.idea": "Gagasan dengan biayanya.", "do": "submit"}
    answer = browser.post(path, data=fields_of(shown, path) | typed)
    assert answer.headers["location"] == f"/usulan/{idea}?ok=supplemented", answer.text
    assert (town.idea(idea).title, team_of(town, idea)) == ("Antrean daring kelurahan", {"lead": 6_000, "mate": 4_000})


def test_the_secretariat_names_the_parts_on_the_page_too(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.SCREENING), open_browser(town, "secretary")
    shown = browser.get(f"/usulan/{idea}").text
    path = f"/usulan/{idea}/seleksi"
    typed = {"outcome": "returned", "notes.idea": "Jelaskan biayanya.", "parts.title": "yes", "parts.sections.idea": "yes"}
    assert browser.post(path, data=fields_of(shown, path) | typed).status_code == 303
    (decision,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.outcome == "returned"))
    assert decision.detail["parts"] == ["sections.idea", "title"]
