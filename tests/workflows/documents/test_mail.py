"""The words of mails: each kind of document in its own, and no code of the program in any."""

import pytest

from models.documents import DocumentKind
from models.people import MailPurpose, NoticeKind
from workflows.documents.kinds import get_document_type
from workflows.documents.mail import DigestLine, DigestMail, DocumentMail, NewDateMail, StepMail, render_mail, write_happening, write_task
from workflows.documents.mail_forms import Reader

AWAITED = (
    *("permit", "screen", "supplement", "assign", "score", "recommend", "determine", "pass_gate"),
    *("plan_pilot", "measure", "conclude", "verify", "propose", "approve", "schedule"),
)
NEWS = {"receipt": "telah kami terima", "rejection": "hak Anda untuk", "certificate": "Selamat!"}  # of kinds with a mail of their own


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_a_mail_names_its_document_in_words(kind):
    record = get_document_type(kind)
    subject, text, *_ = render_mail(record.mail, DocumentMail("Sari", record.name, "7/2026", "Antrean", "https://contoh.example/v/1"))
    assert subject == f"Gagas: {record.name} nomor 7/2026"
    assert text.startswith("Yth. Sari,\n\n")
    assert (f"{record.name} untuk" if record.mail == "document" else NEWS[record.mail]) in text
    assert text.count("7/2026") == 1
    assert "\n\n\n" not in text


@pytest.mark.parametrize(("late", "said"), [(True, "Gagas: 1 tugas melewati tenggat"), (False, "Gagas: 1 tugas menunggu Anda")])
def test_a_digest_says_what_waits_until_when(late, said):
    lines = [DigestLine(write_task("score"), "Antrean", "1 Desember 2026", late)]
    mail = DigestMail("Sari", lines, more="", late="1" if late else "", waiting="1", url="https://contoh.example/kotak-masuk")
    subject, text, *_ = render_mail("digest", mail)
    assert subject == said
    assert "- Beri nilai: Antrean" in text
    assert ("Melewati tenggat 1 Desember 2026" if late else "  Tenggat 1 Desember 2026") in text


def test_every_task_that_a_person_may_wait_for_has_its_words():
    assert [task for task in AWAITED if write_task(task) == task.replace("_", " ")] == []


@pytest.mark.parametrize("kind", [*NoticeKind, *MailPurpose])
def test_every_happening_is_told_in_words_of_the_readers_language(kind):
    said = {language: write_happening(kind, None, language) for language in ("id", "en")}
    assert kind.replace("_", " ") not in said.values()
    assert said["id"] != said["en"]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", ["late", "above", "gate", "review", "last"])
def test_a_new_date_is_told_in_every_form_whatever_its_cause(kind: str, language: str) -> None:
    mail = NewDateMail("Sari", kind, "Antrean " * 60, "1 Desember 2026", "9 Desember 2026", "https://contoh.example/usulan/1")
    subject, text, html, short = render_mail("new_date", mail, Reader(language))
    assert all("9 Desember 2026" in each for each in (subject, text, html, short))
    assert ("1 Desember 2026" in text, "https://contoh.example/usulan/1" in short, len(short) <= 600) == (True, True, True)
    assert any(word in text for word in ("ditutup", "is closed")) is (kind == "last")


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_last_notice_says_what_follows(language: str) -> None:
    url = "https://contoh.example/kotak-masuk"
    mail = StepMail("Sari", write_task("supplement", language), "Antrean", "1 Desember 2026", False, url, is_last=True)
    _, text, html, short = render_mail("step", mail, Reader(language))
    closed = {"id": "usulan ditutup", "en": "the idea is closed"}[language]
    assert all(closed in each for each in (text, html, short))
