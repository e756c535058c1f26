"""What a lookup finds on either database: a document by its number, typed as people type it, and what a call's pilots saved."""

import pytest
from sqlmodel import select

from models.documents import Document
from tests.building import Town
from workflows.process.refusals import NotFound
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.report import ask_report
from workflows.recognition.verify import Genuineness, find_token, judge, verify_digest, verify_number

pytestmark = pytest.mark.slow


def test_a_document_is_found_by_its_number_on_either_database(either_town: Town) -> None:
    town = either_town
    for _ in range(2):
        town.do(ask_report, town.call, by="secretary")
    first, second = town.rows(select(Document).order_by(Document.running))
    with town.store.reading() as session, pytest.raises(NotFound):
        find_token(session, first.number)
    for document, digest in ((first, "ab" * 32), (second, "cd" * 32)):
        town.do(mark_issued, document.id, Rendered(digest, digest[::-1]), by="flow:recognition")
    assert first.content["savings_rupiah"] is None
    with town.store.reading() as session:
        assert find_token(session, f"nomor {first.number.lower()} ") == first.token
        assert verify_number(session, second.number.replace("/", " / ")).sha256 == "cd" * 32
        found = verify_digest(session, "dc" * 32)
        for wrong in ("", "0", "9" * 400, "2026", first.number.replace("2026", "2025"), first.number + "/1"):
            with pytest.raises(NotFound):
                find_token(session, wrong)
    assert [judge(found, typed) for typed in ("", "CD" * 32, "sha256: " + "dc" * 32, "ab" * 32, "x")] == [
        *[Genuineness.GENUINE] * 3,
        Genuineness.ALTERED,
        Genuineness.UNREADABLE,
    ]
    assert judge(None, "ab" * 32) == Genuineness.UNKNOWN
