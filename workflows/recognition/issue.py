"""Mark a rendered document as issued, withdraw it, and find out what a mail about it must say."""

from dataclasses import dataclass

from sqlmodel import Session, select

from models.documents import Document, DocumentKind, DocumentState
from models.instants import now
from models.people import Account, Person
from workflows.documents.kinds import get_document_type
from workflows.documents.mail import DocumentMail
from workflows.process.actors import Actor
from workflows.process.context import DocumentContext
from workflows.process.engine import Grounds, permit, take
from workflows.process.ways import DOCUMENT
from workflows.recognition.outgoing import Told, read_reader

ISSUE = DOCUMENT.action("issue")
REVOKE = DOCUMENT.action("revoke")
SEND = DOCUMENT.action("send")


@dataclass(frozen=True)
class Rendered:
    """Where the bytes lie, by their SHA-256; a report has a spreadsheet beside it."""

    sha256: str
    spreadsheet_sha256: str | None = None


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


def find_notice(session: Session, document_id: str, state: DocumentState = DocumentState.ISSUED) -> Told | None:
    """The mail that tells the holder of a document in this state; None when it has another by now, or the holder has no address.

    A closed account is no hindrance: who retired is told of their certificate, too.
    """
    document = session.get(Document, document_id)
    person = session.get(Person, document.holder_id) if document is not None and document.holder_id else None
    if document is None or person is None or not person.email or document.state != state:
        return None
    return tell_document(session, document, person)


def tell_document(session: Session, document: Document, person: Person) -> Told:
    """What the holder of an issued or withdrawn document is told of it."""
    record, reader = get_document_type(document.kind), read_reader(session, person.id)
    is_revoked = document.state == DocumentState.REVOKED
    mail = DocumentMail(
        name=person.full_name,
        kind=record.name if reader.language == "id" else record.name_en,
        number=document.number,
        title=str(document.content.get("idea_title", "")),
        verify_url=str(document.content["verify_url"]),
    )
    about = f"{document.state}.{document.id}" if is_revoked else document.id
    has_due = is_revoked or document.kind == DocumentKind.REJECTION  # the days in which one may object
    closed = session.exec(select(Account.closed_at).where(Account.person_id == person.id)).first()
    return Told(
        *(person, reader, "withdrawn" if is_revoked else record.mail, mail, f"<{about}@gagas>"),
        has_due=has_due,
        is_urgent=closed is not None,
        document_id=None if is_revoked else document.id,
    )


def mark_sent(session: Session, document_id: str, *, actor: Actor) -> None:
    """Record that the holder was told."""
    document = session.get(Document, document_id)
    if document is not None:
        context = DocumentContext(document)
        take(session, context, permit(session, context, SEND, actor=actor), actor=actor)
