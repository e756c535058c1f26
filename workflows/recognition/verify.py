"""Verify a document: by the address in its QR code, by the number printed on it, or by the file itself."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from models.documents import Document, DocumentKind, DocumentState, NumberSeries
from workflows.documents.kinds import get_document_type
from workflows.documents.text import clean_line
from workflows.process.refusals import Conflict, NotFound

DIGEST = re.compile(r"[0-9a-f]{64}")
LONGEST_NUMBER = 200  # characters that are looked at; no document has a longer one
_BEFORE = re.compile(r"^(nomor|no\b\.?|number)[\s.:]*", re.IGNORECASE)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


class Genuineness(StrEnum):
    """What is said of a document and, where a file's digest was given, of that file."""

    GENUINE = "genuine"
    REVOKED = "revoked"
    ALTERED = "altered"  # the file is not the one that was issued
    UNREADABLE = "unreadable"  # what was given is no digest, so nothing was compared
    UNKNOWN = "unknown"


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
    category: str = ""
    legal_basis: str = ""
    call_title: str = ""
    spreadsheet_sha256: str | None = None


def judge(found: Verified | None, typed: str = "") -> Genuineness:
    """The verdict on a document and on the file whose SHA-256 was typed: a file that differs is never called genuine.

    Spaces, capitals and a `sha256:` before the digest do not matter. A revoked document's own file is revoked.
    """
    if found is None:
        return Genuineness.UNKNOWN
    given = clean_digest(typed)
    if given and not DIGEST.fullmatch(given):
        return Genuineness.UNREADABLE
    if given and given not in (found.sha256, found.spreadsheet_sha256):
        return Genuineness.ALTERED
    return Genuineness.REVOKED if found.state == DocumentState.REVOKED else Genuineness.GENUINE


def clean_digest(typed: str) -> str:
    """A typed SHA-256 as it is kept: without spaces, in small letters, without `sha256:` before it."""
    return "".join(typed.split()).lower().removeprefix("sha256:")


def verify_token(session: Session, token: str) -> Verified:
    """What anybody may know of the document a QR code points to; raises NotFound for any other token."""
    return _show_publicly(session.exec(select(Document).where(Document.token == token)).first())


def verify_digest(session: Session, sha256: str) -> Verified:
    """What anybody may know of the document whose bytes have this SHA-256; raises NotFound when no issued file has."""
    document = session.exec(select(Document).where(Document.sha256 == sha256)).first()
    spreadsheet = select(Document).where(Document.kind == DocumentKind.REPORT, Document.spreadsheet_sha256 == sha256)
    return _show_publicly(document or session.exec(spreadsheet).first())


def verify_number(session: Session, typed: str) -> Verified:
    """What anybody may know of the document that bears a number; raises as `find_token` does."""
    return verify_token(session, find_token(session, typed))


def find_token(session: Session, typed: str) -> str:
    """The token of the issued document that bears a number, typed as printed, with or without spaces and capitals.

    Raises NotFound when none does; Conflict when several do, as two offices may number alike.
    """
    wanted = _simplify(typed)
    tokens = [token for token, number in _list_candidates(session, wanted) if _simplify(number) == wanted]
    if not tokens:
        raise NotFound("document_not_found")
    if len(tokens) > 1:
        raise Conflict("document_number_shared", "number")
    return tokens[0]


def _list_candidates(session: Session, wanted: str) -> list[tuple[str, str]]:
    """Token and number of the issued documents whose running number and year stand in what was typed.

    Both stand in every number (`check_template`), and with them the series' own index finds the few rows there may be.
    """
    parts = {int(part) for part in re.findall(r"[0-9]{1,9}", wanted)}
    years = [part for part in parts if 1900 <= part <= 2999]
    if not years or not parts:
        return []
    series = session.exec(
        select(NumberSeries.series).where(col(NumberSeries.year).in_(years), NumberSeries.last >= min(parts)).distinct()
    ).all()
    rows = select(Document.token, Document.number).where(
        col(Document.series).in_(series),
        col(Document.year).in_(years),
        col(Document.running).in_(parts),
        col(Document.sha256).is_not(None),
    )
    return list(session.exec(rows))


def _simplify(number: str) -> str:
    """A number without what people leave out or write otherwise: the word before it, spaces, capitals, the kind of dash."""
    shown = _BEFORE.sub("", clean_line(number[:LONGEST_NUMBER]))
    return "".join(shown.split()).translate(_DASHES).casefold()


def _show_publicly(document: Document | None) -> Verified:
    if document is None or document.sha256 is None:
        raise NotFound("document_not_found")
    content = document.content
    public = {name: str(content[name]) for name in get_document_type(document.kind).public if content.get(name)}
    return Verified(
        kind=document.kind,
        number=document.number,
        state=document.state,
        issued_on=document.issued_on,
        issuer=", ".join(content["letterhead"]["lines"]),
        sha256=document.sha256,
        revoked_at=document.revoked_at,
        spreadsheet_sha256=document.spreadsheet_sha256,
        **public,
    )
