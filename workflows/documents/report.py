"""The recognition report from its facts: what came in, what became of it, who was honoured."""

from typing import Any

from workflows.documents.charts import draw_funnel, draw_months, draw_units
from workflows.documents.facts import ReportFacts, write_facts
from workflows.documents.markup import fill_template
from workflows.documents.ornament import letter_background
from workflows.documents.pdf import Sheet, lay_out, require_blocks, require_most_pages, write_file
from workflows.documents.qr import draw_qr
from workflows.documents.text import format_number, format_percent, format_rupiah

STYLES = ("letterhead/upright.css", "report/report.css")
BLOCKS = ("title", "headline", "qr", "signature")
MOST_PAGES = 2000


def write_headline(facts: ReportFacts) -> str:
    """The report in two sentences."""
    first = (
        f"Dari {format_number(facts.submitted)} usulan, {format_number(facts.adopted)} diterima"
        f" ({format_percent(facts.adopted, facts.submitted)}), {format_number(facts.piloted)} diuji coba,"
        f" dan {format_number(facts.awarded)} diberi penghargaan."
    )
    if facts.median_days_to_decision is None:
        return first
    return f"{first} Separuh keputusan keluar dalam {format_number(facts.median_days_to_decision)} hari."


def _figures(facts: ReportFacts) -> list[dict[str, str]]:
    figures = [
        {"value": format_number(facts.submitted), "label": "usulan masuk"},
        {"value": format_number(facts.adopted), "label": "usulan diterima"},
        {"value": format_number(facts.awarded), "label": "usulan diberi penghargaan"},
        {"value": format_rupiah(facts.savings_rupiah), "label": "penghematan bersih"},
    ]
    return figures


def _charts(facts: ReportFacts) -> list[dict[str, Any]]:
    charts: list[dict[str, Any]] = []
    if facts.stages:
        charts.append({"title": _funnel_title(facts), "legend": False, "picture": draw_funnel(facts.stages)})
    if facts.months:
        charts.append({"title": _months_title(facts), "legend": False, "picture": draw_months(facts.months)})
    if facts.units:
        charts.append({"title": _units_title(facts), "legend": True, "picture": draw_units(facts.units)})
    return charts


def _funnel_title(facts: ReportFacts) -> str:
    first, last = facts.stages[0], facts.stages[-1]
    return f"Dari {format_number(first.count)} ({first.label}) sampai {format_number(last.count)} ({last.label})"


def _months_title(facts: ReportFacts) -> str:
    fullest = max(facts.months, key=lambda month: month.count)
    return f"Usulan per bulan; terbanyak {fullest.label} dengan {format_number(fullest.count)} usulan"


def _units_title(facts: ReportFacts) -> str:
    silent = sum(unit.submitted == 0 for unit in facts.units)
    taking_part = f"{format_number(len(facts.units) - silent)} dari {format_number(len(facts.units))} unit mengusulkan"
    return f"{taking_part}; yang paling banyak"


def render_report(facts: ReportFacts) -> bytes:
    """One PDF/A-3a with charts and tables; DocumentDoesNotFit when a block is lost."""
    values = {
        "facts": facts,
        "headline": write_headline(facts),
        "figures": _figures(facts),
        "charts": _charts(facts),
        "qr": draw_qr(facts.verify_url),
    }
    document = lay_out(fill_template("report/report.html", values), STYLES)
    require_most_pages(document, MOST_PAGES)
    require_blocks(document.pages, BLOCKS)
    sheet = Sheet(f"Laporan Penghargaan Inovasi {facts.number}", facts.made_on, write_facts(facts), letter_background(), upright=True)
    return write_file(document, document.pages, sheet)
