"""Give a document its number and freeze what it will say, in one transaction, before anything is rendered."""

import json
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from models.documents import Document, DocumentKind
from models.ids import new_id
from models.instants import today
from models.policy import DocumentRule
from models.settings import settings
from workflows.documents.content import Letterhead, Signatory, write_content
from workflows.documents.kinds import DocumentType, get_document_type
from workflows.process.actors import Actor
from workflows.process.context import DocumentContext
from workflows.process.crashpoints import crashpoint
from workflows.process.engine import Grounds, permit, take
from workflows.process.numbering import NumberFacts, fill_template, next_running
from workflows.region.offices import Office


@dataclass(frozen=True)
class DocumentSubject:
    """What a document is about: its kind, the row it tells of, who holds it, the ids it is found by, and the path of its call's unit."""

    kind: DocumentKind
    cause_id: str
    holder_id: str = ""
    idea_id: str | None = None
    award_id: str | None = None
    call_id: str | None = None
    call_path: str = ""


@dataclass(frozen=True)
class Issuer:
    """Whose paper a document is: the office as it stands on the day of issue, and the call's rule for the shape of numbers."""

    office: Office
    rule: DocumentRule


def find_document(session: Session, subject: DocumentSubject) -> Document | None:
    """The document about a subject, if it was numbered already."""
    of_kind = select(Document).where(Document.kind == subject.kind, Document.cause_id == subject.cause_id)
    return session.exec(of_kind.where(Document.holder_id == subject.holder_id)).first()


def number_document(session: Session, subject: DocumentSubject, issuer: Issuer, content: dict[str, Any], *, actor: Actor) -> Document:
    """The next number of the kind's series in the issuing office, with content that holds; the same subject is numbered once.

    The number, the verification address, letterhead, place, day and signatory are added here.
    """
    found = find_document(session, subject)
    if found is not None:
        return found
    kind, day, token, unit_code = get_document_type(subject.kind), today(), new_id(), issuer.office.unit_code
    document = Document(
        kind=subject.kind,
        token=token,
        number="",
        series=f"{subject.kind}:{unit_code}",
        year=day.year,
        running=0,
        cause_id=subject.cause_id,
        holder_id=subject.holder_id,
        idea_id=subject.idea_id,
        award_id=subject.award_id,
        call_id=subject.call_id,
        content={},
        issued_on=day,
    )
    context = DocumentContext(document, subject.call_path)
    permitted = permit(session, context, "number", actor=actor)
    document.running = next_running(session, document.series, day.year)
    template = issuer.rule.numbers.get(subject.kind, kind.number)
    document.number = fill_template(template, NumberFacts(document.running, unit_code, day))
    frame = {"number": document.number, "verify_url": f"{settings().address}/v/{token}", "issued_on": day}
    document.content = json.loads(write_content(kind.content(**frame, **_write_frame(kind, issuer.office), **content)))
    session.add(document)
    session.flush()
    crashpoint("after_document_before_ledger")
    recorded = {"document": subject.kind, "number": document.number, "running": document.running}
    take(session, context, permitted, Grounds(recorded=recorded), actor=actor)
    return document


def _write_frame(kind: DocumentType, office: Office) -> dict[str, Any]:
    """The office's part of a document: its kop and place, and who signs where the kind is signed."""
    frame: dict[str, Any] = {
        "letterhead": Letterhead(lines=office.letterhead_lines, address=office.address, contact=office.contact, emblem=office.emblem),
        "place": office.place,
    }
    if kind.signed:
        signatory = office.signatory
        frame["signatory"] = Signatory(
            name=signatory.full_name if kind.titled else signatory.name,
            position=signatory.position,
            capacity=signatory.capacity.value,
            rank=signatory.rank,
            employee_number=signatory.employee_number,
            on_behalf_of=signatory.on_behalf_of or None,
        )
    return frame
