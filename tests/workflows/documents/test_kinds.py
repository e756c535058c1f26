"""One record per kind of document: complete for every kind there is, and all that a new kind needs beside its template."""

import sys
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from models.documents import Document, DocumentKind
from models.policy import Policy
from models.stages import IdeaStage
from tests.building import POLICY
from workflows.documents import kinds
from workflows.documents.kinds import get_document_type
from workflows.documents.mail import DocumentMail, render_mail
from workflows.documents.markup import environment
from workflows.documents.render import RENDERERS, render_documents
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.numbering import check_template
from workflows.recognition.letters import NUMBERING
from workflows.recognition.number import DocumentSubject, number_document
from workflows.recognition.offices import read_issuer
from workflows.recognition.specimens import find_faults

THANKS = """
from datetime import date
from pydantic.dataclasses import dataclass
from workflows.documents.content import FROZEN, Address, Code, Letterhead, Line, Name, Signatory
from workflows.documents.kinds import DocumentType
from workflows.documents.specimen import write_words

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
    specimen=lambda facts: {"reviewer": write_words(LENGTH)},
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
    assert all(folder.joinpath("mail", record.mail, part).is_file() for part in ("subject.txt", "body.jinja"))
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


def add_kind(monkeypatch: pytest.MonkeyPatch, folder: Path, longest: int) -> None:
    """The four files of a new kind: its record, its template, a member of DocumentKind, and (below) the job that numbers it."""
    (folder / "thanks.py").write_text(THANKS.replace("LENGTH", str(longest)))
    (folder / "thanks.html").write_text(TEMPLATE)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(folder)])
    monkeypatch.setattr(environment().loader, "searchpath", [*environment().loader.searchpath, str(folder)])
    member = str.__new__(DocumentKind, "thanks")
    member._name_, member._value_ = "THANKS", "thanks"
    monkeypatch.setattr(DocumentKind, "_member_names_", [*DocumentKind._member_names_, "THANKS"])
    monkeypatch.setitem(DocumentKind._member_map_, "THANKS", member)
    monkeypatch.setitem(DocumentKind._value2member_map_, "thanks", member)
    read = sa.Enum._object_value_for_elem  # columns were made for the kinds there were, and every engine keeps copies of their types
    monkeypatch.setattr(sa.Enum, "_object_value_for_elem", lambda self, elem: member if elem == "thanks" else read(self, elem))
    monkeypatch.delitem(sys.modules, "workflows.documents.kinds.thanks", raising=False)
    get_document_type.cache_clear()


def number_thanks(session: Session, idea_id: str, *, actor: Actor) -> Document:
    """What the job of the new kind does."""
    context = read_context(session, idea_id, actor=actor)
    subject = DocumentSubject(DocumentKind("thanks"), idea_id, context.idea.lead_id, idea_id=idea_id)
    return number_document(session, subject, read_issuer(session, context, None), {"reviewer": "Budi Argalaras"}, actor=actor)


@pytest.mark.slow
def test_a_new_kind_goes_all_the_way_from_specimen_to_mail(town, tmp_path: Path, monkeypatch, faults_of):
    add_kind(monkeypatch, tmp_path, longest=300)
    assert find_faults(Policy.model_validate(POLICY), render_documents) == []
    numbered = town.do(number_thanks, town.build_idea(IdeaStage.SUBMITTED), by="flow:recognition")
    [(kind, stored)] = town.rows(select(Document.kind, Document.content).where(Document.id == numbered.id))
    record = get_document_type(kind)
    content = record.content(**stored)
    assert content.number == f"TK-001/BAPPEDA/{numbered.year}"
    (made,) = render_documents(kind, [content])
    assert faults_of(made.pdf) == []
    assert "TERIMA KASIH, BUDI ARGALARAS" in pypdf.PdfReader(BytesIO(made.pdf)).pages[0].extract_text().upper()
    subject, text, *_ = render_mail(record.mail, DocumentMail("Budi", record.name, content.number, "Penilaian", content.verify_url))
    assert subject == f"Gagas: Ucapan terima kasih nomor {content.number}"
    assert 'Ucapan terima kasih untuk "Penilaian" sudah terbit.' in text


@pytest.mark.slow
def test_a_policy_is_not_signed_while_a_new_kind_cannot_be_printed(tmp_path: Path, monkeypatch):
    add_kind(monkeypatch, tmp_path, longest=301)
    [fault] = find_faults(Policy.model_validate(POLICY), render_documents)
    assert (fault["code"], fault["parameters"]) == ("specimen_refused", {"document": "thanks"})
