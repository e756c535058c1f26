"""Give a document its number and freeze what it will say, in one transaction, before anything is rendered."""

import json
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from models.documents import Document, DocumentKind
from models.ids import new_id
from models.instants import today
from models.people import EmployeeNumber, Person
from models.policy import DocumentRule
from models.settings import settings
from models.units import Unit
from workflows.documents.content import (
    CertificateContent,
    Letterhead,
    ReceiptContent,
    RejectionContent,
    ReportContent,
    Signatory,
    write_content,
)
from workflows.process.actors import Actor
from workflows.process.crashpoints import crashpoint
from workflows.process.journal import record
from workflows.process.numbering import NumberFacts, fill_template, next_running

TEMPLATES = {
    DocumentKind.RECEIPT: "TT-{running:05}/{unit}/{year}",
    DocumentKind.REFUSAL: "SP-{running:04}/{unit}/{roman_month}/{year}",
    DocumentKind.CERTIFICATE: "PG-{running:04}/{unit}/{roman_month}/{year}",
    DocumentKind.REPORT: "LP-{running:03}/{unit}/{roman_month}/{year}",
}
FACTS = {
    DocumentKind.RECEIPT: ReceiptContent,
    DocumentKind.REFUSAL: RejectionContent,
    DocumentKind.CERTIFICATE: CertificateContent,
    DocumentKind.REPORT: ReportContent,
}


@dataclass(frozen=True)
class Cause:
    """What a document is about: its kind, the row it tells of, who holds it, and the ids it is found by."""

    kind: DocumentKind
    cause_id: str
    holder_id: str = ""
    idea_id: str | None = None
    award_id: str | None = None
    call_id: str | None = None


def find_document(session: Session, cause: Cause) -> Document | None:
    """The document of a cause, if it was numbered already."""
    return session.exec(
        select(Document).where(Document.kind == cause.kind, Document.cause_id == cause.cause_id, Document.holder_id == cause.holder_id)
    ).first()


def number_document(session: Session, cause: Cause, rule: DocumentRule, said: dict[str, Any], *, actor: Actor) -> Document:
    """The next number of the kind's series, with facts that hold; the same cause is numbered once.

    The number, the verification address, letterhead, place, day and signatory are added here.
    """
    found = find_document(session, cause)
    if found is not None:
        return found
    day, token = today(), new_id()
    series = f"{cause.kind}:{rule.unit_code}"
    running = next_running(session, series, day.year)
    number = fill_template(rule.numbers.get(cause.kind, TEMPLATES[cause.kind]), NumberFacts(running, rule.unit_code, day))
    frame = {"number": number, "verify_url": f"{settings().address}/v/{token}", "letterhead": letterhead(rule), "place": rule.place}
    frame |= {"signatory": signatory(rule)} if cause.kind != DocumentKind.RECEIPT else {}
    frame |= {"made_on": day} if cause.kind == DocumentKind.REPORT else {"issued_on": day}
    facts: Any = FACTS[cause.kind](**frame, **said)
    document = Document(
        kind=cause.kind,
        token=token,
        number=number,
        series=series,
        year=day.year,
        running=running,
        cause_id=cause.cause_id,
        holder_id=cause.holder_id,
        idea_id=cause.idea_id,
        award_id=cause.award_id,
        call_id=cause.call_id,
        facts=json.loads(write_content(facts)),
        issued_on=day,
    )
    session.add(document)
    session.flush()
    crashpoint("after_document_before_ledger")
    facts_of = {"document": cause.kind, "number": number, "running": running}
    record(session, "document.number", document.id, actor=actor, idea_id=cause.idea_id, jobs=("recognition.issue_document",), **facts_of)
    return document


def letterhead(rule: DocumentRule) -> Letterhead:
    """The policy's letterhead as documents take it."""
    return Letterhead(lines=rule.letterhead.lines, address=rule.letterhead.address, contact=rule.letterhead.contact)


def signatory(rule: DocumentRule) -> Signatory:
    """The policy's signatory as documents take it."""
    return Signatory(**rule.signatory.model_dump())


@dataclass(frozen=True)
class Holder:
    """A person as documents name them."""

    person: Person
    unit: Unit
    number: str | None


def list_holders(session: Session, person_ids: list[str]) -> dict[str, Holder]:
    """People with their unit and present employee number, by id."""
    rows = session.exec(
        select(Person, Unit, col(EmployeeNumber.number))
        .join(Unit, col(Unit.id) == col(Person.unit_id))
        .outerjoin(EmployeeNumber, (col(EmployeeNumber.person_id) == col(Person.id)) & col(EmployeeNumber.valid_until).is_(None))
        .where(col(Person.id).in_(person_ids))
    )
    return {person.id: Holder(person, unit, number) for person, unit, number in rows}
