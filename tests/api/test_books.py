"""The book of an idea: whoever may read the idea has it, each with what they may read and nothing else.

Who would cheat: a reviewer who looks in the book for who proposes, a proposer who looks for an amount before its hour, and somebody who
wants the place that a photo's original tells of.
"""

import io
import json
from typing import Any

import pikepdf
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import col, select

from api import books
from api.books import Binding
from api.pages.book import read_book
from api.pages.texts import Words
from models.attachments import Attachment, AttachmentState
from models.documents import Document, DocumentKind
from models.settings import settings
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import open_browser
from tests.asking import check_problem
from tests.attaching import TAKING, build_draft, put
from tests.books import ask_book, bound_by, read_book_as
from tests.building import Shelf, Town
from tests.clock import stopped_clock
from tests.hostile_papers import pdf
from tests.hostile_pictures import MARK, exif, photo
from tests.steps import IDEA_STEPS, REASON
from workflows.adapters.bookbinding import bind_book
from workflows.adapters.files import path_of
from workflows.adapters.looking import look_at_pdf
from workflows.recognition.letters import number_receipt

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OTHERS = ("stranger", "other_head", "operator", "owner", "walker")


def facts_of(said: dict[str, Any]) -> dict[str, str]:
    """What stands on the cover, by its label."""
    return {fact["label"]: fact["text"] for fact in said["facts"]}


def test_a_book_says_what_was_handed_in_who_proposes_and_what_became_of_it(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    town.do(number_receipt, idea, by="flow:recognition")
    [receipt] = town.rows(select(Document).where(Document.kind == DocumentKind.RECEIPT))
    said = read_book_as(client, town["lead"], idea)
    row = town.idea(idea)
    assert (said["code"], said["title"], said["language"]) == (row.code, "Antrean daring kelurahan", "id")
    facts = facts_of(said)
    assert facts["Unit kerja"] == "Kelurahan Maleber"
    assert facts["Tanda terima"].startswith(f"Nomor {receipt.number}, diterima ")
    assert facts["Sidik digital isi (SHA-256)"] == receipt.content["content_sha256"]
    assert facts["Periksa tanda terima"].endswith(receipt.token)
    content, team, history = said["chapters"]
    assert [each["title"] for each in said["chapters"]] == ["Isi usulan", "Tim pengusul", "Riwayat"]
    assert "Warga menunggu lama di loket pelayanan surat." in content["html"]
    assert "Anggaran" in content["html"]
    for name, share in (("Sari Kenanga Wulandari", "60%"), ("Tono Gambiranom", "40%")):
        assert (name in team["html"], share in team["html"]) == (True, True)
    assert town["lead"].number not in json.dumps(said)
    assert "Mengajukan" in history["html"]
    assert said["made"].startswith("Disusun untuk Sari Kenanga Wulandari, ")
    english = read_book_as(client, town["lead"], idea, "en")
    assert [each["title"] for each in english["chapters"]] == ["Content of the idea", "Proposing team", "History"]
    assert (english["language"], english["spoken"], 'lang="id"' in english["chapters"][0]["html"]) == ("en", "id", True)


def test_a_draft_has_a_book_without_number_and_receipt(town: Town, client: TestClient) -> None:
    said = read_book_as(client, town["lead"], town.build_idea())
    assert (said["code"], set(facts_of(said))) == ("Draf", {"Unit kerja", "Status"})


def test_photos_come_as_others_see_them_papers_whole_and_the_rest_by_name(town: Town, client: TestClient) -> None:
    idea = build_draft(town)
    picture = put(town, idea, photo(exif=exif(place=True)), name="Sebelum.jpg", media="image/jpeg")
    shown = photo(colour="red")
    with town.store.unit_of_work() as session:  # as an upload leaves it: the copy is another file than the original
        session.execute(update(Attachment).where(col(Attachment.id) == picture.id).values(shown_sha256="5" * 64))
    copy = path_of(settings().attachments, "5" * 64, "jpg")
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(shown)
    put(town, idea, pdf(), name="Surat.pdf")
    put(town, idea, b"PK", name="Rencana.docx", media=WORD)
    with town.store.reading() as session:
        book = read_book(session, idea, Words("id"), actor=town.actor(session, "lead"))
    assert [each.title for each in book.files] == ["Lampiran 1: Sebelum.jpg", "Lampiran 2: Surat.pdf", "Lampiran 3: Rencana.docx"]
    assert [each.bound for each in book.files] == ["photo", "pdf", "not"]
    assert book.files[0].path == str(copy.absolute())
    assert book.files[0].facts[1].text == picture.sha256
    assert book.files[2].apart == "Berkas jenis ini tidak dijilid. Unduh dari halaman usulan."
    check_problem(ask_book(client, town["lead"], idea), 503, "file_unreadable", language="id")  # the copy is not what its name says


@pytest.mark.parametrize(("state", "says"), [("waiting", "Menunggu pemeriksaan"), ("refused", "Ditolak pemindai virus")])
def test_what_the_scanner_has_not_let_through_is_only_named(town: Town, client: TestClient, state: str, says: str) -> None:
    idea = build_draft(town)
    row = put(town, idea)
    with town.store.unit_of_work() as session:
        session.execute(update(Attachment).where(col(Attachment.id) == row.id).values(state=AttachmentState(state)))
    [file] = read_book_as(client, town["lead"], idea)["files"]
    assert (file["name"], file["bound"], file["path"], file["apart"]) == ("contoh.pdf", "not", "", says)


def test_who_may_read_the_idea_has_its_book_and_nobody_else(town: Town, client: TestClient) -> None:
    idea = build_draft(town)
    put(town, idea, photo(), name="Sari.jpg", media="image/jpeg")
    put(town, idea, name="Surat Sari.pdf")
    assert {who: ask_book(client, town[who], idea).status_code for who in ("lead", "mate", "head", "secretary", *OTHERS)} == {
        **dict.fromkeys(("lead", "mate"), 200),
        **dict.fromkeys(("head", "secretary", *OTHERS), 404),
    }
    town.take(idea, *IDEA_STEPS[IdeaStage.IN_REVIEW])
    reviewer = town.reviewers(idea)[0]
    offices = ("head", "secretary", "chair", "leader", "auditor", "admin", "verifier")
    assert {who: ask_book(client, town[who], idea).status_code for who in (*offices, reviewer, *OTHERS)} == {
        **dict.fromkeys((*offices, reviewer), 200),
        **dict.fromkeys(OTHERS, 404),
    }
    assert client.get(f"/api/v1/ideas/{idea}/book").status_code == 401
    blind = read_book_as(client, town[reviewer], idea)
    assert [(each["name"], each["bound"]) for each in blind["files"]] == [("berkas-1.jpg", "photo"), ("berkas-2.pdf", "not")]
    assert blind["files"][1]["apart"] == "Tidak dibuka bagi penilai, agar nama pengusul tidak terbaca."
    told = json.dumps(blind)
    assert [word for word in ("Sari", "Wulandari", "Tono", "Maleber", "Ciroyom", "Asep", "Tanda terima", REASON) if word in told] == []
    assert (settings().attachments.name in blind["files"][0]["path"], blind["files"][1]["path"]) == (True, "")


def test_a_sealed_ideas_book_is_its_teams_alone(town: Town, client: TestClient) -> None:
    idea = town.build_idea(call=town.build_call(attachments=TAKING, closing={"is_sealed": True}, permission=False))
    town.take(idea, "submit")
    asked = {who: ask_book(client, town[who], idea).status_code for who in ("lead", "mate", "secretary", "chair", "admin", "auditor")}
    assert asked == {"lead": 200, "mate": 200, **dict.fromkeys(("secretary", "chair", "admin", "auditor"), 404)}


def test_two_worlds_that_differ_in_an_award_before_its_hour_have_one_book(shelf: Shelf, client: TestClient) -> None:
    town = shelf.open_town()
    idea = town.build_idea(IdeaStage.ROLLED_OUT)
    shelf.put_aside("rolled-out")
    told: list[dict[str, bytes]] = []
    with stopped_clock():
        for stage in (None, AwardStage.SCHEDULED):
            town = shelf.open_town("rolled-out")
            if stage is not None:
                town.build_award(stage, idea=idea)
            who = ("lead", "mate", "head", "chair", "owner", "secretary", town.reviewers(idea)[0])
            told.append({one: ask_book(client, town[one], idea).content for one in who})
    assert [who for who, book in told[0].items() if told[1][who] != book] == ["secretary"]


def test_a_page_offers_the_book_and_sends_it_to_be_saved(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    browser = open_browser(town, "head")
    assert f'<a href="/usulan/{idea}/buku">Unduh sebagai buku (PDF)</a>' in browser.get(f"/usulan/{idea}").text
    answer = browser.get(f"/usulan/{idea}/buku", headers={"Accept-Language": "en"})
    code = town.idea(idea).code
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{code}.pdf"')
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert (answer.headers["cache-control"], answer.headers["content-language"]) == ("no-store", "en")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert json.loads(answer.content)["words"]["contents"] == "Contents"
    stranger = open_browser(town, "stranger").get(f"/usulan/{idea}/buku")
    assert (stranger.status_code, "Usulan" in stranger.text) == (404, True)


@pytest.mark.slow
def test_a_real_book_is_made_apart_and_is_harmless_itself(
    town: Town, client: TestClient, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "PATIENCE_SECONDS", 450.0)  # it lets all others go first, and the machine may be busy
    idea = build_draft(town)
    put(town, idea, photo(size=(800, 600)), name="Sebelum.jpg", media="image/jpeg")
    put(town, idea, pdf(pages=3), name="Surat dukungan.pdf")
    town.take(idea, *IDEA_STEPS[IdeaStage.SCREENING])
    with stopped_clock(), bound_by(client, Binding(bind_book)):
        made, again = (ask_book(client, town["secretary"], idea) for _ in range(2))
    assert made.status_code == 200, made.text
    assert made.content == again.content
    (tmp_path / "book.pdf").write_bytes(made.content)
    look_at_pdf(tmp_path / "book.pdf")
    with pikepdf.open(io.BytesIO(made.content)) as book:
        assert str(book.Root.Lang) == "id"
        assert str(book.docinfo["/Title"]) == f"Buku usulan inovasi: {town.idea(idea).code} · Antrean daring kelurahan"
        assert len(book.pages) >= 7
        assert bool(book.Root.MarkInfo.Marked)
        with book.open_outline() as outline:
            titles = [each.title for each in outline.root]
        assert titles[-1] == "Lampiran"
    assert MARK not in made.content
