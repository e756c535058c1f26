"""The recognition report from its content: what came in, what became of it, who was honoured."""

import re
from collections.abc import Sequence
from math import ceil
from typing import Any

from workflows.documents import fonts
from workflows.documents.charts import WIDTH, draw_funnel, draw_months, draw_units, tightest_step
from workflows.documents.content import write_content
from workflows.documents.finish import FileDetails
from workflows.documents.fit import require_blocks, require_inside, require_most_pages
from workflows.documents.kinds import DocumentType
from workflows.documents.kinds.report import ReportContent, Tally, UnitLine
from workflows.documents.markup import fill_template
from workflows.documents.ornament import Emblems, letter_background
from workflows.documents.pdf import lay_out, write_file
from workflows.documents.text import format_number, format_percent, format_rupiah, spell_month
from workflows.documents.totals import Totals, add_up

STYLES = ("letterhead/upright.css", "report/report.css")
MOST_PAGES = 2000
FIGURE_SIZES = {"xl": 22, "l": 15, "m": 11, "s": 8}  # points, as in report.css


def write_headline(report: ReportContent, totals: Totals) -> str:
    """The report in two or three sentences."""
    if not report.submitted:
        return "Belum ada usulan yang masuk."
    piloted = f", {format_number(report.piloted)} diuji coba," if report.piloted else ""
    first = (
        f"Dari {format_number(report.submitted)} usulan, {format_number(report.adopted)} ditetapkan"
        f" ({format_percent(report.adopted, report.submitted)}){piloted}"
        f" dan {format_number(report.awarded)} diberi penghargaan."
    )
    sentences = [first, f"Sebanyak {write_participation(totals)}."]  # no sentence begins with a figure (EYD V)
    if report.median_days_to_decision is not None:
        sentences.append(f"Median waktu penetapan {format_number(report.median_days_to_decision)} hari.")
    return " ".join(sentences)


def write_participation(totals: Totals) -> str:
    """How many of all units of the region took part."""
    return f"{format_number(totals.participating)} dari {format_number(totals.region_units)} unit kerja berpartisipasi"


def _figures(report: ReportContent, totals: Totals) -> list[dict[str, str]]:
    figures = [
        (format_number(report.submitted), "usulan masuk"),
        (format_number(report.adopted), "usulan ditetapkan"),
        (format_number(report.awarded), "diberi penghargaan"),
        (format_rupiah(totals.awarded_rupiah), "nilai hadiah"),
    ]
    if report.savings_rupiah is not None:
        figures.append((format_rupiah(report.savings_rupiah), "penghematan bersih"))
    sums = {3: 28, 4: 24} if len(figures) == 5 else {3: 28}  # percent of the paper's width that the sums get
    others = (100 - sum(sums.values())) / (len(figures) - len(sums))
    return [
        {"value": value, "label": label, "size": _figure_size(value, WIDTH * sums.get(place, others) / 100)}
        for place, (value, label) in enumerate(figures)
    ]


def _figure_size(value: str, points: float) -> str:
    """The largest size that holds a figure in a cell of so many points."""
    room = (points - 9) / 1.05  # without the cell's padding, and lining figures are a little wider
    return fonts.size_class(value, fonts.SERIF, tuple((room / size, name) for name, size in FIGURE_SIZES.items()))


def _amount_width(report: ReportContent, totals: Totals) -> int:
    """How many millimetres the column of sums needs for its longest; all figures are as wide as the widest one."""
    shown = [format_rupiah(rupiah) for rupiah in (*(award.amount_rupiah for award in report.awards), totals.awarded_rupiah)]
    widest = max(fonts.width_in_em(re.sub("[0-9]", "0", amount), fonts.SANS_BOLD) for amount in shown)
    return max(32, ceil(widest * 8 * 1.05 / 72 * 25.4) + 3)


def _charts(report: ReportContent, units_table: str) -> list[dict[str, Any]]:
    """The pictures that have something to show, each with the table its numbers stand in."""
    charts: list[dict[str, Any]] = []
    if report.stages:
        title, picture = _funnel_title(report.stages), draw_funnel(report.stages)
        charts.append({"title": title, "legend": False, "picture": picture, "source": "lembar Tahap pada berkas XLSX laporan ini"})
    if report.months:
        title, picture = _months_title(report.months), draw_months(report.months)
        charts.append({"title": title, "legend": False, "picture": picture, "source": "lembar Bulan pada berkas XLSX laporan ini"})
    if report.units:
        title, picture = _units_title(report), draw_units(report.units)
        charts.append({"title": title, "legend": True, "picture": picture, "source": units_table})
    return charts


def _funnel_title(stages: Sequence[Tally]) -> str:
    step = tightest_step(stages)
    if step is None:
        return "Usulan dari tahap ke tahap"
    before, after = stages[step - 1], stages[step]
    return f"Penyusutan terbesar: dari “{before.label}” ke “{after.label}”, {format_percent(after.count, before.count)} berlanjut"


def _months_title(months: Sequence[Tally]) -> str:
    fullest = max(months, key=lambda month: month.count)
    most = "Semua usulan masuk" if fullest.count == sum(month.count for month in months) else "Usulan paling banyak masuk"
    return f"{most} pada {spell_month(fullest.label)}: {format_number(fullest.count)}"


def _units_title(report: ReportContent) -> str:
    fullest: UnitLine = max(report.units, key=lambda unit: unit.submitted)
    return f"Usulan terbanyak dari {fullest.name}: {format_number(fullest.submitted)}"


def _shared_decree(report: ReportContent) -> str:
    """The decree of all awards when there is one and the same, else nothing."""
    decrees = {award.decree for award in report.awards}
    return decrees.pop() if len(decrees) == 1 else ""


def render_reports(kind: DocumentType, reports: Sequence[ReportContent], emblems: Emblems) -> list[bytes]:
    """One PDF/A-3a each with charts and tables; DocumentDoesNotFit when a block is lost or a text runs out of its place."""
    return [_render_report(kind, report, emblems) for report in reports]


def _render_report(kind: DocumentType, report: ReportContent, emblems: Emblems) -> bytes:
    units_table = "Tabel 2" if report.awards else "Tabel 1"
    totals = add_up(report)
    values = {
        "content": report,
        "totals": totals,
        "headline": write_headline(report, totals),
        "figures": _figures(report, totals),
        "charts": _charts(report, units_table),
        "units_table": units_table,
        "participation": write_participation(totals),
        "shared_decree": _shared_decree(report),
        "amount_width": _amount_width(report, totals),
    }
    document = lay_out(fill_template(kind.template, values), STYLES)
    require_most_pages(document, MOST_PAGES)
    require_blocks(document.pages, kind.blocks)
    require_inside(document.pages)
    background = letter_background(emblems(report.letterhead.emblem))
    details = FileDetails(kind.title(report), report.issued_on, write_content(report), report.verify_url, background, upright=True)
    return write_file(document, document.pages, details)
