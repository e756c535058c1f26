"""What everybody may read: verification in one glance, problems in the same look, texts in both languages."""

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from api.pages.texts import texts
from api.sentences import catalogue
from models.documents import Document, DocumentKind
from models.instants import now, today
from tests.api.pages.village import Village, fields_of, open_browser, send
from tests.browser.ways import awarded
from workflows.process.ways import AWARD, DOCUMENT, IDEA
from workflows.recognition.issue import withdraw_certificates
from workflows.reward.announce import schedule_award
from workflows.reward.approve import approve_award
from workflows.reward.revoke import revoke_award

pytestmark = pytest.mark.slow

PAGES = Path("templates/pages")
DIGEST = "ab" * 32


@pytest.fixture
def certificate(village: Village) -> Document:
    """A certificate that was issued."""
    award = awarded(village)
    village.act(approve_award, award, who="leader", decree_number="100.3.3/13/2026", decree_on=today())
    village.act(schedule_award, award, who="leader", announce_at=now() + timedelta(seconds=0.2))
    wait_and_announce(village, award)
    with village.database.reading() as session:
        found = session.exec(
            select(Document).where(Document.kind == DocumentKind.CERTIFICATE, Document.holder_id == village.people["proposer"])
        ).one()
    village.issue(found.id, DIGEST)
    return found


def wait_and_announce(village: Village, award: str) -> None:
    time.sleep(0.3)
    village.announce(award)


def test_a_genuine_certificate_is_seen_in_one_glance(village: Village, certificate: Document) -> None:
    answer = open_browser(village).get(f"/v/{certificate.token}")
    assert answer.status_code == 200
    assert 'class="verdict genuine"' in answer.text
    for shown in (
        certificate.number,
        "Siti Rohaenitami",
        "Kelurahan Campaka",
        "Akta Kelahiran Dijemput di Posyandu",
        "Gagasan Utama",
        DIGEST,
    ):
        assert shown in answer.text
    assert village.numbers["proposer"] not in answer.text


def test_a_revoked_certificate_says_so_with_its_day(village: Village, certificate: Document) -> None:
    village.act(revoke_award, certificate.award_id, who="leader", reason="Data capaian terbukti tidak benar")
    village.act(withdraw_certificates, certificate.award_id, who="recognition")
    answer = open_browser(village).get(f"/v/{certificate.token}")
    assert 'class="verdict revoked"' in answer.text
    assert "DICABUT" in answer.text
    assert "Dicabut pada" in answer.text
    assert "Data capaian" not in answer.text


def test_an_unknown_token_and_an_unissued_document_look_the_same(village: Village) -> None:
    browser, idea = open_browser(village), village.submitted()
    with village.database.reading() as session:
        receipt = session.exec(select(Document).where(Document.idea_id == idea)).one()
    unknown, unissued = browser.get("/v/" + "a" * 26), browser.get(f"/v/{receipt.token}")
    assert unknown.status_code == unissued.status_code == 404
    assert unknown.text.replace("a" * 26, "") == unissued.text.replace(receipt.token, "")
    assert 'class="verdict unknown"' in unknown.text


def test_of_a_receipt_no_more_is_told_than_that_it_is_genuine(village: Village) -> None:
    idea = village.submitted()
    with village.database.reading() as session:
        receipt = session.exec(select(Document).where(Document.idea_id == idea)).one()
    village.issue(receipt.id, "cd" * 32)
    text = open_browser(village).get(f"/v/{receipt.token}").text
    assert receipt.number in text
    assert "Siti" not in text
    assert "Akta Kelahiran" not in text


@pytest.mark.parametrize(
    ("typed", "word"), [(DIGEST, "Cocok:"), (DIGEST.upper(), "Cocok:"), ("00" * 32, "Tidak cocok"), ("abc", "64 karakter")]
)
def test_a_file_is_compared_by_its_digest(village: Village, certificate: Document, typed: str, word: str) -> None:
    assert word in open_browser(village).get(f"/v/{certificate.token}?sha256={typed}").text


def test_a_document_is_found_by_digest_and_by_the_printed_address(village: Village, certificate: Document) -> None:
    browser = open_browser(village)
    assert certificate.number in browser.get(f"/verifikasi?sha256={DIGEST}").text
    assert browser.get(f"/verifikasi?alamat=https://gagas.example/v/{certificate.token}").headers["location"] == f"/v/{certificate.token}"
    assert browser.get("/verifikasi?sha256=" + "ef" * 32).status_code == 404
    assert "tidak terbaca" in browser.get("/verifikasi?sha256=xyz").text


def test_people_meet_pages_and_programs_meet_problems(village: Village) -> None:
    browser = open_browser(village, "proposer")
    assert browser.get("/tidak-ada").headers["content-type"].startswith("text/html")
    assert browser.get("/tidak-ada").status_code == 404
    assert browser.get("/pegawai").status_code == 403
    assert browser.get("/jejak-audit").status_code == 403
    assert browser.post("/proses", data={}).status_code == 405
    assert browser.post("/masuk", json={}).status_code == 415
    assert browser.get("/api/v1/tidak-ada").headers["content-type"] == "application/problem+json"


def test_a_fault_is_a_page_too_and_tells_nothing(village: Village) -> None:
    browser = open_browser(village)
    browser.app.state.database = None
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "Terjadi gangguan sistem" in answer.text
    assert "NoneType" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_one_time_code_is_shown_once(village: Village) -> None:
    browser = open_browser(village, "operator")
    shown = browser.get("/pegawai").text
    fields = fields_of(shown, "/pegawai") | {
        "name": "Euis",
        "employee_number": "199005052015012777",
        "kind": "pns",
        "unit_code": "KEL-CAMPAKA",
    }
    first, second = browser.post("/pegawai", data=fields), browser.post("/pegawai", data=fields)
    code = re.search(r'class="secret">([^<]+)<', first.text)
    assert code
    assert code[1] not in second.text
    assert "sudah pernah ditampilkan" in second.text
    other = send(browser, "/pegawai", "/pegawai/kode", employee_number=village.numbers["leader"])
    assert other.status_code == 422
    assert 'class="secret"' not in other.text


def test_a_report_is_asked_for_once_and_listed(village: Village) -> None:
    browser = open_browser(village, "secretary")
    path = f"/laporan/{village.calls['new']}"
    assert send(browser, "/laporan", path).status_code == 303
    assert "LP-001" in browser.get("/laporan?ok=report_asked").text
    assert open_browser(village, "proposer").get("/laporan").status_code == 403


def test_static_files_are_kept_by_browsers_and_change_address_when_they_change(village: Village) -> None:
    browser = open_browser(village)
    address = re.search(r"/static/gagas\.css\?v=\w+", browser.get("/").text)
    assert address
    answer = browser.get(address[0])
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert browser.get(address[0], headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert browser.get("/static/../pages/layout.html").status_code == 404
    assert browser.get("/fonts/README.md").status_code == 404


def test_every_text_that_a_template_asks_for_exists_in_both_languages() -> None:
    asked = {name for file in PAGES.rglob("*.html") for name in re.findall(r'\bt\("([a-z_0-9]+\.[a-z_0-9]+)"(?! ~)', file.read_text())}
    assert asked - set(texts()) == set()
    assert [name for name, text in texts().items() if set(text) != {"id", "en"} or not all(text.values())] == []


def test_every_word_of_the_process_can_be_read_by_people() -> None:
    cells = IDEA.transitions + AWARD.transitions + DOCUMENT.transitions
    codes = {str(word) for cell in cells for word in (cell.stage, cell.action, cell.outcome, cell.target, cell.who) if word}
    assert codes - set(catalogue("words")) == set()
