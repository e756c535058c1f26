"""The tanda terima: what was handed in, when, by whom, and the digests that fix it."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic.dataclasses import dataclass

from workflows.documents.content import FROZEN, LONGEST_FULL_NAME, Address, Code, Count, Digest, FullName, Letterhead, Line, Name, Prose
from workflows.documents.kinds import DocumentType
from workflows.documents.specimen import CODE, DIGEST, MASKED_NUMBER, SpecimenFacts, write_words

CROWDED = 320  # characters of title, names, units and roles that one page holds in its usual size
INITIATORS = {  # PP 38/2017 art. 7
    "regional_head": "Kepala daerah",
    "council": "Anggota DPRD",
    "civil_servant": "ASN",
    "government_unit": "Perangkat daerah",
    "the_public": "Masyarakat",
}
MOST_MEMBERS = 50  # as many as a policy may allow


@dataclass(frozen=True, config=FROZEN)
class TeamLine:
    """One proposer on a receipt: number already masked, share in hundredths of a percent."""

    name: FullName
    masked_number: Code | None
    unit: Line
    role: Name
    share_hundredths: Annotated[int, Field(ge=0, le=10_000)]


def _sum_of_shares(team: tuple[TeamLine, ...]) -> tuple[TeamLine, ...]:
    if team and sum(member.share_hundredths for member in team) != 10_000:
        raise ValueError("the team's shares must add up to 10,000 hundredths of a percent")
    return team


@dataclass(frozen=True, config=FROZEN)
class ShareChange:
    """One member's share before and after a change of the team, in hundredths of a percent; None outside the team."""

    name: FullName
    before_hundredths: Annotated[int, Field(ge=1, le=10_000)] | None
    after_hundredths: Annotated[int, Field(ge=1, le=10_000)] | None


@dataclass(frozen=True, config=FROZEN)
class TeamRevision:
    """A change of the team after the idea was received: when, by whom, and every member's share."""

    changed_at: AwareDatetime
    changed_by: FullName
    members: tuple[ShareChange, ...]


@dataclass(frozen=True, config=FROZEN)
class RecordedEntry:
    """The ledger's entry of the submission and the hash before it, from which anybody works out the entry's own; and what the digest of
    the content was salted with, so that whoever has the content can work out that digest too."""

    payload: dict[str, Any]
    previous: Digest
    content_salt: Digest


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class ReceiptContent:
    """The tanda terima of a submitted idea; `received_by` is the official or the system that took it in.

    Who initiated it, since when it is in use, which idea it continues and what was declared stand on it only where the call asked. `entry`
    is not printed: it lies in the file, for whoever checks the receipt without the server.
    """

    number: Code
    verify_url: Address
    letterhead: Letterhead
    call_title: Line
    idea_code: Code
    idea_title: Line
    team: Annotated[tuple[TeamLine, ...], Field(min_length=1, max_length=MOST_MEMBERS), AfterValidator(_sum_of_shares)]
    received_at: AwareDatetime
    received_by: Line = "Sistem elektronik Gagas"
    content_sha256: Digest
    ledger_seq: Count
    ledger_hash: Digest
    place: Name
    issued_on: date
    team_revisions: tuple[TeamRevision, ...] = ()
    initiator: Line | None = None
    in_use_since: date | None = None
    earlier_code: Code | None = None
    declaration: Prose | None = None
    entry: RecordedEntry | None = None

    @property
    def crowded(self) -> bool:
        """Whether the team needs smaller type to stay on one page."""
        return len(self.idea_title) + sum(len(m.name) + len(m.unit) + len(m.role) for m in self.team) > CROWDED


def _write_specimen(facts: SpecimenFacts) -> dict[str, Any]:
    each, rest = divmod(10_000, facts.team_limit)
    member = {"name": write_words(LONGEST_FULL_NAME), "masked_number": MASKED_NUMBER, "unit": write_words(200), "role": write_words(100)}
    return {
        "call_title": write_words(200),
        "idea_code": CODE,
        "idea_title": write_words(300),
        "team": [{**member, "share_hundredths": each + (rest if place == 0 else 0)} for place in range(facts.team_limit)],
        "received_at": facts.moment,
        "received_by": write_words(220),
        "content_sha256": DIGEST,
        "ledger_seq": 2**40,
        "ledger_hash": DIGEST,
        "initiator": max(INITIATORS.values(), key=len),
        "in_use_since": facts.moment.date(),
        "earlier_code": CODE,
        "entry": RecordedEntry({}, DIGEST, DIGEST),
        **({"declaration": facts.declaration} if facts.declaration else {}),
    }


TYPE = DocumentType(
    content=ReceiptContent,
    renderer="letter",
    template="letter/receipt.html",
    title=lambda content: f"Tanda Terima {content.number}",
    blocks=("title", "team", "qr", "code", "signature"),
    number="TT-{running:05}/{unit}/{year}",
    name="Tanda terima",
    name_en="Receipt",
    specimen=_write_specimen,
    mail="receipt",
    signed=False,
    together=True,
)
