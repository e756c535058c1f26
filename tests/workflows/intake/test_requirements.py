"""Each criterion of the screening is answered with yes or no, and one that is not met with a reason of its own; all of it stays on record.

Who would cheat: a screener who says no and not why, or changes the why when somebody objects. An inspector asks what was answered to each
criterion, by whom and when, and whether the letter says the same.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import select

from models.documents import Document, DocumentKind
from models.ideas import Decision
from models.stages import IdeaStage
from tests.api.pages.browsing import confirm, fields_of, open_browser, send
from tests.asking import ask, check_problem
from tests.building import POLICY, Town
from tests.steps import MET, NOTES, REASON, UNMET
from tests.workflows.process.attest.everything import attack
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.screen_many import accept_many
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Invalid
from workflows.recognition.letters import UNMET as NOT_MET
from workflows.recognition.letters import number_rejection
from workflows.region.soundness import digest_print, validate_policy

EACH = {"reason_for_each": True}
WHY = "Layanan serupa sudah berjalan di tiga kelurahan."
LABEL = "Mengandung pembaruan"


def screen(town: Town, idea: str, outcome: Screening, **found: Any) -> None:
    town.do(screen_idea, idea, outcome, Findings(**found), by="secretary")


def detail_of(town: Town, idea: str) -> dict[str, Any]:
    (decision,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "screen"))
    assert decision.actor_id == town["secretary"].id
    return dict(decision.detail)


def test_where_the_policy_asks_each_criterion_that_is_not_met_takes_a_reason(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(screening=EACH))
    both = dict.fromkeys(MET, False)
    with pytest.raises(Invalid) as refused:
        screen(town, idea, Screening.REJECTED, answers=both, reason=REASON, reasons={"benefit": " ", "renewal": "tak"})
    assert [(each.code, each.field) for each in refused.value.parts] == [
        ("text_too_short", "reasons.renewal"),
        ("requirement_reason_missing", "reasons.benefit"),
    ]
    screen(town, idea, Screening.REJECTED, answers=UNMET, reason=REASON, reasons={"renewal": WHY})
    said = detail_of(town, idea)
    assert (said["answers"], said["reasons"]) == (UNMET, {"renewal": WHY})
    town.do(number_rejection, idea, by="flow:recognition")
    (letter,) = town.rows(select(Document.content).where(Document.kind == DocumentKind.REJECTION))
    assert [(each["label"], each["text"]) for each in letter["reasons"][1:]] == [(LABEL, WHY)]


def test_where_the_policy_is_silent_one_reason_for_the_whole_will_do(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    screen(town, idea, Screening.REJECTED, answers=UNMET, reason=REASON)
    assert "reasons" not in detail_of(town, idea)
    town.do(number_rejection, idea, by="flow:recognition")
    (letter,) = town.rows(select(Document.content).where(Document.kind == DocumentKind.REJECTION))
    assert letter["reasons"][1]["text"] == NOT_MET
    plain = validate_policy(POLICY)
    assert not plain.screening.reason_for_each
    assert digest_print(plain) == digest_print(validate_policy({**POLICY, "screening": EACH}))


WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        "a reason for yes",
        {"outcome": "rejected", "answers": UNMET, "reasons": {"benefit": WHY}},
        "requirement_reason_misplaced reasons.benefit",
    ),
    (
        "a reason without an answer",
        {"outcome": "returned", "notes": NOTES, "reasons": {"renewal": WHY}},
        "requirement_reason_misplaced reasons.renewal",
    ),
    (
        "a reason on another call's criterion",
        {"outcome": "returned", "notes": NOTES, "reasons": {"x": WHY}},
        "requirement_unknown reasons.x",
    ),
    (
        "a sign that no letter has",
        {"outcome": "rejected", "answers": UNMET, "reasons": {"renewal": "Belum 山 baru."}},
        "unprintable_characters reasons.renewal",
    ),
    ("acceptance with a no", {"outcome": "accepted", "answers": UNMET, "reasons": {"renewal": WHY}}, "requirement_unmet answers.renewal"),
    ("acceptance that skips one", {"outcome": "accepted", "answers": {"renewal": True}}, "requirement_unanswered answers.benefit"),
    ("too long a reason", {"outcome": "rejected", "answers": UNMET, "reasons": {"renewal": "x" * 1_001}}, "text_too_long reasons.renewal"),
    ("reasons of no kind", {"outcome": "rejected", "answers": UNMET, "reasons": [WHY]}, "field_wrong_type reasons"),
]


def test_what_does_not_fit_the_answers_is_refused_by_its_field(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(screening=EACH))
    for name, body, expected in WRONG:
        code, at = expected.split()
        problem = check_problem(
            ask(client, town["secretary"], f"POST /ideas/{idea}/screening", {"reason": REASON, **body}), 422, code, language="id"
        )
        assert problem["field"] == at, name
    assert town.idea(idea).stage == IdeaStage.SCREENING
    sound = {"outcome": "rejected", "answers": UNMET, "reason": REASON, "reasons": None}
    check_problem(ask(client, town["secretary"], f"POST /ideas/{idea}/screening", sound), 422, "requirement_reason_missing", language="id")
    assert ask(client, town["secretary"], f"POST /ideas/{idea}/screening", {**sound, "reasons": {"renewal": WHY}}).status_code == 200


def test_a_reason_that_is_changed_afterwards_shows(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    screen(town, idea, Screening.REJECTED, answers=UNMET, reason=REASON, reasons={"renewal": WHY})
    changed = {**detail_of(town, idea), "reasons": {"renewal": "Kuota sudah penuh."}}
    with attack(town.store) as session:
        decision = sa.table("decision", sa.column("detail", sa.JSON), sa.column("idea_id"), sa.column("action"))
        session.execute(sa.update(decision).where(decision.c.idea_id == idea, decision.c.action == "screen").values(detail=changed))
        assert [each.table for each in compare_rows(session).differences] == ["decision"]


def test_the_team_reads_each_reason_and_a_blind_reviewer_none(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, team=())
    screen(town, idea, Screening.RETURNED, answers=UNMET, notes=NOTES, reasons={"renewal": WHY})
    for path in (f"/usulan/{idea}", f"/usulan/{idea}/lengkapi"):
        shown = open_browser(town, "lead").get(path).text
        assert f"{LABEL}: {WHY}" in shown, path
    town.take(idea, "supplement", "screen accepted", "assign")
    reviewer = town.reviewers(idea)[0]
    assert WHY not in open_browser(town, reviewer).get(f"/usulan/{idea}").text
    assert WHY not in ask(client, town[reviewer], f"GET /ideas/{idea}/history").text
    assert "Semua kriteria terpenuhi (2)." in open_browser(town, "lead").get(f"/usulan/{idea}").text


def test_the_page_asks_why_beside_each_no_and_tells_it_again_before_it_is_final(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.SCREENING, call=town.build_call(screening=EACH)), open_browser(town, "secretary")
    path = f"/usulan/{idea}/seleksi"
    typed = {"outcome": "rejected", "reason": REASON, "answers__renewal": "no", "answers__benefit": "yes", "reasons__benefit": "dulu tidak"}
    refused = send(browser, f"/usulan/{idea}", path, **typed)
    assert (refused.status_code, 'id="screen-reasons-renewal-error"' in refused.text) == (422, True)
    assert "dulu tidak" in refused.text
    asked = browser.post(
        path, data=fields_of(refused.text, path) | {key.replace("__", "."): each for key, each in typed.items()} | {"reasons.renewal": WHY}
    )
    assert f"<li>{LABEL}: {WHY}</li>" in asked.text
    assert confirm(browser, asked).status_code == 303
    assert detail_of(town, idea)["reasons"] == {"renewal": WHY}


def test_many_at_once_are_recorded_as_meeting_each_and_the_trial_says_so(town: Town, client: TestClient) -> None:
    ideas = [town.build_idea(IdeaStage.SCREENING, call=town.build_call(screening=EACH)) for _ in range(2)]
    browser = open_browser(town, "secretary")
    looked = browser.post("/seleksi", data=fields_of(browser.get("/seleksi").text, "/seleksi") | {f"idea_ids.{ideas[0]}": "yes"})
    assert "semua kriteria akan dicatat terpenuhi" in looked.text
    assert "kriteria dijawab ya: 2" in looked.text
    tried = ask(client, town["secretary"], "POST /screenings", {"idea_ids": [ideas[1]], "dry_run": True}).json()
    assert tried["ideas"][0]["answers"] == MET
    town.do(accept_many, ideas, by="secretary")
    assert [detail_of(town, idea)["answers"] for idea in ideas] == [MET, MET]
