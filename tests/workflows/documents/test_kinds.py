"""One record per kind of document: complete for every kind there is, and all that a new kind needs beside its template."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from models.documents import NUMBERED_AT_ONCE, DocumentKind
from models.stages import IdeaStage
from tests.building import Town
from workflows.documents.kinds import get_document_type
from workflows.documents.render import RENDERERS
from workflows.process.jobs import JOB_STEPS, NUMBERING_JOBS
from workflows.process.numbering import check_template
from workflows.recognition.letters import NUMBERING

ROOT = Path(__file__).parents[3]
THANKS = """
from datetime import date
from pydantic.dataclasses import dataclass
from workflows.documents.content import FROZEN, Address, Code, Letterhead, Line, Name, Signatory
from workflows.documents.kinds import DocumentType
from workflows.documents.specimen import write_words

LENGTH = 300

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
    template="letter/thanks.html",
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


def test_each_kind_is_numbered_by_a_job_or_while_somebody_waits_for_it():
    assert set(NUMBERING) == set(NUMBERING_JOBS) == set(DocumentKind) - NUMBERED_AT_ONCE
    assert {JOB_STEPS[name] for name in NUMBERING_JOBS.values()} == {("number",)}


def test_what_waits_under_the_names_that_outboxes_and_runs_have_held_is_still_done():
    held = {"recognition.number_receipt", "recognition.number_rejection", "recognition.number_certificates"}
    assert held <= set(NUMBERING_JOBS.values())


def test_what_is_no_kind_has_no_record():
    with pytest.raises(ModuleNotFoundError):
        get_document_type("refusal")


def insert_after(path: str, line: str, added: str) -> str:
    """A file of the program with lines more."""
    text = (ROOT / path).read_text()
    assert text.count(line) == 1
    return text.replace(line, line + added)


LETTERS = "workflows/recognition/letters.py"
NUMBER_THANKS = '''

def number_thanks(session: Session, idea_id: str, *, actor: Actor) -> None:
    """Number the letter that thanks a reviewer."""
    context = read_context(session, idea_id, actor=actor)
    subject = DocumentSubject(DocumentKind.THANKS, idea_id, context.idea.lead_id, idea_id=idea_id)
    number_document(session, subject, read_issuer(session, context, None), {"reviewer": "Budi Argalaras"}, actor=actor)


NUMBERING[DocumentKind.THANKS] = number_thanks
'''
NEW_KIND = {
    "models/documents.py": insert_after("models/documents.py", '    REPORT = "report"\n', '    THANKS = "thanks"\n'),
    "workflows/documents/kinds/thanks.py": THANKS,
    "templates/letter/thanks.html": TEMPLATE,
    LETTERS: (ROOT / LETTERS).read_text() + NUMBER_THANKS,
}


def copy_with(changed: dict[str, str], folder: Path) -> None:
    """The program in a folder, by links, but for the files that a change writes."""
    opened = {parent for path in changed for parent in Path(path).parents}
    for parent in sorted(opened):
        (folder / parent).mkdir(exist_ok=True)
        for child in (ROOT / parent).iterdir():
            if parent / child.name not in opened and str(parent / child.name) not in changed:
                (folder / parent / child.name).symlink_to(child)
    for path, text in changed.items():
        (folder / path).write_text(text)


def play_new_kind(folder: Path, town: Town) -> dict[str, Any]:
    """What a copy of the program that has the new kind made of a message that asks for it."""
    idea = town.build_idea(IdeaStage.SUBMITTED)
    surroundings = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",  # what is compiled of the changed files belongs beside none of the others
        "GAGAS_DATABASE_URL": town.store.url.render_as_string(hide_password=False),
    }
    told = subprocess.run(
        [sys.executable, "-m", "tests.workflows.documents.new_kind", idea],
        cwd=folder,
        env=surroundings,
        text=True,
        capture_output=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return dict(json.loads(told.stdout.splitlines()[-1]))


@pytest.mark.slow
def test_a_new_kind_of_four_files_goes_all_the_way_from_message_to_mail(town: Town, tmp_path: Path) -> None:
    assert len(NEW_KIND) == 4
    copy_with(NEW_KIND, tmp_path / "program")
    played = play_new_kind(tmp_path / "program", town)
    assert played["program"].startswith(str(tmp_path))
    assert played["job"] == {"id": "Memberi nomor dokumen: Ucapan terima kasih", "en": "Number a document: Letter of thanks"}
    assert played["states"] == ["handled"]
    (document,) = played["documents"]
    assert document["state"] == "issued"
    assert document["number"].startswith("TK-001/BAPPEDA/")
    assert "TERIMA KASIH, BUDI ARGALARAS" in document["text"].upper()
    (mail,) = played["mails"]
    assert mail["subject"] == f"Gagas: Ucapan terima kasih nomor {document['number']}"
    assert "Ucapan terima kasih untuk" in mail["text"]
    assert played["faults"] == []
    assert [(fault["code"], fault["parameters"]) for fault in played["faults_of_longer"]] == [("specimen_refused", {"document": "thanks"})]
    assert (played["asked_by_a_row"], played["printed"]) == (["recognition.number_thanks"], True)
