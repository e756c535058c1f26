"""The piagam penghargaan: handed to every member of an awarded team."""

from datetime import date

from pydantic.dataclasses import dataclass

from workflows.documents.content import FROZEN, Address, Code, FullName, Letterhead, Line, Name, Note, Signatory
from workflows.documents.kinds import DocumentType


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class CertificateContent:
    """A piagam penghargaan for one person; every value here stands on the page."""

    number: Code
    verify_url: Address
    letterhead: Letterhead
    holder_name: FullName
    holder_employee_number: Code | None
    holder_rank: Note = ""
    holder_position: Note = ""
    holder_unit: Line
    holder_role: Name
    idea_title: Line
    idea_code: Code
    in_use: bool = False  # it ran before it was handed in: an innovation, no longer the idea of one
    distinction: Name
    call_title: Note = ""  # of a contest only
    legal_basis: Line
    place: Name
    issued_on: date
    signatory: Signatory


TYPE = DocumentType(
    content=CertificateContent,
    renderer="certificate",
    template="certificate/certificate.html",
    title=lambda content: f"Piagam Penghargaan {content.number}, {content.holder_name}",
    blocks=("top", "title", "body", "qr", "code", "signature"),
    number="PG-{running:04}/{unit}/{roman_month}/{year}",
    name="Piagam penghargaan",
    name_en="Certificate",
    mail="certificate",
    titled=False,
    together=True,
    public=("holder_name", "holder_unit", "holder_role", "idea_title", "distinction", "legal_basis", "call_title"),
)
