"""The rejection letter: why an idea goes no further, what would help, and the right to object."""

from datetime import date
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from pydantic.dataclasses import dataclass

from workflows.documents.content import FROZEN, LONGEST_FULL_NAME, Address, Code, FullName, Letterhead, Line, Name, Note, Prose, Signatory
from workflows.documents.kinds import DocumentType
from workflows.documents.specimen import CODE, DAY, SpecimenFacts, write_words


class RejectionWords(NamedTuple):
    """After which step (action, outcome) a letter says what: its subject, opening sentence, label of the reason, and what would help.

    The content of an issued letter keeps label and help; subject and sentence are found by the stage that it names.
    """

    action: str
    outcome: str
    subject: str
    sentence: str
    label: str
    help: str


SILENCE = "silence"
AGAIN = "lalu mengajukannya kembali sebagai usulan baru."
WORDS = {
    "permission": RejectionWords(
        "permit",
        "refused",
        "Izin tertulis atas usulan inovasi tidak diberikan",
        "izin tertulis atas usulan tersebut tidak diberikan",
        "Pertimbangan kepala unit kerja",
        "Saudara dapat membicarakan usulan ini dengan kepala unit kerja Saudara; setelah kendala di atas teratasi, usulan dapat"
        " diajukan kembali sebagai usulan baru.",
    ),
    SILENCE: RejectionWords(
        "expire",
        "refused",
        "Izin tertulis atas usulan inovasi tidak diberikan",
        "izin tertulis atas usulan tersebut dianggap tidak diberikan",
        "Tidak ada jawaban sampai batas waktu",
        "Tidak ada pejabat yang memutuskan usulan Saudara. Saudara dapat membicarakan usulan ini dengan kepala unit kerja Saudara; usulan"
        " dapat diajukan kembali sebagai usulan baru.",
    ),
    "screening": RejectionWords(
        "screen",
        "rejected",
        "Hasil seleksi administrasi usulan inovasi",
        "usulan tersebut tidak lolos seleksi administrasi",
        "Kriteria inovasi daerah belum terpenuhi",
        f"Saudara dapat memperbaiki bagian yang belum memenuhi kriteria inovasi daerah, {AGAIN}",
    ),
    "determination": RejectionWords(
        "determine",
        "rejected",
        "Hasil penetapan usulan inovasi",
        "usulan tersebut tidak ditetapkan",
        "Pertimbangan pejabat yang menetapkan",
        f"Saudara dapat memperbaiki usulan berdasarkan alasan di atas, {AGAIN}",
    ),
}
# for a step that has no words of its own
GENERAL = RejectionWords(
    "",
    "",
    "Hasil pemeriksaan usulan inovasi",
    "usulan tersebut tidak dilanjutkan",
    "Pertimbangan pejabat yang memutuskan",
    f"Saudara dapat memperbaiki usulan berdasarkan alasan di atas, {AGAIN}",
)


def name_rejecting(action: str, outcome: str) -> str:
    """The letter's name for the step that rejected; a step that has none goes by its action's."""
    return next((stage for stage, words in WORDS.items() if (words.action, words.outcome) == (action, outcome)), action)


def find_words(stage: str) -> RejectionWords:
    """The letter's words for a stage that `name_rejecting` named."""
    return WORDS.get(stage, GENERAL)


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
    stage: Code
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=30)]
    what_would_help: Prose
    copies_to: tuple[Line, ...] = ()
    place: Name
    issued_on: date
    signatory: Signatory

    @property
    def subject(self) -> str:
        """What the letter is about."""
        return find_words(self.stage).subject

    @property
    def outcome(self) -> str:
        """What was decided, as the opening sentence tells it."""
        return find_words(self.stage).sentence

    @property
    def is_silent(self) -> bool:
        """Whether nobody decided: the official to whom an objection goes was asked, and did not answer."""
        return self.stage == SILENCE


def _write_specimen(_facts: SpecimenFacts) -> dict[str, Any]:
    return {
        "addressee": write_words(LONGEST_FULL_NAME),
        "addressee_unit": write_words(200),
        "idea_code": CODE,
        "idea_title": write_words(300),
        "call_title": write_words(200),
        "decided_on": DAY,
        "decided_by": write_words(200),
        "stage": "determination",
        "reasons": [{"code": "determination", "label": write_words(200), "text": write_words(1_000)}],
        "what_would_help": write_words(500),
        "copies_to": [write_words(120)] * 2,
    }


TYPE = DocumentType(
    content=RejectionContent,
    renderer="letter",
    template="letter/rejection.html",
    title=lambda content: f"{content.subject} {content.idea_code}",
    blocks=("title", "reasons", "objection", "qr", "code", "signature"),
    number="PH-{running:04}/{unit}/{roman_month}/{year}",
    name="Surat pemberitahuan hasil",
    name_en="Letter on the outcome",
    specimen=_write_specimen,
    mail="rejection",
)
