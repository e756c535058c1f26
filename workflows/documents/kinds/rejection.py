"""The rejection letter: why an idea goes no further, what would help, and the right to object."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from workflows.documents.content import FROZEN, Address, Code, FullName, Letterhead, Line, Name, Note, Prose, Signatory
from workflows.documents.kinds import DocumentType

# per stage: what the letter is about, and what it tells in its opening sentence
SUBJECTS = {
    "permission": ("Izin tertulis atas usulan inovasi tidak diberikan", "izin tertulis atas usulan tersebut tidak diberikan"),
    "screening": ("Hasil seleksi administrasi usulan inovasi", "usulan tersebut tidak lolos seleksi administrasi"),
    "determination": ("Hasil penetapan usulan inovasi", "usulan tersebut tidak ditetapkan"),
}


@dataclass(frozen=True, config=FROZEN)
class Reason:
    """Why an idea was not carried on: the program's code for it, which no reader is shown, its label, and the words for this idea."""

    code: Code
    label: Line
    text: Prose


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class RejectionContent:
    """A letter to a proposer; `decided_by` is the position of the official who decided and to whom an objection goes."""

    number: Code
    verify_url: Address
    letterhead: Letterhead
    addressee: FullName
    addressee_unit: Line
    idea_code: Code
    idea_title: Line
    call_title: Line
    decided_on: date
    decided_by: Note = ""
    stage: Literal["permission", "screening", "determination"]
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=30)]
    what_would_help: Prose
    copies_to: tuple[Line, ...] = ()
    place: Name
    issued_on: date
    signatory: Signatory

    @property
    def subject(self) -> str:
        """What the letter is about."""
        return SUBJECTS[self.stage][0]

    @property
    def outcome(self) -> str:
        """What was decided, as the opening sentence tells it."""
        return SUBJECTS[self.stage][1]


TYPE = DocumentType(
    content=RejectionContent,
    renderer="letter",
    template="letter/rejection.html",
    title=lambda content: f"{content.subject} {content.idea_code}",
    blocks=("title", "reasons", "objection", "qr", "code", "signature"),
    number="PH-{running:04}/{unit}/{roman_month}/{year}",
    name="Surat pemberitahuan hasil",
    name_en="Letter of rejection",
    mail="rejection",
)
