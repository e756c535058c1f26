"""The recognition report from its facts: what came in, what became of it, who was honoured."""

from collections.abc import Sequence
from typing import Any

from workflows.documents.charts import draw_funnel, draw_months, draw_units, tightest_step
from workflows.documents.content import ReportContent, Tally, UnitLine, write_content
from workflows.documents.finish import Sheet
from workflows.documents.fit import require_blocks, require_most_pages
from workflows.documents.markup import fill_template
from workflows.documents.ornament import letter_background
from workflows.documents.pdf import lay_out, write_file
from workflows.documents.text import format_number, format_percent, format_rupiah

STYLES = ("letterhead/upright.css", "report/report.css")
BLOCKS = ("title", "headline", "qr", "code", "signature")
MOST_PAGES = 2000


def write_headline(facts: ReportContent) -> str:
    """The report in two sentences."""
    piloted = f" {format_number(facts.piloted)} diuji coba," if facts.piloted else ""
    first = (
        f"Dari {format_number(facts.submitted)} usulan, {format_number(facts.adopted)} diterima"
        f" ({format_percent(facts.adopted, facts.submitted)}),{piloted}"
        f" dan {format_number(facts.awarded)} diberi penghargaan."
    )
    if facts.median_days_to_decision is None:
        return first
    return f"{first} Separuh keputusan keluar dalam {format_number(facts.median_days_to_decision)} hari."


def awarded_rupiah(facts: ReportContent) -> int:
    """The rupiah of all awards that stand."""
    return sum(award.amount_rupiah for award in facts.awards if award.stands)


def _figures(facts: ReportContent) -> list[dict[str, str]]:
    figures = [
        (format_number(facts.submitted), "usulan masuk"),
        (format_number(facts.adopted), "usulan diterima"),
        (format_number(facts.awarded), "diberi penghargaan"),
        (format_rupiah(awarded_rupiah(facts)), "nilai penghargaan"),
    ]
    if facts.savings_rupiah:
        figures.append((format_rupiah(facts.savings_rupiah), "penghematan bersih"))
    return [{"value": value, "label": label, "size": "long" if len(value) > 16 else "short"} for value, label in figures]


def _charts(facts: ReportContent) -> list[dict[str, Any]]:
    charts: list[dict[str, Any]] = []
    if facts.stages:
        charts.append({"title": _funnel_title(facts.stages), "legend": False, "picture": draw_funnel(facts.stages)})
    if facts.months:
        charts.append({"title": _months_title(facts.months), "legend": False, "picture": draw_months(facts.months)})
    if facts.units:
        charts.append({"title": _units_title(facts.units), "legend": True, "picture": draw_units(facts.units)})
    return charts


def _funnel_title(stages: Sequence[Tally]) -> str:
    step = tightest_step(stages)
    if step is None:
        return "Usulan dari tahap ke tahap"
    before, after = stages[step - 1], stages[step]
    return f"Saringan terketat: dari “{before.label}” ke “{after.label}” {format_percent(after.count, before.count)} lanjut"


def _months_title(months: Sequence[Tally]) -> str:
    fullest = max(months, key=lambda month: month.count)
    return f"Usulan paling banyak masuk pada {fullest.label}: {format_number(fullest.count)}"


def _units_title(units: Sequence[UnitLine]) -> str:
    taking_part = sum(unit.submitted > 0 for unit in units)
    return f"{format_number(taking_part)} dari {format_number(len(units))} unit mengusulkan; terbanyak:"


def _shared_decree(facts: ReportContent) -> str:
    """The decree of all awards when there is one and the same, else nothing."""
    decrees = {award.decree for award in facts.awards}
    return decrees.pop() if len(decrees) == 1 else ""


def render_report(facts: ReportContent) -> bytes:
    """One PDF/A-3a with charts and tables; DocumentDoesNotFit when a block is lost."""
    values = {
        "facts": facts,
        "headline": write_headline(facts),
        "figures": _figures(facts),
        "charts": _charts(facts),
        "shared_decree": _shared_decree(facts),
        "awarded_rupiah": awarded_rupiah(facts),
        "standing": sum(award.stands for award in facts.awards),
    }
    document = lay_out(fill_template("report/report.html", values), STYLES)
    require_most_pages(document, MOST_PAGES)
    require_blocks(document.pages, BLOCKS)
    sheet = Sheet(
        f"Laporan Penghargaan Inovasi {facts.number}",
        facts.made_on,
        write_content(facts),
        facts.verify_url,
        letter_background(),
        upright=True,
    )
    return write_file(document, document.pages, sheet)
