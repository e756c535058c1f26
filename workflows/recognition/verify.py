"""Verify a document: by the address in its QR code, or by the file itself."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, select

from models.documents import Document, DocumentKind, DocumentState
from workflows.documents.kinds import get_document_type
from workflows.process.refusals import NotFound


@dataclass(frozen=True)
class Verified:
    """What anybody may know of a document: never an employee number; of letters no more than that they are genuine."""

    kind: DocumentKind
    number: str
    state: DocumentState
    issued_on: date
    issuer: str
    sha256: str | None
    revoked_at: datetime | None
    holder_name: str = ""
    holder_unit: str = ""
    holder_role: str = ""
    idea_title: str = ""
    distinction: str = ""
    legal_basis: str = ""
    call_title: str = ""


def verify_token(session: Session, token: str) -> Verified:
    """What anybody may know of the document a QR code points to; raises NotFound for any other token."""
    return _show_publicly(session.exec(select(Document).where(Document.token == token)).first())


def verify_digest(session: Session, sha256: str) -> Verified:
    """What anybody may know of the document whose bytes have this SHA-256; raises NotFound when no issued file has."""
    return _show_publicly(session.exec(select(Document).where(Document.sha256 == sha256)).first())


def _show_publicly(document: Document | None) -> Verified:
    if document is None or document.sha256 is None:
        raise NotFound("document_not_found")
    content = document.content
    public = {name: str(content[name]) for name in get_document_type(document.kind).public if content.get(name)}
    issuer = ", ".join(content["letterhead"]["lines"])
    return Verified(
        document.kind, document.number, document.state, document.issued_on, issuer, document.sha256, document.revoked_at, **public
    )
