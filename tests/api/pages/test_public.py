"""What everybody may read: verification in one glance, problems in the same look, texts in both languages."""

import re
from pathlib import Path

import pytest
from sqlmodel import select

from api.pages.texts import texts
from api.sentences import catalogue
from models.documents import Document
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser, send
from tests.building import Town
from workflows.process.ways import AWARD, DOCUMENT, IDEA
from workflows.recognition.issue import Rendered, mark_issued, withdraw_certificates
from workflows.recognition.letters import number_receipt
from workflows.reward.revoke import revoke_award

pytestmark = pytest.mark.slow

PAGES = Path("templates/pages")
DIGEST = "ab" * 32


@pytest.fixture
def receipt(town: Town) -> Document:
    """The receipt of an idea, numbered and not yet issued."""
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    town.do(number_receipt, idea, by="flow:recognition")
    (found,) = town.rows(select(Document).where(Document.idea_id == idea))
    return found


def test_a_genuine_certificate_is_seen_in_one_glance(town: Town, certificate: Document) -> None:
    answer = open_browser(town).get(f"/v/{certificate.token}")
    assert answer.status_code == 200
    assert 'class="verdict genuine"' in answer.text
    for shown in (
        certificate.number,
        town["lead"].name,
        "Kelurahan Maleber",
        "Antrean daring kelurahan",
        "Emas",
        DIGEST,
    ):
        assert shown in answer.text
    assert town["lead"].number not in answer.text


def test_a_revoked_certificate_says_so_with_its_day(town: Town, certificate: Document) -> None:
    town.do(revoke_award, certificate.award_id, by="leader", reason="Data capaian terbukti tidak benar")
    town.do(withdraw_certificates, certificate.award_id, by="flow:recognition")
    answer = open_browser(town).get(f"/v/{certificate.token}")
    assert 'class="verdict revoked"' in answer.text
    assert "DICABUT" in answer.text
    assert "Dicabut pada" in answer.text
    assert "Data capaian" not in answer.text


def test_an_unknown_token_and_an_unissued_document_look_the_same(town: Town, receipt: Document) -> None:
    browser = open_browser(town)
    unknown, unissued = browser.get("/v/" + "a" * 26), browser.get(f"/v/{receipt.token}")
    assert unknown.status_code == unissued.status_code == 404
    assert unknown.text.replace("a" * 26, "") == unissued.text.replace(receipt.token, "")
    assert 'class="verdict unknown"' in unknown.text


def test_of_a_receipt_no_more_is_told_than_that_it_is_genuine(town: Town, receipt: Document) -> None:
    town.do(mark_issued, receipt.id, Rendered("cd" * 32), by="flow:recognition")
    text = open_browser(town).get(f"/v/{receipt.token}").text
    assert receipt.number in text
    assert town["lead"].name not in text
    assert "Antrean daring" not in text


@pytest.mark.parametrize(
    ("typed", "word"), [(DIGEST, "Cocok:"), (DIGEST.upper(), "Cocok:"), ("00" * 32, "TIDAK COCOK"), ("abc", "64 karakter")]
)
def test_a_file_is_compared_by_its_digest(town: Town, certificate: Document, typed: str, word: str) -> None:
    assert word in open_browser(town).get(f"/v/{certificate.token}?sha256={typed}").text


def test_a_document_is_found_by_digest_and_by_the_printed_address(town: Town, certificate: Document) -> None:
    browser = open_browser(town)
    assert certificate.number in browser.get(f"/verifikasi?sha256={DIGEST}").text
    assert browser.get(f"/verifikasi?alamat=https://gagas.example/v/{certificate.token}").headers["location"] == f"/v/{certificate.token}"
    assert browser.get("/verifikasi?sha256=" + "ef" * 32).status_code == 404
    assert "64 karakter" in browser.get("/verifikasi?sha256=xyz").text


def test_people_meet_pages_and_programs_meet_problems(town: Town) -> None:
    browser = open_browser(town, "lead")
    assert browser.get("/tidak-ada").headers["content-type"].startswith("text/html")
    assert browser.get("/tidak-ada").status_code == 404
    assert browser.get("/pegawai").status_code == 403
    assert browser.get("/jejak-audit").status_code == 403
    assert browser.post("/proses", data={}).status_code == 405
    assert browser.post("/masuk", json={}).status_code == 415
    assert browser.get("/api/v1/tidak-ada").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["", "?before=MjAyNi0wMy0wMlQwODowMDowMCswMDowMCAy"])
def test_the_former_address_of_the_ledger_leads_to_it_for_good(town: Town, query: str) -> None:
    browser = open_browser(town, "auditor")
    answer = browser.get(f"/buku-besar{query}")
    assert (answer.status_code, answer.headers["location"]) == (308, f"/jejak-audit{query}")
    assert browser.get(answer.headers["location"]).status_code == 200
    assert open_browser(town).get(f"/buku-besar{query}").status_code == 308


@pytest.mark.parametrize("before", ["-1", "1", str(2**63 - 1), str(2**63), "x", "%00", "MjAyNi0wMy0wMlQwODowMDowMCswMDowMCAtMg"])
def test_the_ledger_refuses_a_place_that_it_did_not_give(town: Town, before: str) -> None:
    browser = open_browser(town, "auditor")
    answer = browser.get(browser.get(f"/buku-besar?before={before}").headers["location"])
    assert (answer.url.path, answer.status_code) == ("/jejak-audit", 422)
    assert "Mulailah dari awal daftar." in answer.text


def test_a_fault_is_a_page_too_and_tells_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = open_browser(town)
    monkeypatch.setattr(town.app.state, "database", None)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "Terjadi gangguan sistem" in answer.text
    assert "NoneType" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_one_time_code_is_shown_once(town: Town) -> None:
    browser = open_browser(town, "operator")
    shown = browser.get("/pegawai").text
    fields = fields_of(shown, "/pegawai") | {
        "name": "Euis",
        "employee_number": "199005052015012777",
        "kind": "pns",
        "unit_code": "MALEBER",
    }
    first, second = browser.post("/pegawai", data=fields), browser.post("/pegawai", data=fields)
    code = re.search(r'class="secret">([^<]+)<', first.text)
    assert code
    assert "Euis" in first.text  # whose it is
    assert "Kelurahan Maleber" in first.text
    assert "199005052015012777" not in first.text
    assert code[1] not in second.text
    assert "sudah pernah ditampilkan" in second.text
    other = send(browser, "/pegawai", "/pegawai/kode", identifier=town["leader"].number)
    assert other.status_code == 422
    assert 'class="secret"' not in other.text


def test_a_report_is_asked_for_once_and_listed(town: Town) -> None:
    browser = open_browser(town, "secretary")
    path = f"/laporan/{town.call}"
    assert send(browser, "/laporan", path).status_code == 303
    assert "LP-001" in browser.get("/laporan?ok=report_asked").text
    assert open_browser(town, "lead").get("/laporan").status_code == 403


def test_static_files_are_kept_by_browsers_and_change_address_when_they_change(town: Town) -> None:
    browser = open_browser(town)
    address = re.search(r"/static/gagas\.css\?v=\w+", browser.get("/").text)
    assert address
    answer = browser.get(address[0])
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert browser.get(address[0], headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert browser.get("/static/../pages/layout.html").status_code == 404
    assert browser.get("/fonts/README.md").status_code == 404


def test_a_first_visit_needs_at_most_eight_requests_and_120_kilobytes(town: Town) -> None:
    browser = open_browser(town)
    page = browser.get("/").text
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
    asked = {"/", *sheets, *re.findall(r'(?:<img src|rel="(?:icon|preload)" href)="([^"]+)"', page)}
    for sheet in sheets:
        asked |= set(re.findall(r'url\("(/[^"]+)"\)', browser.get(sheet).text))
    sizes = {address: int(browser.get(address).headers["content-length"]) for address in sorted(asked)}
    assert len(sizes) <= 8, sizes
    assert sum(sizes.values()) < 120_000, sizes
    assert sum(size for address, size in sizes.items() if address.endswith(".woff2")) > 40_000  # the fonts are among them


def test_every_text_that_a_template_asks_for_exists_in_both_languages() -> None:
    asked = {name for file in PAGES.rglob("*.html") for name in re.findall(r'\bt\("([a-z_0-9]+\.[a-z_0-9]+)"(?! ~)', file.read_text())}
    assert asked - set(texts()) == set()
    assert [name for name, text in texts().items() if set(text) != {"id", "en"} or not all(text.values())] == []


def test_every_word_of_the_process_can_be_read_by_people() -> None:
    cells = IDEA.transitions + AWARD.transitions + DOCUMENT.transitions
    codes = {str(word) for cell in cells for word in (cell.stage, cell.action, cell.outcome, cell.target, cell.who) if word}
    assert codes - set(catalogue("words")) == set()
