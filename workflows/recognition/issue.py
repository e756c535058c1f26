"""Mark a rendered document as issued, withdraw it, and find out what a mail about it must say."""

from dataclasses import dataclass

from sqlmodel import Session, select

from models.documents import Document, DocumentKind, DocumentState
from models.instants import now
from models.people import Person
from workflows.process.actors import Actor
from workflows.process.journal import record


@dataclass(frozen=True)
class Rendered:
    """Where the bytes lie, by their SHA-256; a report has a spreadsheet as twin."""

    sha256: str
    twin_sha256: str | None = None


@dataclass(frozen=True)
class Notice:
    """A mail about a document."""

    to: str
    name: str
    kind: DocumentKind
    number: str
    title: str
    verify_url: str
    message_id: str


def mark_issued(session: Session, document_id: str, rendered: Rendered, *, actor: Actor) -> None:
    """The document is issued with these bytes, once; what was issued is never rendered again."""
    document = session.exec(select(Document).where(Document.id == document_id).with_for_update()).one()
    if document.sha256 is not None:
        return
    document.sha256, document.twin_sha256, document.issued_at = rendered.sha256, rendered.twin_sha256, now()
    if document.state == DocumentState.NUMBERED:
        document.state = DocumentState.ISSUED
    session.flush()
    record(
        session,
        "document.issue",
        document.id,
        actor=actor,
        idea_id=document.idea_id,
        jobs=("recognition.send_document",),
        sha256=rendered.sha256,
    )


def withdraw_certificates(session: Session, award_id: str, *, actor: Actor) -> None:
    """Withdraw the certificates of a revoked award; their numbers and files stay, and verification says so."""
    for document in session.exec(select(Document).where(Document.award_id == award_id, Document.state != DocumentState.REVOKED)):
        document.state, document.revoked_at = DocumentState.REVOKED, now()
        record(session, "document.revoke", document.id, actor=actor, idea_id=document.idea_id)
    session.flush()


def find_notice(session: Session, document_id: str) -> Notice | None:
    """The mail that tells the holder of an issued document; None when it was withdrawn or the holder has no address."""
    document = session.get(Document, document_id)
    person = session.get(Person, document.holder_id) if document is not None and document.holder_id else None
    if document is None or person is None or not person.email or document.state != DocumentState.ISSUED:
        return None
    title = str(document.facts.get("idea_title", ""))
    url = str(document.facts["verify_url"])
    return Notice(person.email, person.full_name, document.kind, document.number, title, url, f"<{document.id}@gagas>")


def mark_sent(session: Session, document_id: str, *, actor: Actor) -> None:
    """Record that the holder was told."""
    document = session.get(Document, document_id)
    if document is not None:
        record(session, "document.send", document.id, actor=actor, idea_id=document.idea_id)
