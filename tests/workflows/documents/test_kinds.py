"""One record per kind of document: complete for every kind there is, and all that a new kind needs beside its template."""

from datetime import date
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from models.documents import DocumentKind
from workflows.documents import kinds
from workflows.documents.content import Letterhead, Signatory
from workflows.documents.kinds import get_document_type
from workflows.documents.mail import DocumentMail, render_mail
from workflows.documents.markup import environment
from workflows.documents.render import RENDERERS, render_documents
from workflows.process.numbering import check_template
from workflows.recognition.letters import NUMBERING

THANKS = """
from datetime import date
from pydantic.dataclasses import dataclass
from workflows.documents.content import FROZEN, Address, Code, Letterhead, Line, Name, Signatory
from workflows.documents.kinds import DocumentType

@dataclass(frozen=True, config=FROZEN, kw_only=True)
class ThanksContent:
    number: Code
    verify_url: Address
    letterhead: Letterhead
    place: Name
    issued_on: date
    signatory: Signatory
    reviewer: Line

TYPE = DocumentType(
    content=ThanksContent,
    renderer="letter",
    template="thanks.html",
    title=lambda content: f"Terima kasih {content.number}",
    blocks=("title", "qr", "code", "signature"),
    number="TK-{running:03}/{unit}/{year}",
    name="Ucapan terima kasih",
    name_en="Letter of thanks",
)
"""
TEMPLATE = """{% import "letterhead/letterhead.html" as part %}
<html lang="id"><head><title>Terima kasih</title></head><body>
{% for content in letters %}
{{ part.kop(content.letterhead) }}<h1 id="title">Terima kasih, {{ content.reviewer }}</h1>
<div class="closing">{{ part.verification(content.verify_url) }}
{{ part.signature(content.signatory, content.place, content.issued_on) }}</div>
{% endfor %}
</body></html>"""


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_of_document_has_a_whole_record(kind):
    record = get_document_type(kind)
    folder = files("templates")
    assert folder.joinpath(record.template).is_file()
    assert all(folder.joinpath("mail", record.mail, part).is_file() for part in ("subject.txt", "body.txt"))
    assert record.renderer in RENDERERS
    assert record.name != record.name_en
    check_template("number", record.number)
    assert "SP-" not in record.number  # reads as a warning letter, surat peringatan
    assert ("signatory" in record.content.__dataclass_fields__) == record.signed
    assert set(record.public) <= set(record.content.__dataclass_fields__)


def test_no_two_kinds_share_a_series_of_numbers():
    prefixes = {get_document_type(kind).number.partition("{")[0] for kind in DocumentKind}
    assert len(prefixes) == len(DocumentKind)


def test_every_number_is_given_by_a_job_of_its_own_name():
    assert all(name == job.__name__ for name, job in NUMBERING.items())


def test_what_is_no_kind_has_no_record():
    with pytest.raises(ModuleNotFoundError):
        get_document_type("refusal")


@pytest.mark.slow
def test_a_new_kind_is_a_record_and_a_template(tmp_path: Path, monkeypatch, faults_of):
    (tmp_path / "thanks.py").write_text(THANKS)
    (tmp_path / "thanks.html").write_text(TEMPLATE)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    monkeypatch.setattr(environment().loader, "searchpath", [*environment().loader.searchpath, str(tmp_path)])
    record = get_document_type("thanks")
    content = record.content(
        number="TK-001/BAPPEDA/2026",
        verify_url="https://gagas.contoh.go.id/v/1",
        letterhead=Letterhead(("Kota Contoh",), "Jalan Contoh", ""),
        place="Contoh",
        issued_on=date(2026, 5, 1),
        signatory=Signatory("Joko Surapati", "Wali Kota Contoh"),
        reviewer="Budi Argalaras",
    )
    (made,) = render_documents("thanks", [content])
    assert faults_of(made.pdf) == []
    assert "TERIMA KASIH, BUDI ARGALARAS" in pypdf.PdfReader(BytesIO(made.pdf)).pages[0].extract_text().upper()
    subject, text = render_mail(record.mail, DocumentMail("Budi", record.name, content.number, "Penilaian", content.verify_url))
    assert subject == "Gagas: Ucapan terima kasih nomor TK-001/BAPPEDA/2026"
    assert 'Ucapan terima kasih untuk "Penilaian" sudah terbit.' in text
