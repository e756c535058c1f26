"""The sums of a recognition report, worked out once for its paper and its workbook."""

from dataclasses import dataclass

from workflows.documents.kinds.report import AwardLine, ReportContent


@dataclass(frozen=True)
class Totals:
    """What a report adds up: awards that stand and their rupiah, the units' columns, who took part, and how many units sent nothing."""

    standing: int
    awarded_rupiah: int
    submitted: int
    adopted: int
    awarded: int
    participating: int
    region_units: int
    without: int


def paid_rupiah(award: AwardLine) -> int:
    """The rupiah of an award as it counts now: nothing once it was revoked."""
    return award.amount_rupiah if award.stands else 0


def add_up(report: ReportContent) -> Totals:
    """The sums of a report."""
    region_units = max(report.region_units, len(report.units))
    return Totals(
        standing=sum(award.stands for award in report.awards),
        awarded_rupiah=sum(map(paid_rupiah, report.awards)),
        submitted=sum(unit.submitted for unit in report.units),
        adopted=sum(unit.adopted for unit in report.units),
        awarded=sum(unit.awarded for unit in report.units),
        participating=sum(unit.submitted > 0 for unit in report.units),
        region_units=region_units,
        without=region_units - len(report.units),
    )
