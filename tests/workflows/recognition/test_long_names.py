"""The longest name that may be entered, with both titles, stands on every paper in full: nothing fails at numbering, nothing is cut."""

import json
from io import BytesIO
from typing import Any

import pypdf
import pytest
from sqlmodel import select

from models.documents import Document, DocumentKind
from models.people import Person
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.conftest import ALL
from workflows.documents.content import LONGEST_FULL_NAME, read_content
from workflows.documents.kinds import get_document_type
from workflows.documents.render import render_documents
from workflows.recognition.letters import number_certificates, number_receipt, number_rejection
from workflows.recognition.report import ask_report

pytestmark = pytest.mark.slow

NAMES = {
    "words": ("Prof. Dr. dr. H. Kanjeng Raden Tumenggung", "Raden Ajeng Sekar Kenanga Wulandari " * 4, "S.E., M.M., M.Si., Ph.D., " * 3),
    "one word each": ("P" * 40, "Wirasantosakusuma" * 8, "M" * 60),
}


USUAL = list(NAMES) if ALL else ["one word each"]


@pytest.mark.parametrize(("front", "name", "back"), [NAMES[each] for each in USUAL], ids=USUAL)
def test_the_longest_name_is_never_cut(town: Town, front: str, name: str, back: str) -> None:
    with town.store.unit_of_work() as session:
        lead = session.get_one(Person, town["lead"].id)
        lead.front_title, lead.name, lead.back_title = front[:40].strip(), name[:120].strip(), back[:60].strip()
        full = lead.full_name
    assert 200 < len(full) <= LONGEST_FULL_NAME
    award = town.build_award(AwardStage.ANNOUNCED)
    town.do(number_certificates, award, by="flow:recognition")
    town.do(number_receipt, town.award(award).idea_id, by="flow:recognition")
    town.do(number_rejection, town.build_idea(IdeaStage.CLOSED), by="flow:recognition")
    town.do(ask_report, town.call, by="secretary")
    printed = [words(document) for document in town.rows(select(Document)) if document.holder_id in ("", town["lead"].id)]
    assert len(printed) == len(DocumentKind)
    assert [full.replace(" ", "") in each for each in printed] == [True] * len(printed)


def words(document: Any) -> str:
    """What a document says on paper, without its spaces."""
    content = read_content(get_document_type(document.kind).content, json.dumps(document.content))
    (files,) = render_documents(document.kind, [content])
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(files.pdf)).pages).split())
