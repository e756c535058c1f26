"""Recognition: what is numbered, who holds it, what verification tells, and what revoking does."""

import hashlib
import json
import threading

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.documents import Document, DocumentKind, DocumentState
from models.stages import AwardStage, IdeaStage
from tests.asking import ask
from tests.building import Town
from tests.steps import REASON
from workflows.documents.kinds.rejection import WORDS, find_words
from workflows.process.refusals import Forbidden, NotFound
from workflows.process.ways import IDEA
from workflows.recognition.issue import Rendered, mark_issued, withdraw_certificates
from workflows.recognition.letters import NUMBER_REJECTION, number_certificates, number_receipt, number_rejection
from workflows.recognition.report import ask_report
from workflows.reward.revoke import revoke_award


def documents(town: Town, kind: DocumentKind = DocumentKind.CERTIFICATE) -> list[Document]:
    return town.rows(select(Document).where(Document.kind == kind).order_by(col(Document.running)))


def issue_all(town: Town) -> None:
    """As the flow does it, with invented bytes."""
    for document in town.rows(select(Document).where(col(Document.sha256).is_(None))):
        digest = hashlib.sha256(document.id.encode()).hexdigest()
        town.do(mark_issued, document.id, Rendered(digest), by="flow:recognition")


def certify(town: Town) -> str:
    award = town.build_award(AwardStage.ANNOUNCED)
    town.do(number_certificates, award, by="flow:recognition")
    issue_all(town)
    return award


def test_every_member_gets_a_certificate_once(town: Town) -> None:
    award = certify(town)
    for _ in range(2):
        town.do(number_certificates, award, by="flow:recognition")
    told = documents(town)
    assert {document.holder_id for document in told} == {town["lead"].id, town["mate"].id}
    assert [document.running for document in told] == [1, 2]
    assert {document.content["holder_role"] for document in told} == {"Ketua Tim Pengusul", "Anggota Tim Pengusul"}


@pytest.mark.parametrize("stage", [AwardStage.PROPOSED, AwardStage.APPROVED, AwardStage.SCHEDULED, AwardStage.REVOKED])
def test_only_an_announced_award_is_certified(town: Town, stage: AwardStage) -> None:
    town.do(number_certificates, town.build_award(stage), by="flow:recognition")
    assert documents(town) == []


def test_revoking_withdraws_the_certificates_and_keeps_their_numbers(town: Town, client: TestClient) -> None:
    award = certify(town)
    before = [(document.number, document.token) for document in documents(town)]
    town.do(revoke_award, award, reason=REASON, by="leader")
    town.do(withdraw_certificates, award, by="flow:recognition")
    after = documents(town)
    assert [(document.number, document.token) for document in after] == before
    assert {document.state for document in after} == {DocumentState.REVOKED}
    for document in after:
        told = ask(client, None, f"GET /verification/{document.token}").json()
        assert (told["state"], told["revoked_at"] is None) == ("revoked", False)
    later = town.build_award(AwardStage.ANNOUNCED, idea=town.award(award).idea_id)
    town.do(number_certificates, later, by="flow:recognition")
    assert [document.running for document in documents(town)] == [1, 2, 3, 4]


def test_an_award_that_is_being_revoked_meanwhile_gets_no_certificate(either_town: Town) -> None:
    award = either_town.build_award(AwardStage.ANNOUNCED)
    numbering = threading.Thread(target=either_town.do, args=(number_certificates, award), kwargs={"by": "flow:recognition"})
    with either_town.store.unit_of_work() as session:
        revoke_award(session, award, reason=REASON, actor=either_town.actor(session, "leader"))
        numbering.start()
        numbering.join(1)
        assert numbering.is_alive(), "it waits for the revocation"
    numbering.join(30)
    assert not numbering.is_alive()
    assert either_town.rows(select(Document).where(Document.award_id == award)) == []


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_verification_tells_no_employee_number(town: Town, client: TestClient, kind: DocumentKind) -> None:
    certify(town)
    town.do(number_receipt, town.build_idea(IdeaStage.SUBMITTED), by="flow:recognition")
    town.do(number_rejection, town.build_idea(IdeaStage.CLOSED), by="flow:recognition")
    town.do(ask_report, town.call, by="secretary")
    issue_all(town)
    (document, *_) = documents(town, kind)
    for path in (document.token, f"files/{document.sha256}"):
        told = ask(client, None, f"GET /verification/{path}")
        assert told.status_code == 200
        assert told.json()["number"] == document.number
        for one in town.people.values():
            assert one.number not in told.text
            assert one.number[-8:] not in told.text
        if kind in (DocumentKind.RECEIPT, DocumentKind.REJECTION):
            assert "Antrean" not in told.text
            assert town["lead"].name not in told.text


def test_what_is_not_issued_yet_is_not_verified(town: Town, client: TestClient) -> None:
    town.do(number_receipt, town.build_idea(IdeaStage.SUBMITTED), by="flow:recognition")
    assert ask(client, None, f"GET /verification/{documents(town, DocumentKind.RECEIPT)[0].token}").status_code == 404


def test_what_was_issued_is_never_issued_again(town: Town) -> None:
    certify(town)
    first = documents(town)[0]
    town.do(mark_issued, first.id, Rendered("f" * 64), by="flow:recognition")
    assert documents(town)[0].sha256 == first.sha256


def test_a_document_is_its_holders_and_the_committees(town: Town, client: TestClient) -> None:
    certify(town)
    opened = {who: len(ask(client, one, "GET /documents?kind=certificate").json()["documents"]) for who, one in town.people.items()}
    committee = {"secretary", "chair", "leader", "deputy", "auditor", "admin", "second_admin"}
    assert {who for who, count in opened.items() if count} == {"lead", "mate", *committee}
    assert (opened["lead"], opened["mate"], opened["secretary"]) == (1, 1, 2)
    mates = next(document for document in documents(town) if document.holder_id == town["mate"].id)
    assert ask(client, town["lead"], f"GET /documents/{mates.id}/file").status_code == 404


def test_a_receipt_says_what_was_handed_in_and_where_it_stands_in_the_ledger(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SUBMITTED)
    town.do(number_receipt, idea, by="flow:recognition")
    (receipt,) = documents(town, DocumentKind.RECEIPT)
    assert receipt.content["idea_code"] == town.idea(idea).code
    assert len(receipt.content["ledger_hash"]) == len(receipt.content["content_sha256"]) == 64
    assert town["lead"].number not in json.dumps(receipt.content)
    with pytest.raises(NotFound, match="idea_not_submitted"):
        town.do(number_receipt, town.build_idea(), by="flow:recognition")


@pytest.mark.parametrize(("stage", "told"), [(IdeaStage.CLOSED, "permission"), (IdeaStage.REJECTED, "determination")])
def test_a_rejection_letter_says_where_and_why(town: Town, stage: IdeaStage, told: str) -> None:
    town.do(number_rejection, town.build_idea(stage), by="flow:recognition")
    (letter,) = documents(town, DocumentKind.REJECTION)
    assert letter.content["stage"] == told
    assert letter.content["reasons"][0]["text"] == REASON


def test_a_report_counts_what_is_there_and_names_no_secret_award(town: Town) -> None:
    for stage in (IdeaStage.DRAFT, IdeaStage.SUBMITTED, IdeaStage.SUBMITTED, IdeaStage.CLOSED, IdeaStage.DETERMINED):
        town.build_idea(stage)
    town.build_award(AwardStage.APPROVED)
    town.build_award(AwardStage.ANNOUNCED)
    town.do(ask_report, town.call, by="secretary")
    content = documents(town, DocumentKind.REPORT)[0].content
    assert (content["submitted"], content["adopted"], content["piloted"], content["awarded"]) == (6, 3, 2, 1)
    assert len(content["awards"]) == 1
    assert (len(content["units"]), content["region_units"]) == (1, len(town.units))
    for who in ("lead", "reviewer1", "chair", "head"):
        with pytest.raises(Forbidden):
            town.do(ask_report, town.call, by=who)


def test_a_rejection_letter_speaks_in_words_and_names_who_to_object_to(town: Town) -> None:
    town.do(number_rejection, town.build_idea(IdeaStage.REJECTED), by="flow:recognition")
    (letter,) = documents(town, DocumentKind.REJECTION)
    shown = [letter.content["what_would_help"], *(part for each in letter.content["reasons"] for part in (each["label"], each["text"]))]
    assert [text for text in shown if "_" in text] == []
    assert letter.content["decided_by"]
    assert not {"objection_until", "objection_address"} & set(letter.content)


def test_the_words_of_rejection_letters_are_of_steps_that_ask_for_one() -> None:
    asking = {(step.action, step.outcome) for step in IDEA.transitions if NUMBER_REJECTION in step.jobs}
    assert {(words.action, words.outcome) for words in WORDS.values()} <= asking


@pytest.mark.parametrize(
    ("stage", "subject"),
    [
        ("permission", "Izin tertulis atas usulan inovasi tidak diberikan"),
        ("screening", "Hasil seleksi administrasi usulan inovasi"),
        ("determination", "Hasil penetapan usulan inovasi"),
        ("hear", "Hasil pemeriksaan usulan inovasi"),
    ],
)
def test_a_letter_issued_before_reads_as_it_did_and_a_step_without_words_gets_general_ones(stage: str, subject: str) -> None:
    assert find_words(stage).subject == subject
