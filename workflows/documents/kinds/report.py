"""The recognition report of a call: what came in, what became of it, who was honoured."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from workflows.documents.content import (
    FROZEN,
    LONGEST_FULL_NAME,
    MOST_RUPIAH,
    Address,
    Code,
    Count,
    Digest,
    FullName,
    Letterhead,
    Line,
    Name,
    Note,
    Rupiah,
    Signatory,
)
from workflows.documents.kinds import DocumentType
from workflows.documents.specimen import DAY, DIGEST, RUNNING, WITH_JOINED, SpecimenFacts, write_words


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
    """One award in a report: rank within the call if any, the team's names, gross rupiah, decree, state in words, whether it stands.

    `note` says of a revoked award who moved up to its place, or why nobody did. `category` stands behind the distinction where there is
    one; awards of one category stand together.
    """

    rank: Annotated[int, Field(ge=1)] | None = None
    idea_code: Code
    idea_title: Line
    unit: Line
    team: tuple[FullName, ...]
    distinction: Name
    amount_rupiah: Rupiah
    decree: Note
    state: Name
    stands: bool = True
    note: Note = ""
    category: Note = ""

    @property
    def grade(self) -> str:
        """The distinction alone, where its category stands above."""
        return self.distinction.removesuffix(f", {self.category}")


@dataclass(frozen=True, config=FROZEN, kw_only=True)
class ReportContent:
    """The report of one call and period; savings in rupiah a year after implementation cost, so they may be negative.

    They are None where no pilot was measured in rupiah; `savings_pilots` counts those that were.

    `units` are those that took part, `region_units` how many the region has.
    """

    number: Code
    verify_url: Address
    letterhead: Letterhead
    call_title: Line
    period_from: date
    period_until: date
    submitted: Count
    adopted: Count
    piloted: Count
    awarded: Count
    stages: tuple[Tally, ...]
    units: tuple[UnitLine, ...]
    region_units: Count = 0
    months: tuple[Tally, ...]
    awards: tuple[AwardLine, ...]
    savings_rupiah: int | None = None
    savings_pilots: Count = 0
    median_days_to_decision: Count | None
    place: Name
    issued_on: date
    signatory: Signatory
    chain_head: Digest


def _write_specimen(facts: SpecimenFacts) -> dict[str, Any]:
    award = {"idea_code": WITH_JOINED, "idea_title": write_words(300), "unit": write_words(200)}
    award |= {"state": "Diumumkan", "decree": write_words(150)}
    team = [write_words(LONGEST_FULL_NAME)] * facts.team_limit
    return {
        "call_title": write_words(200),
        "period_from": date(2026, 1, 1),
        "period_until": DAY,
        **dict.fromkeys(("submitted", "adopted", "piloted", "awarded"), RUNNING),
        "stages": [{"label": "Diajukan", "count": RUNNING}],
        "units": [{"name": write_words(200), "submitted": RUNNING, "adopted": 1, "awarded": 1}],
        "region_units": RUNNING,
        "months": [{"label": "September 2026", "count": RUNNING}],
        "awards": [{**award, "team": team, "distinction": facts.distinction, "category": facts.category, "amount_rupiah": MOST_RUPIAH}],
        "savings_rupiah": MOST_RUPIAH,
        "median_days_to_decision": 49,
        "chain_head": DIGEST,
    }


TYPE = DocumentType(
    content=ReportContent,
    renderer="report",
    template="report/report.html",
    title=lambda content: f"Laporan Penghargaan Inovasi {content.number}",
    blocks=("title", "headline", "qr", "code", "signature"),
    number="LP-{running:03}/{unit}/{roman_month}/{year}",
    name="Laporan",
    name_en="Report",
    specimen=_write_specimen,
    spreadsheet=True,
    public=("call_title",),
)
