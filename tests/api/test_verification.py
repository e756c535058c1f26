"""Verification by page and API: the comparison with a file decides everything that is said, and the printed number finds the document.

Who errs: somebody who changes a sum in a certificate and counts on a green heading; whoever types a number off a paper.
"""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.lookups import MOST_LOOKUPS, WINDOW_SECONDS, Lookups
from api.tries import TooMany
from models.documents import Document, DocumentKind, NumberSeries
from tests.api.pages.browsing import open_browser
from tests.asking import ask, check_problem
from tests.building import Town
from workflows.recognition.issue import Rendered, mark_issued, withdraw_certificates
from workflows.recognition.report import ask_report
from workflows.reward.revoke import revoke_award

pytestmark = pytest.mark.slow

OWN, OTHER = "ab" * 32, "00" * 32
HEADINGS = {"id": ("Asli dan berlaku", "TIDAK COCOK"), "en": ("Genuine and valid", "NO MATCH")}


@pytest.fixture(autouse=True)
def nobody_asked_yet(town: Town) -> Iterator[None]:
    """The application is shared: no test is answered for another's lookups."""
    town.app.state.lookups = Lookups()
    yield
    town.app.state.lookups = Lookups()


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_altered_file_is_never_called_genuine(town: Town, certificate: Document, language: str) -> None:
    browser, (genuine, altered) = open_browser(town), HEADINGS[language]
    answer = browser.get(f"/v/{certificate.token}?sha256={OTHER}", headers={"accept-language": language})
    assert answer.status_code == 409
    assert re.findall(r"<h1>(.*?)</h1>", answer.text) == [altered]
    assert re.findall(r"<title>(.*?)</title>", answer.text)[0].startswith(altered)
    assert 'class="verdict altered"' in answer.text
    assert genuine not in answer.text
    own = browser.get(f"/v/{certificate.token}?sha256={OWN}", headers={"accept-language": language})
    assert own.status_code == 200
    assert f"<h1>{genuine}</h1>" in own.text
    assert altered not in own.text


def test_an_altered_file_is_a_problem_for_programs(town: Town, certificate: Document, client: TestClient) -> None:
    for place in (f"/verification/{certificate.token}?", f"/verification?number={certificate.number}&"):
        for language in HEADINGS:
            answer = ask(client, None, f"GET {place}sha256={OTHER}", accept_language=language)
            assert check_problem(answer, 409, "document_altered", language=language)["field"] == "sha256"
        check_problem(ask(client, None, f"GET {place}sha256=xyz"), 422, "digest_unreadable", language="id")
        told = ask(client, None, f"GET {place}sha256={OWN.upper()}").json()
        assert (told["verdict"], told["number"], told["sha256"]) == ("genuine", certificate.number, OWN)


def test_what_is_no_digest_is_not_compared_and_not_called_genuine(town: Town, certificate: Document) -> None:
    answer = open_browser(town).get(f"/v/{certificate.token}?sha256=abc")
    assert answer.status_code == 422
    assert "<h1>Belum dibandingkan</h1>" in answer.text
    assert "Asli dan berlaku" not in answer.text


def test_an_altered_file_of_a_revoked_certificate_is_both(town: Town, certificate: Document, client: TestClient) -> None:
    town.do(revoke_award, certificate.award_id, by="leader", reason="Data capaian terbukti tidak benar")
    town.do(withdraw_certificates, certificate.award_id, by="flow:recognition")
    browser = open_browser(town)
    altered, own = (browser.get(f"/v/{certificate.token}?sha256={digest}") for digest in (OTHER, OWN))
    assert "<h1>TIDAK COCOK</h1>" in altered.text
    assert "Dicabut pada" in altered.text
    assert "<h1>DICABUT</h1>" in own.text
    assert "Asli" not in own.text
    assert ask(client, None, f"GET /verification/{certificate.token}").json()["verdict"] == "revoked"


def test_a_reports_spreadsheet_is_not_taken_for_an_altered_report(town: Town, client: TestClient) -> None:
    town.do(ask_report, town.call, by="secretary")
    (report,) = town.rows(select(Document).where(Document.kind == DocumentKind.REPORT))
    town.do(mark_issued, report.id, Rendered("12" * 32, "34" * 32), by="flow:recognition")
    assert ask(client, None, f"GET /verification/{report.token}?sha256={'34' * 32}").json()["verdict"] == "genuine"
    assert ask(client, None, f"GET /verification/files/{'34' * 32}").json()["number"] == report.number


@pytest.mark.parametrize(
    ("language", "named", "either"),
    [("id", "berkas {} asli", "Keduanya dapat dicocokkan"), ("en", "the original {} file", "Either can be compared")],
)
def test_a_reports_page_shows_both_digests_and_says_that_either_file_can_be_compared(
    town: Town, certificate: Document, language: str, named: str, either: str
) -> None:
    town.do(ask_report, town.call, by="secretary")
    (report,) = town.rows(select(Document).where(Document.kind == DocumentKind.REPORT))
    digests = {"PDF": "12" * 32, "XLSX": "34" * 32}
    town.do(mark_issued, report.id, Rendered(*digests.values()), by="flow:recognition")
    browser, spoken = open_browser(town), {"accept-language": language}
    for digest in ("", *digests.values()):
        text = browser.get(f"/v/{report.token}?sha256={digest}", headers=spoken).text
        shown = dict(re.findall(r"<dt>([^<]*)</dt><dd class=\"code\">([0-9a-f]{64})</dd>", text))
        assert {
            kind: said for kind, said in digests.items() for label in shown if named.format(kind) in label and shown[label] == said
        } == digests
        assert either in text
        assert f"<h1>{HEADINGS[language][0]}</h1>" in text
    assert "XLSX" not in browser.get(f"/v/{certificate.token}", headers=spoken).text


def test_the_printed_number_finds_the_document(town: Town, certificate: Document, client: TestClient) -> None:
    browser, number = open_browser(town), certificate.number
    spaced = " / ".join(number.split("/"))
    for typed in (
        number,
        number.lower(),
        f"  {number} ",
        spaced,
        f"Nomor {number}",
        f"no. {spaced.lower()}",
        number.replace("-", "\u2013"),
    ):
        answer = browser.get("/verifikasi", params={"alamat": typed})
        assert (answer.status_code, answer.headers.get("location")) == (303, f"/v/{certificate.token}"), typed
        assert client.get("/api/v1/verification", params={"number": typed}).json()["number"] == number, typed
    for typed in (number + "1", "PG-9999/BAPPEDA/I/2026", "apa saja", "2026", "\0", "'; --", "9" * 200, "\ud83d"):
        assert browser.get("/verifikasi", params={"alamat": typed.encode("utf-8", "replace")}).status_code in (200, 404), typed
        answer = client.get("/api/v1/verification", params={"number": typed.encode("utf-8", "replace")})
        assert answer.status_code in (404, 422), typed


def test_a_document_that_is_not_issued_is_not_found_by_its_number(town: Town, client: TestClient) -> None:
    town.do(ask_report, town.call, by="secretary")
    (report,) = town.rows(select(Document).where(Document.kind == DocumentKind.REPORT))
    answer = client.get("/api/v1/verification", params={"number": report.number})
    check_problem(answer, 404, "document_not_found", language="id")


def test_a_number_that_two_documents_bear_shows_neither(town: Town, certificate: Document, client: TestClient) -> None:
    with town.store.unit_of_work() as session:
        for other in session.exec(select(Document).where(Document.id != certificate.id)):
            other.number, other.running, other.sha256, other.series = certificate.number, certificate.running, "56" * 32, "certificate:LAIN"
            other.year = certificate.year
            session.add(other)
            break
        session.add(NumberSeries(series="certificate:LAIN", year=certificate.year, last=certificate.running))
    answer = client.get("/api/v1/verification", params={"number": certificate.number})
    check_problem(answer, 409, "document_number_shared", language="id")
    shown = open_browser(town).get("/verifikasi", params={"alamat": certificate.number})
    assert shown.status_code == 409
    assert "Beberapa dokumen memakai nomor ini" in shown.text


# Who asks too often


def test_guessed_numbers_are_answered_so_many_times_a_minute(town: Town, certificate: Document) -> None:
    browser, client = open_browser(town), TestClient(town.app, client=("203.0.113.9", 1))
    statuses = [browser.get("/verifikasi", params={"alamat": f"PG-{number:04}/X/2026"}).status_code for number in range(MOST_LOOKUPS + 1)]
    assert statuses == [404] * MOST_LOOKUPS + [429]
    late = browser.get("/api/v1/verification", params={"number": certificate.number})
    check_problem(late, 429, "too_many_lookups", language="id")
    assert 1 <= int(late.headers["retry-after"]) <= WINDOW_SECONDS
    assert browser.get(f"/v/{certificate.token}").status_code == 429
    assert client.get(f"/api/v1/verification/{certificate.token}").status_code == 200, "others are not locked out"


def test_who_scans_many_certificates_is_never_kept_waiting(town: Town, certificate: Document, client: TestClient) -> None:
    answers = {client.get(f"/api/v1/verification/{certificate.token}").status_code for _ in range(MOST_LOOKUPS + 5)}
    assert answers == {200}
    vain = [client.get(f"/api/v1/verification/{'a' * 26}").status_code for _ in range(MOST_LOOKUPS + 1)]
    assert vain == [404] * MOST_LOOKUPS + [429]


def test_an_address_may_ask_again_after_its_minute_and_a_network_counts_once() -> None:
    at = [100.0]
    lookups = Lookups(lambda: at[0])
    for _ in range(MOST_LOOKUPS):
        lookups.count("2001:db8::1")
    with pytest.raises(TooMany):
        lookups.require_few("2001:db8::ffff")
    lookups.require_few("2001:db8:0:1::1")
    at[0] += WINDOW_SECONDS
    lookups.require_few("2001:db8::1")
