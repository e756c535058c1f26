"""Mark a rendered document as issued, withdraw it, and find out what a mail about it must say."""

from dataclasses import dataclass

from sqlmodel import Session, select

from models.documents import Document, DocumentKind, DocumentState
from models.instants import now
from models.people import Person
from workflows.process.actors import Actor
from workflows.process.context import DocumentContext
from workflows.process.engine import Grounds, permit, take
from workflows.process.ways import DOCUMENT

ISSUE = DOCUMENT.action("issue")
REVOKE = DOCUMENT.action("revoke")
SEND = DOCUMENT.action("send")


@dataclass(frozen=True)
class Rendered:
    """Where the bytes lie, by their SHA-256; a report has a spreadsheet beside it."""

    sha256: str
    spreadsheet_sha256: str | None = None


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
    context = DocumentContext(document)
    permitted = permit(session, context, ISSUE, actor=actor)
    document.sha256, document.spreadsheet_sha256, document.issued_at = rendered.sha256, rendered.spreadsheet_sha256, now()
    take(session, context, permitted, Grounds(recorded={"sha256": rendered.sha256}), actor=actor)


def withdraw_certificates(session: Session, award_id: str, *, actor: Actor) -> None:
    """Withdraw the certificates of a revoked award; their numbers and files stay, and verification says so."""
    for document in session.exec(select(Document).where(Document.award_id == award_id, Document.state != DocumentState.REVOKED)):
        context = DocumentContext(document)
        permitted = permit(session, context, REVOKE, actor=actor)
        document.revoked_at = now()
        take(session, context, permitted, actor=actor)


def find_notice(session: Session, document_id: str, state: DocumentState = DocumentState.ISSUED) -> Notice | None:
    """The mail that tells the holder of a document in this state; None when it has another by now, or the holder has no address."""
    document = session.get(Document, document_id)
    person = session.get(Person, document.holder_id) if document is not None and document.holder_id else None
    if document is None or person is None or not person.email or document.state != state:
        return None
    title = str(document.content.get("idea_title", ""))
    url = str(document.content["verify_url"])
    about = document.id if state == DocumentState.ISSUED else f"{state}.{document.id}"
    return Notice(person.email, person.full_name, document.kind, document.number, title, url, f"<{about}@gagas>")


def mark_sent(session: Session, document_id: str, *, actor: Actor) -> None:
    """Record that the holder was told."""
    document = session.get(Document, document_id)
    if document is not None:
        context = DocumentContext(document)
        take(session, context, permit(session, context, SEND, actor=actor), actor=actor)
