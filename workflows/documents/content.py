"""What each document says, as frozen values that are stored with the issued document and rendered later."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.dataclasses import dataclass

from workflows.documents.text import clean_line, clean_paragraphs

FROZEN = ConfigDict(extra="forbid")
MOST_RUPIAH = 10**15


def cleaned(clean: Callable[[str], str]) -> BeforeValidator:
    """A validator that cleans text before its length is counted and leaves other values to be refused."""
    return BeforeValidator(lambda text: clean(text) if isinstance(text, str) else text)


Line = Annotated[str, cleaned(clean_line), StringConstraints(min_length=1, max_length=300)]
Name = Annotated[str, cleaned(clean_line), StringConstraints(min_length=1, max_length=150)]
Code = Annotated[str, cleaned(clean_line), StringConstraints(min_length=1, max_length=80)]
Note = Annotated[str, cleaned(clean_line), StringConstraints(max_length=300)]
Prose = Annotated[str, cleaned(clean_paragraphs), StringConstraints(max_length=4000)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=300)]
Count = Annotated[int, Field(ge=0)]
Rupiah = Annotated[int, Field(ge=0, le=MOST_RUPIAH)]


def _sum_of_shares(team: tuple["TeamLine", ...]) -> tuple["TeamLine", ...]:
    if team and sum(member.share_hundredths for member in team) != 10_000:
        raise ValueError("the team's shares must add up to 10,000 hundredths of a percent")
    return team


@dataclass(frozen=True, config=FROZEN)
class Letterhead:
    """The kop: the agency's lines from region down to unit, its address and how to reach it."""

    lines: Annotated[tuple[Name, ...], Field(min_length=1, max_length=4)]
    address: Note
    contact: Note


@dataclass(frozen=True, config=FROZEN)
class Signatory:
    """Who signs: name WITHOUT academic titles (Permendagri 1/2023 art. 44); rank and number None for a regional head, deputy, secretary."""

    name: Name
    position: Name
    capacity: Literal["", "Plt.", "Plh.", "Pj.", "Pjs."] = ""
    rank: Name | None = None
    employee_number: Code | None = None


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class CertificateContent:
    """A piagam penghargaan for one person; every value here stands on the page."""

    number: Code
    verify_url: Address
    letterhead: Letterhead
    holder_name: Name
    holder_employee_number: Code | None
    holder_unit: Line
    holder_role: Name
    idea_title: Line
    idea_code: Code
    distinction: Name
    legal_basis: Line
    place: Name
    issued_on: date
    signatory: Signatory


@dataclass(frozen=True, config=FROZEN)
class TeamLine:
    """One proposer on a receipt: number already masked, share in hundredths of a percent."""

    name: Name
    masked_number: Code | None
    unit: Line
    role: Name
    share_hundredths: Annotated[int, Field(ge=0, le=10_000)]


@dataclass(frozen=True, config=FROZEN)
class ShareChange:
    """One member's share before and after a change of the team, in hundredths of a percent; None outside the team."""

    name: Name
    before_hundredths: Annotated[int, Field(ge=1, le=10_000)] | None
    after_hundredths: Annotated[int, Field(ge=1, le=10_000)] | None


@dataclass(frozen=True, config=FROZEN)
class TeamRevision:
    """A change of the team after the idea was received: when, by whom, and every member's share."""

    changed_at: AwareDatetime
    changed_by: Name
    members: tuple[ShareChange, ...]


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class ReceiptContent:
    """The tanda terima of a submitted idea: who, what, when, and the digests that fix it."""

    number: Code
    verify_url: Address
    letterhead: Letterhead
    call_title: Line
    idea_code: Code
    idea_title: Line
    team: Annotated[tuple[TeamLine, ...], Field(min_length=1, max_length=20), AfterValidator(_sum_of_shares)]
    received_at: AwareDatetime
    content_sha256: Digest
    ledger_seq: Count
    ledger_hash: Digest
    place: Name
    issued_on: date
    team_revisions: tuple[TeamRevision, ...] = ()


@dataclass(frozen=True, config=FROZEN)
class Reason:
    """Why an idea was not carried on: the code in the catalogue, its label, and the words for this idea."""

    code: Code
    label: Line
    text: Prose


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class RejectionContent:
    """A letter that tells a proposer why an idea goes no further, what would help, and until when to object."""

    number: Code
    verify_url: Address
    letterhead: Letterhead
    addressee: Name
    addressee_unit: Line
    idea_code: Code
    idea_title: Line
    call_title: Line
    decided_on: date
    stage: Literal["permission", "screening", "determination"]
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=20)]
    what_would_help: Prose
    objection_until: date | None
    objection_address: Note
    place: Name
    issued_on: date
    signatory: Signatory


@dataclass(frozen=True, config=FROZEN)
class Tally:
    """How many under one label: a stage of the process or a month."""

    label: Name
    count: Count


@dataclass(frozen=True, config=FROZEN)
class UnitLine:
    """One unit's participation."""

    name: Line
    submitted: Count
    adopted: Count
    awarded: Count


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class AwardLine:
    """One award in a report: rank within the call if any, the team's names, gross rupiah, decree, state in words, whether it stands."""

    rank: Annotated[int, Field(ge=1)] | None = None
    idea_code: Code
    idea_title: Line
    unit: Line
    team: tuple[Name, ...]
    distinction: Name
    amount_rupiah: Rupiah
    decree: Note
    state: Name
    stands: bool = True


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class ReportContent:
    """The recognition report of one call and period; savings in rupiah after implementation cost, so they may be negative."""

    number: Code
    verify_url: Address
    letterhead: Letterhead
    call_title: Line
    period_from: date
    period_until: date
    made_on: date
    submitted: Count
    adopted: Count
    piloted: Count
    awarded: Count
    stages: tuple[Tally, ...]
    units: tuple[UnitLine, ...]
    months: tuple[Tally, ...]
    awards: tuple[AwardLine, ...]
    savings_rupiah: Annotated[int, Field(ge=-MOST_RUPIAH, le=MOST_RUPIAH)]
    median_days_to_decision: Count | None
    place: Name
    signatory: Signatory
    chain_head: Digest


F = TypeVar("F", CertificateContent, ReceiptContent, RejectionContent, ReportContent)


def write_content(facts: CertificateContent | ReceiptContent | RejectionContent | ReportContent) -> str:
    """The facts as JSON, as they are stored with the issued document and attached to it."""
    return TypeAdapter(type(facts)).dump_json(facts).decode()


def read_content(kind: type[F], text: str | bytes) -> F:
    """Facts of a kind from their JSON; ValidationError when it is not exactly that."""
    return TypeAdapter(kind).validate_json(text)
