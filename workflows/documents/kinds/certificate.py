"""The piagam penghargaan: handed to every member of an awarded team."""

from datetime import date
from typing import Any

from pydantic.dataclasses import dataclass

from workflows.documents.content import FROZEN, LONGEST_FULL_NAME, Address, Code, FullName, Letterhead, Line, Name, Note, Signatory
from workflows.documents.kinds import DocumentType
from workflows.documents.specimen import EMPLOYEE_NUMBER, WITH_JOINED, SpecimenFacts, write_words


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
    category: Note = ""  # in which the idea was ranked apart
    call_title: Note = ""  # of a contest only
    legal_basis: Line
    place: Name
    issued_on: date
    signatory: Signatory


def _write_specimen(facts: SpecimenFacts) -> dict[str, Any]:
    return {
        "holder_name": write_words(LONGEST_FULL_NAME),
        "holder_employee_number": EMPLOYEE_NUMBER,
        "holder_rank": write_words(53),
        "holder_position": write_words(120),
        "holder_unit": write_words(200),
        "holder_role": "Ketua Tim Pengusul",
        "idea_title": write_words(300),
        "idea_code": WITH_JOINED,
        "in_use": facts.contest,
        "distinction": facts.tier,
        "category": facts.category,
        "call_title": write_words(100) if facts.contest else "",
        "legal_basis": facts.legal_basis.replace("{number}", "100.3.3.3/Kep.1234-Bappelitbang/2026").replace("{date}", "30 September 2026"),
    }


TYPE = DocumentType(
    content=CertificateContent,
    renderer="certificate",
    template="certificate/certificate.html",
    title=lambda content: f"Piagam Penghargaan {content.number}, {content.holder_name}",
    blocks=("top", "title", "body", "qr", "code", "signature"),
    number="PG-{running:04}/{unit}/{roman_month}/{year}",
    name="Piagam penghargaan",
    name_en="Certificate",
    specimen=_write_specimen,
    mail="certificate",
    titled=False,
    together=True,
    public=("holder_name", "holder_unit", "holder_role", "idea_title", "distinction", "category", "legal_basis", "call_title"),
)
