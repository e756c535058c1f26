"""Issued files over HTTP: whole, in parts, by condition, and never other bytes than were issued."""

import hashlib
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import select

from models.documents import Document
from models.settings import settings
from models.stages import IdeaStage
from tests.asking import ask, check_problem
from tests.building import Town
from workflows.adapters.files import path_of, store_file
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_receipt
from workflows.recognition.report import ask_report

PDF, XLSX = b"%PDF-1.7 tanda terima " * 9_000, b"PK spreadsheet " * 50  # the PDF is longer than one piece of an answer


@dataclass(frozen=True)
class Issued:
    """An issued document, and who asks for it."""

    client: TestClient
    town: Town
    who: str
    id: str
    digest: str

    def fetch(self, *, method: str = "GET", query: str = "", **headers: str) -> Response:
        """The answer to a request for the file."""
        return ask(self.client, self.town[self.who], f"{method} /documents/{self.id}/file{query}", **headers)


@pytest.fixture
def receipt(town: Town, client: TestClient) -> Issued:
    town.do(number_receipt, town.build_idea(IdeaStage.SUBMITTED), by="flow:recognition")
    (document,) = town.rows(select(Document))
    digest = store_file(settings().documents, PDF, "pdf")
    town.do(mark_issued, document.id, Rendered(digest), by="flow:recognition")
    return Issued(client, town, "lead", document.id, digest)


@pytest.fixture
def report(town: Town, client: TestClient) -> Issued:
    document = town.do(ask_report, town.call, by="secretary")
    digests = store_file(settings().documents, PDF, "pdf"), store_file(settings().documents, XLSX, "xlsx")
    town.do(mark_issued, document.id, Rendered(*digests), by="flow:recognition")
    return Issued(client, town, "secretary", document.id, digests[1])


def test_the_file_comes_as_it_was_issued_under_its_name(receipt: Issued) -> None:
    answer = receipt.fetch()
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="receipt-{receipt.digest[:8]}.pdf"'
    assert answer.headers["etag"] == f'"{hashlib.sha256(PDF).hexdigest()}"'
    assert answer.headers["cache-control"] == "no-store"


def test_head_says_what_would_come_and_sends_nothing(receipt: Issued) -> None:
    answer = receipt.fetch(method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PDF))
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-99", PDF[:100]), ("bytes=100-", PDF[100:]), ("bytes=-7", PDF[-7:]), (f"bytes=5-{len(PDF) * 2}", PDF[5:])],
)
def test_a_broken_download_goes_on_where_it_stopped(receipt: Issued, asked: str, part: bytes) -> None:
    answer = receipt.fetch(range=asked)
    assert (answer.status_code, answer.content) == (206, part)
    again = receipt.fetch(range=asked, if_range=answer.headers["etag"])
    assert (again.status_code, again.content) == (206, part)
    changed = receipt.fetch(range=asked, if_range='"another"')
    assert (changed.status_code, changed.content) == (200, PDF)


def test_a_part_that_lies_outside_is_refused(receipt: Issued) -> None:
    answer = receipt.fetch(range=f"bytes={len(PDF)}-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(PDF)}")
    check_problem(answer, 416, "range_outside_file", language="id")


@pytest.mark.parametrize("asked", ["bytes", "bytes=", "words=1-2", "bytes=9-3", "bytes=0-1,5-6"])
def test_a_part_that_is_asked_for_wrongly_and_parts_at_once_are_answered_with_the_whole(receipt: Issued, asked: str) -> None:
    assert receipt.fetch(range=asked).content == PDF


def test_a_file_is_not_compressed_again(receipt: Issued) -> None:
    answer = receipt.fetch(accept_encoding="gzip")
    assert ("content-encoding" in answer.headers, answer.headers["content-length"]) == (False, str(len(PDF)))


@pytest.mark.parametrize("given", ['"{tag}"', 'W/"{tag}"', '"x", "{tag}"'])
def test_who_has_the_file_is_not_sent_it_again(receipt: Issued, given: str) -> None:
    answer = receipt.fetch(if_none_match=given.replace("{tag}", receipt.digest))
    assert (answer.status_code, answer.content) == (304, b"")
    assert receipt.fetch(if_none_match='"x"').status_code == 200


def test_a_reports_spreadsheet_is_a_file_of_its_own(report: Issued) -> None:
    shown = ask(report.client, report.town["secretary"], "GET /documents").json()["documents"]
    assert [each["spreadsheet_sha256"] for each in shown] == [report.digest]
    answer = report.fetch(query="?spreadsheet=true")
    assert (answer.status_code, answer.content) == (200, XLSX)
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    assert report.fetch().content == PDF


def test_a_document_without_a_spreadsheet_has_none_to_open(receipt: Issued) -> None:
    check_problem(receipt.fetch(query="?spreadsheet=true", accept_language="id"), 404, "document_not_found", language="id")


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-9"}, {"if_none_match": '"x"'}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_bytes_that_were_changed_or_lost_are_never_sent(receipt: Issued, method: str, headers: dict[str, str]) -> None:
    stored = path_of(settings().documents, receipt.digest, "pdf")
    for harm in (lambda: stored.write_bytes(PDF[:-1] + b"!"), stored.unlink):  # of the same length, far behind the part that is asked for
        harm()
        answer = receipt.fetch(method=method, accept_language="id", **headers)
        assert answer.status_code == 503
        if method == "GET":
            check_problem(answer, 503, "file_unreadable", language="id")


def test_nobody_else_learns_whether_they_have_the_right_file(receipt: Issued) -> None:
    other = Issued(receipt.client, receipt.town, "stranger", receipt.id, receipt.digest)
    for method in ("GET", "HEAD"):
        assert other.fetch(method=method, if_none_match=f'"{receipt.digest}"').status_code == 404
