"""The declaration of truth: who hands an idea in makes it, by a tick that nobody sets for them; record and receipt say what it was."""

import hashlib

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.documents import Document
from models.form_rules import DECLARATION
from models.ideas import Decision
from models.ledger import LedgerEntry
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser
from tests.asking import ask, check_problem
from tests.building import POLICY, SECTIONS, Town
from workflows.intake.draft import draft_idea
from workflows.intake.submit import submit_idea
from workflows.process.refusals import Invalid
from workflows.recognition.letters import number_receipt
from workflows.region.soundness import digest_print, validate_policy

TEXT = "Saya menyatakan bahwa seluruh isi usulan ini benar."
ASKED = {"is_asked": True, "text": TEXT, "text_en": "I declare that all of this is true."}
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()


def draft(town: Town, call: str, **said: object) -> str:
    return str(town.do(draft_idea, call, town.proposal(team=(), **said), by="lead").idea.id)


def test_without_it_nothing_is_handed_in_and_all_that_is_missing_is_said_at_once(town: Town) -> None:
    call = town.build_call(declaration=ASKED)
    idea = draft(town, call, sections={**SECTIONS, "idea": "Satu"})
    with pytest.raises(Invalid) as refused:
        town.do(submit_idea, idea, by="lead")
    assert [(part.code, part.field) for part in refused.value.parts] == [
        ("section_too_short", "sections.idea"),
        ("declaration_missing", "declaration"),
    ]
    assert town.idea(idea).stage == IdeaStage.DRAFT


def test_what_was_declared_stands_in_decision_ledger_and_receipt(town: Town) -> None:
    idea = draft(town, town.build_call(declaration=ASKED))
    town.do(submit_idea, idea, declares_truth=True, by="lead")
    (decision,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "submit"))
    (entry,) = town.rows(select(LedgerEntry).where(LedgerEntry.idea_id == idea, LedgerEntry.kind == "idea.submit"))
    assert decision.detail["declaration"] == entry.payload["detail"]["declaration"] == DIGEST
    town.do(number_receipt, idea, by="flow:recognition")
    (content,) = town.rows(select(Document.content).where(Document.idea_id == idea))
    assert content["declaration"] == TEXT


def test_a_call_that_does_not_ask_records_none_whatever_is_sent(town: Town) -> None:
    idea = draft(town, town.call)
    town.do(submit_idea, idea, declares_truth=True, by="lead")
    (decision,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "submit"))
    assert "declaration" not in decision.detail
    town.do(number_receipt, idea, by="flow:recognition")
    (content,) = town.rows(select(Document.content).where(Document.idea_id == idea))
    assert content["declaration"] is None


@pytest.mark.parametrize("sent", [None, {}, {"declares_truth": None}, {"declares_truth": False}], ids=str)
def test_by_the_api_it_is_missing_until_it_is_true(town: Town, client: TestClient, sent: object) -> None:
    idea = draft(town, town.build_call(declaration=ASKED))
    refused = ask(client, town["lead"], f"POST /ideas/{idea}/submission", sent)
    assert check_problem(refused, 422, "declaration_missing", language="id")["field"] == "declaration"
    assert ask(client, town["lead"], f"POST /ideas/{idea}/submission", {"declares_truth": True}).status_code == 200


def test_the_page_asks_by_a_box_that_is_not_ticked_and_keeps_the_draft(town: Town) -> None:
    call, browser = town.build_call(declaration=ASKED), open_browser(town, "lead")
    shown = browser.get(f"/usulan/baru?call={call}").text
    assert (TEXT in shown, " checked><span>Saya menyatakan" in shown) == (True, False)
    typed = {
        "title": "Papan harga",
        "form": "other",
        "medium": "digital",
        **{f"sections.{name}": text for name, text in SECTIONS.items()},
        "do": "submit",
    }
    refused = browser.post("/usulan/baru", data=fields_of(shown, "/usulan/baru") | typed)
    assert refused.status_code == 422
    assert 'id="writing-declaration-error"' in refused.text
    assert "Draf sudah tersimpan" in refused.text
    kept = fields_of(refused.text, refused.text.split('<form method="post" action="')[-1].split('"')[0])
    (idea,) = town.rows(select(Decision.idea_id).where(Decision.action == "draft"))
    answer = browser.post(f"/usulan/{idea}/ubah", data=kept | typed | {"declaration": "yes"})
    assert answer.headers["location"].endswith("?ok=submitted"), answer.text
    assert "Menyatakan kebenaran isi usulan." in browser.get(f"/usulan/{idea}").text
    assert TEXT not in browser.get(f"/usulan/baru?call={town.call}").text
    assert "menyatakan kebenaran isi usulan" in open_browser(town).get(f"/periode-usulan/{call}").text


def test_a_policy_of_before_asks_nothing_and_prints_as_before() -> None:
    plain = validate_policy(POLICY)
    assert (plain.declaration.is_asked, plain.declaration.text) == (False, DECLARATION)
    assert digest_print(plain) == digest_print(validate_policy({**POLICY, "declaration": {"text": TEXT}}))
    assert digest_print(plain) != digest_print(validate_policy({**POLICY, "declaration": ASKED}))
    with pytest.raises(Invalid, match="policy_invalid"):
        validate_policy({**POLICY, "declaration": {"is_asked": True, "text": ""}})
