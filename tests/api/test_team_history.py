"""A team that was changed after submission: told by API and page, in both languages, to those who may know the team, and to nobody else."""

import re
from string import Formatter
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.sentences import catalogue
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of
from tests.asking import ask
from tests.building import SECTIONS, Town
from tests.steps import MET
from workflows.intake.draft import revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import supplement_idea
from workflows.intake.team import MemberShare
from workflows.review.assign import assign_evenly

TOLD = {
    "id": (
        "Bagian Sari Kenanga Wulandari berubah dari 60% menjadi 33,34%.",
        "Bagian Tono Gambiranom tetap 40%. Perannya: Perancang & penguji; semula: Perancang.",
        "Wening Palastri masuk tim dengan bagian 26,66%.",
    ),
    "en": (
        "Sari Kenanga Wulandari's share changed from 60% to 33.34%.",
        "Tono Gambiranom's share is still 40%. Their role: Perancang & penguji; before: Perancang.",
        "Wening Palastri joined the team with a share of 26.66%.",
    ),
}
LEFT = {"id": "Tono Gambiranom keluar dari tim; bagiannya semula 40%.", "en": "Tono Gambiranom left the team; their share was 40%."}


def plain(text: str) -> str:
    """A text with no space of any kind before its percent signs."""
    return re.sub(r"\s+%", "%", text)


def change_team(town: Town, *, to: str = "three") -> str:
    """An idea whose lead answered the secretariat with another team; it goes on to review."""
    idea = town.build_returned("team")
    lead, mate, stranger = (town[who].number for who in ("lead", "mate", "stranger"))
    team = (MemberShare(lead, 3_334), MemberShare(mate, 4_000, "Perancang & penguji"), MemberShare(stranger, 2_666))
    proposal = town.proposal(team=team if to == "three" else (MemberShare(lead, 10_000),))
    town.do(revise_idea, idea, proposal, by="lead")
    town.join(idea)
    town.do(supplement_idea, idea, by="lead")
    town.do(permit_idea, idea, granted=True, by="head")
    town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="secretary")
    town.do(assign_evenly, idea, by="flow:review")
    return idea


def told_by_api(client: TestClient, town: Town, who: str, idea: str) -> dict[str, Any]:
    """The supplement as the API's history tells it."""
    answer = ask(client, town[who], f"GET /ideas/{idea}/history")
    assert answer.status_code == 200, answer.text
    return next(decision for decision in answer.json() if decision["action"] == "supplement")


def shown_by_page(client: TestClient, town: Town, who: str, idea: str, language: str) -> str:
    """The page of the idea in a language, its spaces plain."""
    answer = client.get(f"/usulan/{idea}", headers={"Cookie": f"gagas_session={town[who].token}; language={language}"})
    assert answer.status_code == 200, answer.text
    return plain(answer.text)


@pytest.mark.parametrize("who", ["lead", "mate", "stranger", "secretary", "head", "auditor"])
def test_those_who_know_the_team_read_the_change_in_both_languages(town: Town, client: TestClient, who: str) -> None:
    idea = change_team(town)
    change = told_by_api(client, town, who, idea)["team_change"]
    assert [member["person_id"] for member in change] == [town[each].id for each in ("lead", "mate", "stranger")]
    assert [(m["share_before_hundredths"], m["share_hundredths"]) for m in change] == [(6_000, 3_334), (4_000, 4_000), (None, 2_666)]
    assert tuple(plain(member["text"]) for member in change) == TOLD["id"]
    assert tuple(plain(member["text_en"]) for member in change) == TOLD["en"]
    for language, other in (("id", "en"), ("en", "id")):
        page = shown_by_page(client, town, who, idea, language)
        for sentence in TOLD[language]:
            assert sentence.replace("&", "&amp;").replace("'", "&#39;") in page
        assert TOLD[other][2] not in page


def test_who_left_is_told_of_with_the_share_they_had_and_sees_the_idea_no_more(town: Town, client: TestClient) -> None:
    idea = change_team(town, to="one")
    change = told_by_api(client, town, "secretary", idea)["team_change"]
    assert [(m["share_before_hundredths"], m["share_hundredths"]) for m in change] == [(6_000, 10_000), (4_000, None)]
    assert (plain(change[1]["text"]), plain(change[1]["text_en"])) == (LEFT["id"], LEFT["en"])
    for language in ("id", "en"):
        assert LEFT[language] in shown_by_page(client, town, "lead", idea, language)
    assert ask(client, town["mate"], f"GET /ideas/{idea}/history").status_code == 404


def test_a_reviewer_learns_from_the_history_neither_names_nor_ids_of_the_team(town: Town, client: TestClient) -> None:
    idea = change_team(town)
    who = next(
        r for r in ("reviewer1", "reviewer2", "reviewer3", "reviewer4") if ask(client, town[r], f"GET /ideas/{idea}").status_code == 200
    )
    history = ask(client, town[who], f"GET /ideas/{idea}/history").json()
    assert history, "there is something that a reviewer is told"
    for told in history:
        assert told["team_change"] is None
        assert not {"team", "asked", "left_out"} & told["detail"].keys()
    seen = ask(client, town[who], f"GET /ideas/{idea}/history").text + shown_by_page(client, town, who, idea, "id")
    for member in ("lead", "mate", "stranger"):
        assert town[member].id not in seen
        assert town[member].name not in seen


def test_a_supplement_with_the_same_team_tells_of_no_change(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SUPPLEMENT_ASKED)
    town.do(supplement_idea, idea, town.proposal(sections={**SECTIONS, "idea": "Antrean yang lengkap sekali."}), by="lead")
    assert told_by_api(client, town, "secretary", idea)["team_change"] is None
    page = shown_by_page(client, town, "secretary", idea, "id")
    assert "masuk tim" not in page
    assert " tetap 60%" not in page


def test_a_team_changed_through_the_api_is_told(town: Town, client: TestClient) -> None:
    idea = town.build_returned("title", "team")
    share = {"employee_number": f"NIP. {town['lead'].number}", "share_hundredths": 10_000}
    body = {"title": "Antrean yang lengkap", "sections": SECTIONS, "team": [share]}
    answer = ask(client, town["lead"], f"POST /ideas/{idea}/supplement", body)
    assert answer.status_code == 200, answer.text
    assert plain(told_by_api(client, town, "lead", idea)["team_change"][1]["text"]) == LEFT["id"]


def test_a_team_changed_through_the_page_is_told(town: Town, client: TestClient) -> None:
    idea = town.build_returned("title", "kind", "team")
    path = f"/usulan/{idea}/lengkapi"
    browser = {"Cookie": f"gagas_session={town['lead'].token}", "Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    typed = fields_of(client.get(path, headers=browser).text, path) | {"title": "Lengkap", "form": "governance", "medium": "digital"}
    typed |= {f"sections.{name}": text for name, text in SECTIONS.items()}
    typed |= {"team.0.share": "33,34", "team.1.share": "40", "team.1.role": "Perancang & penguji"}
    typed |= {"team.2.employee_number": town["stranger"].number, "team.2.share": "26,66"}
    answer = client.post(path, data=typed, headers=browser, follow_redirects=False)
    assert answer.headers["location"] == f"{path}?ok=completion_saved", answer.text
    town.join(idea)
    again = {name: value for name, value in typed.items() if name.split(".")[0] in ("title", "form", "medium", "sections", "team")}
    again = {**again, "do": "submit"}
    page = client.get(path, headers=browser).text
    sent = client.post(path, data=fields_of(page, path) | again, headers=browser, follow_redirects=False)
    assert sent.headers["location"] == f"/usulan/{idea}?ok=supplemented", sent.text
    change = told_by_api(client, town, "lead", idea)["team_change"]
    assert tuple(plain(member["text_en"]) for member in change) == TOLD["en"]


@pytest.mark.parametrize("code", sorted(catalogue("team")))
def test_both_languages_tell_of_a_change_with_the_same_figures(code: str) -> None:
    told = catalogue("team")[code]
    assert set(told) == {"id", "en"}
    assert told["id"] != told["en"]
    names = [{name for _, name, _, _ in Formatter().parse(told[language]) if name} for language in ("id", "en")]
    assert names[0] == names[1]
    assert names[0] <= {"name", "before", "after", "role", "role_before"}
