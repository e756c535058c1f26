"""The page of an idea's files, without a script: added from a form, shown with small pictures, removed, and told of where one looks."""

import re

from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import select

from models.attachments import Attachment
from models.settings import settings
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser, send
from tests.attaching import TAKING, build_draft, list_stored, put
from tests.building import SECTIONS, Town
from tests.hostile_papers import pdf
from tests.hostile_pictures import MARK, exif, photo
from tests.steps import IDEA_STEPS, NOTES
from workflows.intake.screen import Findings, Screening, screen_idea

PHOTO = photo(size=(500, 300), exif=exif(6, place=True))


def attach(browser: TestClient, idea: str, content: bytes, name: str = "foto.jpg", **changes: str) -> Response:
    place = f"/usulan/{idea}/lampiran"
    fields = fields_of(browser.get(place).text, place) | changes
    return browser.post(place, data=fields, files={"file": (name, content, "application/octet-stream")})


def rows(town: Town) -> list[Attachment]:
    return town.rows(select(Attachment))


def test_from_the_form_to_the_files_and_back_without_losing_a_word(town: Town) -> None:
    browser, call = open_browser(town, "lead"), town.build_call(attachments=TAKING)
    form = f"/usulan/baru?call={call}"
    typed = {"title": "Antrean daring", "form": "other", "medium": "digital", "sections__idea": "Kata yang belum disimpan sama sekali."}
    saved = send(browser, form, "/usulan/baru", do="attach", **typed)
    assert saved.status_code == 303, saved.text
    assert re.fullmatch(r"/usulan/\w{26}/lampiran\?ok=draft_saved", saved.headers["location"])
    page = browser.get(saved.headers["location"])
    assert "Paling banyak 20 berkas" in page.text
    assert 'capture="environment"' in page.text
    back = re.search(r'<a href="([^"]*/ubah)">Kembali ke formulir', page.text)
    assert back
    assert "Kata yang belum disimpan sama sekali." in browser.get(back[1]).text


def test_a_photo_is_added_shown_small_saved_and_removed(town: Town) -> None:
    idea, browser = build_draft(town), open_browser(town, "lead")
    added = attach(browser, idea, PHOTO, "Sebelum <b>.jpg")
    assert (added.status_code, added.headers["location"]) == (303, f"/usulan/{idea}/lampiran?ok=attached")
    page = browser.get(added.headers["location"]).text
    assert "Berkas sudah dilampirkan." in page
    assert "Sebelum b.jpg" in page
    small = browser.get(re.search(rf'src="(/usulan/{idea}/lampiran/\w+/kecil)"', page)[1])  # type: ignore[index]
    assert (small.headers["content-type"], MARK in small.content) == ("image/jpeg", False)
    assert small.headers["content-disposition"] == "inline"
    saved = browser.get(f"/usulan/{idea}/lampiran/{rows(town)[0].id}")
    assert saved.headers["content-disposition"].startswith('attachment; filename="Sebelum b.jpg"')
    assert browser.get(f"/usulan/{idea}/lampiran/{rows(town)[0].id}?salinan=asli").content == PHOTO
    removed = send(browser, f"/usulan/{idea}/lampiran", f"/usulan/{idea}/lampiran/hapus")
    assert removed.headers["location"].endswith("?ok=detached")
    assert "Belum ada lampiran." in browser.get(f"/usulan/{idea}/lampiran").text


def test_what_is_refused_is_said_beside_the_form_and_leaves_nothing(town: Town) -> None:
    idea, browser = build_draft(town), open_browser(town, "lead")
    for content, name, said in (
        (b"", "", "wajib diisi"),
        (b"bukan foto", "foto.jpg", "bukan foto, PDF, DOCX, atau XLSX"),
        (bytes(10_000_001), "besar.jpg", "paling besar 10 MB"),
        (photo()[:300], "putus.jpg", "rusak atau tidak lengkap"),
    ):
        refused = attach(browser, idea, content, name)
        assert (refused.status_code, said in refused.text) == (422, True), (name, refused.text[-2_000:])
        assert (rows(town), list_stored()) == ([], {})
    stolen = attach(browser, idea, PHOTO, form_token="x")
    assert (stolen.status_code, rows(town), list_stored()) == (403, [], {})
    foreign = browser.post(f"/usulan/{idea}/lampiran", files={"file": ("x.jpg", PHOTO)}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (foreign.status_code, rows(town)) == (403, [])


def test_a_form_that_is_sent_twice_attaches_once(town: Town) -> None:
    idea, browser = build_draft(town), open_browser(town, "lead")
    place = f"/usulan/{idea}/lampiran"
    fields = fields_of(browser.get(place).text, place)
    for _ in range(2):
        sent = browser.post(place, data=fields, files={"file": ("foto.jpg", PHOTO, "image/jpeg")})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{place}?ok=attached")
    assert len(rows(town)) == 1


def test_a_body_that_is_no_form_is_refused_with_a_page(town: Town) -> None:
    idea, browser = build_draft(town), open_browser(town, "lead")
    for media, body, status in (
        ("multipart/form-data; boundary=x", b"no parts at all", 400),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"y" * 5_000 + b"\r\n--x--", 400),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ny\r\n' * 30 + b"--x--", 400),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + PHOTO, 400),
        ("multipart/form-data", b"", 415),
        ("application/json", b"{}", 415),
    ):
        answer = browser.post(f"/usulan/{idea}/lampiran", content=body, headers={"Content-Type": media})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), (media, body[:60])
        assert list_stored() == {}


def test_only_the_lead_comes_to_the_page_and_readers_see_files_on_the_ideas(town: Town) -> None:
    idea = build_draft(town)
    put(town, idea, PHOTO, name="Sari.jpg", media="image/jpeg")
    put(town, idea, pdf(), name="Rencana Sari.pdf")
    mate = open_browser(town, "mate")
    assert mate.get(f"/usulan/{idea}/lampiran").headers["location"] == f"/usulan/{idea}"
    assert "Rencana Sari.pdf" in mate.get(f"/usulan/{idea}").text
    town.take(idea, *IDEA_STEPS[IdeaStage.IN_REVIEW])
    shown = open_browser(town, town.reviewers(idea)[0]).get(f"/usulan/{idea}").text
    assert "Rencana Sari.pdf" not in shown
    assert "Sari.jpg" not in shown
    assert "berkas-1.jpg" in shown
    assert "Tidak dibuka bagi penilai" in shown
    assert "Unduh berkas asli" not in open_browser(town, "secretary").get(f"/usulan/{idea}").text


def test_a_returned_idea_leads_to_the_files_that_were_asked_for(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(attachments=TAKING))
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes=NOTES, parts=("files",), reason="Lampirkan foto."), by="secretary")
    browser = open_browser(town, "lead")
    assert 'value="attach"' in browser.get(f"/usulan/{idea}/lengkapi").text
    assert attach(browser, idea, PHOTO, "sesudah.jpg").status_code == 303
    form, said = f"/usulan/{idea}/lengkapi", SECTIONS["idea"] + " Biayanya nol."
    sent = send(browser, form, form, do="submit", sections__idea=said)
    assert sent.status_code == 303, sent.text
    history = open_browser(town, "secretary").get(f"/usulan/{idea}").text
    assert "Lampiran ditambahkan: sesudah.jpg" in history


def test_files_that_must_be_there_are_told_on_form_and_preview_and_where_the_idea_is_refused(town: Town) -> None:
    call = town.build_call(attachments={**TAKING, "least": {"photo": 2}})
    idea, browser = town.build_idea(call=call, team=()), open_browser(town, "lead")
    put(town, idea, PHOTO, name="Sebelum.jpg", media="image/jpeg")
    for place in (f"/usulan/{idea}/ubah", f"/usulan/{idea}/lampiran"):
        assert "Wajib dilampirkan: foto (JPEG, PNG, WebP, HEIC), paling sedikit 2. Sudah ada: 1." in browser.get(place).text
    assert "paling sedikit 2. Sudah ada: 0." in browser.get(f"/usulan/baru?call={call}").text
    assert "paling sedikit 2; yang ada baru 1." in browser.get(f"/usulan/{idea}/pratinjau").text
    assert "Lampiran yang wajib ada saat mengajukan: foto" in browser.get(f"/periode-usulan/{call}").text
    form = f"/usulan/{idea}/ubah"
    refused = send(browser, form, form, do="submit")
    assert (refused.status_code, town.idea(idea).stage) == (422, IdeaStage.DRAFT)
    assert 'href="#writing-files-photo">Lampiran: Lampirkan foto (JPEG, PNG, WebP, HEIC) paling sedikit 2; yang ada baru 1.' in refused.text
    assert 'id="writing-files-photo"' in refused.text
    put(town, idea, PHOTO + b"0", name="Sesudah.jpg", media="image/jpeg")
    assert "perbaiki lampirannya" not in browser.get(f"/usulan/{idea}/pratinjau").text
    typed = {f"sections__{name}": text for name, text in SECTIONS.items()}
    sent = send(browser, form, form, do="submit", title="Antrean daring", form="other", medium="digital", **typed)
    assert (sent.status_code, town.idea(idea).stage) == (303, IdeaStage.SUBMITTED), sent.text


def test_the_page_says_whether_anybody_looks_for_viruses(town: Town) -> None:
    idea, browser = build_draft(town), open_browser(town, "lead")
    assert not settings().scanner
    assert "pemindai virus belum dipasang" in browser.get(f"/usulan/{idea}/lampiran").text
    assert "Lampiran: paling banyak 20 berkas" in browser.get(f"/usulan/baru?call={town.idea(idea).call_id}").text
