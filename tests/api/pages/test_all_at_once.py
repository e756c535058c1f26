"""All that is missing in a form is said at once: a summary with links on top, a sentence at each field, and a list in the API."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.instants import today
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask
from tests.building import POLICY, Town

FIVE = ("background", "problem", "idea", "steps", "benefit")
SECTIONS = [{"name": name, "label": f"Bagian {name}", "label_en": f"Section {name}", "minimum_words": 3} for name in FIVE]


def fields_at_fault(html: str, form: str) -> list[str]:
    """The fields that have a sentence of their own; each of them is linked from the summary on top."""
    errors = re.findall(rf'<p class="error" id="{form}-([\w-]+)-error">', html)
    summary = re.findall(r'aria-labelledby="error-summary".*?</div>', html, re.S)[0]
    assert set(re.findall(rf'href="#{form}-([\w-]+)"', summary)) == set(errors)
    return errors


def fields_told(problem: dict[str, Any]) -> list[str]:
    """The fields of the API's list, each with its type and its sentence."""
    assert all(each["type"].startswith("urn:gagas:problem:") and each["detail"] for each in problem["errors"])
    return [each["field"] for each in problem["errors"]]


def test_five_empty_sections_are_five_on_the_page_and_in_the_api(town: Town, client: TestClient) -> None:
    call = town.build_call(sections=SECTIONS)
    idea = town.build_idea(call=call, sections={}, team=())
    path = f"/usulan/{idea}/ubah"
    typed = {"title": "Judul", "form": "other", "medium": "digital", "do": "submit"}
    shown = send(open_browser(town, "lead"), path, path, **typed)
    assert (shown.status_code, fields_at_fault(shown.text, "writing")) == (422, [f"sections-{name}" for name in FIVE])
    refused = ask(client, town["lead"], f"POST /ideas/{idea}/submission")
    assert (refused.status_code, fields_told(refused.json())) == (422, [f"sections.{name}" for name in FIVE])
    assert refused.json()["type"] == refused.json()["errors"][0]["type"] == "urn:gagas:problem:section_too_short"


def test_what_cannot_be_read_and_what_is_missing_is_told_together(town: Town) -> None:
    call = town.build_call(sections=SECTIONS)
    typed = {"title": "", "form": "other", "medium": "", "budget_rupiah": "banyak", "team.0.share": "separuh", "do": "submit"}
    typed |= {"team.1.employee_number": "123", "team.1.share": "50"}
    answer = send(open_browser(town, "lead"), f"/usulan/baru?call={call}", "/usulan/baru", **typed)
    expected = {"title", "medium", "budget_rupiah", "team-0-share", "team-1-employee_number", *(f"sections-{name}" for name in FIVE)}
    assert (answer.status_code, set(fields_at_fault(answer.text, "writing"))) == (422, expected)


def test_every_line_of_a_team_that_is_wrong_is_told(town: Town, client: TestClient) -> None:
    team = [{"employee_number": number, "share_hundredths": 5_000} for number in ("123", "456")]
    body = {"call_id": town.call, "title": " ", "theme": "a\u0007", "team": team, "sections": {"nothing": "x"}}
    answer = ask(client, town["lead"], "POST /ideas", body)
    assert answer.status_code == 422
    assert fields_told(answer.json()) == ["title", "theme", "sections.nothing", "team.0.employee_number", "team.1.employee_number"]


def test_a_pilot_plan_tells_of_all_its_fields(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.DETERMINED)
    path = f"/usulan/{idea}/rencana-uji-coba"
    typed = {"unit_code": "ANDIR", "starts_on": "2020-01-01", "ends_on": "", "decree_number": "tanpa angka", "decree_on": "2020-01-01"}
    typed |= {"indicators.0.name": "", "indicators.0.baseline": "1", "indicators.0.target": "satu"}
    shown = send(open_browser(town, "secretary"), path, path, **typed)
    assert {"ends_on", "indicators-0-target", "site", "indicators-0-name"} <= set(fields_at_fault(shown.text, "plan"))
    day = today().isoformat()
    body = {"unit_code": "?", "owner_id": "x", "site": "", "starts_on": day, "ends_on": day}
    body["indicators"] = [{"name": "", "baseline": 1, "target": 1}]  # type: ignore[assignment]
    refused = ask(client, town["secretary"], f"POST /ideas/{idea}/pilot", body)
    assert fields_told(refused.json()) == ["ends_on", "owner_id", "unit_code", "site", "indicators.0.name", "indicators.0.target"]


def test_a_score_a_screening_a_determination_and_a_policy_tell_of_all_their_fields(town: Town, client: TestClient) -> None:
    scored, screened, recommended = map(town.build_idea, (IdeaStage.IN_REVIEW, IdeaStage.SCREENING, IdeaStage.RECOMMENDED))
    reviewer = town.reviewers(scored)[0]
    for who, asked, body, fields in (
        (reviewer, f"POST /ideas/{scored}/score", {"points": {"novelty": 999}}, ["points.novelty", "points.impact"]),
        ("secretary", f"POST /ideas/{screened}/screening", {"outcome": "accepted"}, ["answers.renewal", "answers.benefit"]),
        (
            "secretary",
            f"POST /ideas/{screened}/screening",
            {"outcome": "rejected", "answers": {"renewal": True}},
            ["answers.benefit", "reason"],
        ),
        ("deputy", f"POST /ideas/{recommended}/determination", {"outcome": "adopted"}, ["decree_number", "decree_on"]),
        (
            "secretary",
            f"POST /calls/{town.call}/policies",
            {"policy": {**POLICY, "sections": [], "team_limit": 0}},
            ["policy.sections", "policy.team_limit"],
        ),
        ("leader", "POST /ceilings", {"tier_rupiah": 2, "call_rupiah": 1, "basis": ""}, ["call_rupiah", "basis"]),
    ):
        answer = ask(client, town[who], asked, body, if_match="*")
        assert (answer.status_code, fields_told(answer.json())) == (422, fields), asked
    browser = open_browser(town, reviewer)
    shown = send(browser, f"/usulan/{scored}", f"/usulan/{scored}/nilai", points__novelty="", points__impact="seratus")
    assert fields_at_fault(shown.text, "score") == ["points-novelty", "points-impact"]


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_list_of_problems_speaks_the_askers_language(town: Town, client: TestClient, language: str) -> None:
    idea = town.build_idea(call=town.build_call(sections=SECTIONS), sections={}, team=())
    headers = {**town["lead"].headers, "Accept-Language": language, "Idempotency-Key": "k"}
    told = client.post(f"/api/v1/ideas/{idea}/submission", headers=headers).json()["errors"]
    assert all(("tulis" if language == "id" else "write") in each["detail"] for each in told)
