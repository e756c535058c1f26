"""A policy written by hand that uses every rule of who may enter is planned, opened and played over HTTP."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.stages import AwardStage, IdeaStage
from tests.asking import ask, check_problem
from tests.building import SECTIONS, Town
from tests.specimens import take_as_printed
from workflows.region.call_files.call import check_file
from workflows.region.calls import open_call, plan_call
from workflows.region.signatures import sign_policy

FILE = """
code: KOMPETISI-KOTA
title: Kompetisi kota dengan semua syarat
unit_code: KOTA
opens_at: 2020-01-01
closes_at: 2099-01-29
policy:
  entry: in_use
  permission: false
  eligibility:
    initiators: [civil_servant, government_unit]
    quota: 2
    quota_per: whole_agency
    minimum_months: 24
    earlier_awards: 1
  sections:
    - {name: background, label: Latar belakang, label_en: Background, minimum_words: 3}
    - {name: idea, label: Gagasan, label_en: Idea, minimum_words: 3, maximum_words: 50}
  requirements:
    - {name: renewal, label: Mengandung pembaruan, label_en: Holds a renewal}
    - {name: benefit, label: Bermanfaat, label_en: Is of benefit}
  rubric:
    - {name: novelty, label: Kebaruan, label_en: Novelty, weight: 60}
    - {name: impact, label: Dampak, label_en: Impact, weight: 40}
  rule_book:
    name: Hadiah kompetisi kota
    version: "1"
    source: Keputusan contoh
    tiers:
      - {name: gold, label: Emas, minimum_score: 85, amount_rupiah: 7500000}
  award_from: [rolled_out]
  documents:
    letterhead: {lines: [PEMERINTAH KOTA CONTOH]}
    place: Contoh
    signatory: {name: Joko Surapati, position: Wali Kota Contoh}
    legal_basis: Keputusan Wali Kota Contoh
    unit_code: BAPPEDA
"""
SAID = {"initiator": "government_unit", "in_use_since": "2020-05-17"}


@pytest.fixture
def call(town: Town) -> str:
    """The call of the file, opened."""
    checked = check_file(FILE.encode())
    assert checked.faults == []
    assert checked.policy is not None
    with town.store.unit_of_work() as session:
        take_as_printed(session, checked.policy)
    planned = town.do(plan_call, checked.call, by="admin")
    town.do(sign_policy, planned.id, 1, by="leader")
    return str(town.do(open_call, planned.id, by="admin").id)


def draft(client: TestClient, town: Town, call: str, who: str, **said: Any) -> str:
    body = {"call_id": call, "title": "Antrean daring", "sections": SECTIONS, **said}
    answer = ask(client, town[who], "POST /ideas", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def submit(client: TestClient, town: Town, idea: str, who: str) -> Any:
    return ask(client, town[who], f"POST /ideas/{idea}/submission")


def test_what_is_missing_is_told_in_one_answer_with_the_day_that_would_do(town: Town, client: TestClient, call: str) -> None:
    idea = draft(client, town, call, "lead", sections={**SECTIONS, "idea": "Satu"})
    problem = check_problem(submit(client, town, idea, "lead"), 422, "initiator_missing", language="id")
    assert [each["field"] for each in problem["errors"]] == ["initiator", "in_use_since", "sections.idea"]
    assert problem["errors"][1]["parameters"]["day"] == "2099-01-29"
    etag = ask(client, town["lead"], f"GET /ideas/{idea}").headers["etag"]
    mended = {"title": "Antrean daring", "sections": SECTIONS, **SAID}
    shown = ask(client, town["lead"], f"PUT /ideas/{idea}", mended, if_match=etag)
    assert {name: shown.json()[name] for name in SAID} == SAID
    assert submit(client, town, idea, "lead").json()["stage"] == IdeaStage.SUBMITTED


def test_the_third_idea_of_an_agency_is_refused_until_one_is_withdrawn(town: Town, client: TestClient, call: str) -> None:
    ideas = [draft(client, town, call, who, title=f"Gagasan {who}", **SAID) for who in ("lead", "mate", "head", "stranger")]
    for idea, who in zip(ideas[:2], ("lead", "mate"), strict=True):
        assert submit(client, town, idea, who).status_code == 200
    problem = check_problem(submit(client, town, ideas[2], "head"), 409, "quota_reached", language="id")
    assert problem["parameters"] == {"given": "Kecamatan Andir", "count": 2, "maximum": 2}
    assert "Sari" not in problem["detail"], "it tells nothing of whose ideas there are"
    assert submit(client, town, ideas[3], "stranger").status_code == 200, "of another district"
    assert ask(client, town["mate"], f"POST /ideas/{ideas[1]}/withdrawal", {}).status_code == 200
    assert submit(client, town, ideas[2], "head").status_code == 200
    assert submit(client, town, ideas[1], "mate").status_code == 409


def test_a_winner_is_refused_under_its_title_and_by_its_code(town: Town, client: TestClient, call: str) -> None:
    earlier = town.idea(town.award(town.build_award(AwardStage.ANNOUNCED, title="Antrean  DARING")).idea_id)
    same = draft(client, town, call, "lead", **SAID)
    problem = check_problem(submit(client, town, same, "lead"), 422, "awarded_before", language="id")
    assert (problem["field"], problem["parameters"]["count"]) == ("title", 1)
    named = draft(client, town, call, "lead", title="Antrean baru", earlier_code=earlier.code, **SAID)
    problem = check_problem(submit(client, town, named, "lead"), 422, "awarded_before", language="id")
    assert (problem["field"], str(earlier.code) in problem["detail"]) == ("earlier_code", True)
    other = draft(client, town, call, "lead", title="Antrean baru", **SAID)
    assert submit(client, town, other, "lead").status_code == 200


@pytest.mark.parametrize("since", ["2097-01-30", "2098-01-01", "2999-12-31"])
def test_a_day_too_late_is_refused_with_the_last_that_would_do(town: Town, client: TestClient, call: str, since: str) -> None:
    idea = draft(client, town, call, "lead", **SAID | {"in_use_since": since})
    problem = check_problem(submit(client, town, idea, "lead"), 422, "in_use_too_short", language="id")
    assert problem["field"] == "in_use_since"
    assert problem["parameters"]["last"] < "2097"


def test_an_unknown_code_and_another_initiator_are_refused_when_saved(town: Town, client: TestClient, call: str) -> None:
    body = {"call_id": call, "title": "Antrean daring", "initiator": "council", "earlier_code": "IDE-1999-000001"}
    problem = check_problem(ask(client, town["lead"], "POST /ideas", body), 422, "initiator_not_listed", language="id")
    assert [each["field"] for each in problem["errors"]] == ["initiator", "earlier_code"]
