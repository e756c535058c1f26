"""Charts drawn by hand as SVG: a funnel of stages, columns of months, bars of units; text stays selectable."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

from markupsafe import Markup, escape

from workflows.documents.fonts import SANS, SANS_BOLD, SCRIPTS, showable_text, width_in_em
from workflows.documents.kinds.report import Tally, UnitLine
from workflows.documents.text import format_number, format_percent

WIDTH = 482  # points: the text width of an upright A4 page
INK, QUIET, TEAL, LEAF, MIST, GOLD = "#17302e", "#4b5f5c", "#0f4c47", "#6fa39b", "#dbe8e4", "#b08d3c"
MOST_UNITS = 6
FAMILIES = ", ".join(("Plus Jakarta Sans", "EB Garamond", *(face[0] for face in SCRIPTS)))


def fit_label(label: str, points: float, size: float) -> str:
    """The label, cut with an ellipsis where it would be wider than so many points at a font size."""
    shown = showable_text(label)
    if width_in_em(shown, SANS) * size <= points:
        return shown
    while shown and width_in_em(shown + "…", SANS) * size > points:
        shown = shown[:-1].rstrip()
    return shown + "…"


class TextStyle(TypedDict, total=False):
    """How a text is set: its size in points, colour, which end stands at its place, and whether it is bold."""

    size: float
    fill: str
    anchor: str
    bold: bool


def write_at(x: float, y: float, words: str, **set_as: Unpack[TextStyle]) -> str:
    """One SVG text, escaped, its baseline at (x, y); moved sideways where it would leave the drawing."""
    size, fill, anchor = set_as.get("size", 8), set_as.get("fill", INK), set_as.get("anchor", "start")
    weight = ' font-weight="600"' if set_as.get("bold") else ""
    wide = width_in_em(words, SANS_BOLD if set_as.get("bold") else SANS) * size
    before = {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    x = min(max(x, before), max(WIDTH - wide, 0) + before)
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'


def bar(x: float, y: float, width: float, height: float, fill: str) -> str:
    """One rectangle; nothing at all for nothing, a hair for very little."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.8):.1f}" height="{height:.1f}" fill="{fill}"/>' if width > 0 else ""


def drawing(title: str, height: float, parts: Sequence[str]) -> Markup:
    """An SVG as wide as the text, with its title as alternative text."""
    return Markup(  # noqa: S704 -- every word in parts went through escape()
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}pt" height="{height:.0f}pt" '
        f'font-family="{FAMILIES}"><title>{escape(showable_text(title))}</title>{"".join(parts)}</svg>'
    )


def tightest_step(stages: Sequence[Tally]) -> int | None:
    """The index of the stage that the smallest part of its forerunner reached; None when nothing was lost anywhere."""
    losing = [i for i in range(1, len(stages)) if stages[i].count < stages[i - 1].count]
    return min(losing, key=lambda i: stages[i].count / stages[i - 1].count, default=None)


def draw_funnel(stages: Sequence[Tally]) -> Markup:
    """Centred bars from stage to stage, the tightest step in gold; at the right what part came on from the stage before."""
    left, right, row, head, most = 138, 74, 19.5, 12, max((stage.count for stage in stages), default=0) or 1
    room, middle, tightest = WIDTH - left - right, left + (WIDTH - left - right) / 2, tightest_step(stages)
    parts = [write_at(WIDTH, 7, "dari tahap sebelumnya", size=6.5, fill=QUIET, anchor="end")] if len(stages) > 1 else []
    for index, stage in enumerate(stages):
        y, width, number = head + index * row, room * stage.count / most, format_number(stage.count)
        parts.append(write_at(0, y + 11.5, fit_label(stage.label, left - 10, 8)))
        parts.append(bar(left, y + 8.3, room, 0.4, MIST))
        fill = TEAL if index == 0 else GOLD if index == tightest else LEAF
        parts.append(bar(middle - width / 2, y + 1, width, row - 4.5, fill))
        if width > 34:
            parts.append(write_at(middle, y + 11.5, number, fill="#ffffff" if index == 0 else INK, anchor="middle", bold=True))
        else:
            parts.append(bar(middle + width / 2 + 2, y + 3.5, width_in_em(number, SANS) * 8 + 4, 10, "#ffffff"))
            parts.append(write_at(middle + width / 2 + 4, y + 11.5, number, bold=True))
        if index:
            part = format_percent(stage.count, stages[index - 1].count)
            parts.append(write_at(WIDTH, y + 11.5, part, fill=INK if index == tightest else QUIET, anchor="end", bold=index == tightest))
    spoken = "; ".join(f"{stage.label} {format_number(stage.count)}" for stage in stages)
    return drawing(f"Corong tahap: {spoken}", head + len(stages) * row, parts)


def draw_months(months: Sequence[Tally]) -> Markup:
    """Columns of months, the fullest one in gold, each with its number on top."""
    height, foot, head = 104, 16, 14
    most = max((month.count for month in months), default=0) or 1
    step = WIDTH / max(len(months), 1)
    wide = min(step * 0.62, 34)
    parts = [bar(0, height - foot, WIDTH, 0.6, QUIET)]
    for index, month in enumerate(months):
        tall, middle = (height - foot - head) * month.count / most, step * (index + 0.5)
        if month.count:
            top = height - foot - max(tall, 0.8)
            parts.append(bar(middle - wide / 2, top, wide, max(tall, 0.8), GOLD if month.count == most else LEAF))
            parts.append(write_at(middle, top - 4, format_number(month.count), size=7.5, anchor="middle", bold=month.count == most))
        parts.append(write_at(middle, height - 4, fit_label(month.label, step - 2, 7.5), size=7.5, fill=QUIET, anchor="middle"))
    spoken = "; ".join(f"{month.label} {format_number(month.count)}" for month in months)
    return drawing(f"Usulan per bulan: {spoken}", height, parts)


def draw_units(units: Sequence[UnitLine]) -> Markup:
    """Bars of the units with most ideas: submitted pale, of these adopted darker, of these awarded gold."""
    shown = sorted(units, key=lambda unit: -unit.submitted)[:MOST_UNITS]
    left, right, row, most = 170, 34, 15.5, max((unit.submitted for unit in shown), default=0) or 1
    room = WIDTH - left - right
    parts = []
    for index, unit in enumerate(shown):
        y = index * row
        parts.append(write_at(0, y + 10, fit_label(unit.name, left - 10, 8)))
        for count, fill in ((unit.submitted, MIST), (unit.adopted, LEAF), (unit.awarded, GOLD)):
            parts.append(bar(left, y + 2, room * count / most, row - 5, fill))
        parts.append(write_at(left + room * unit.submitted / most + 5, y + 10, format_number(unit.submitted), bold=True))
    spoken = "; ".join(
        f"{unit.name}: {unit.submitted} usulan, {unit.adopted} ditetapkan, {unit.awarded} diberi penghargaan" for unit in shown
    )
    return drawing(f"Usulan per unit: {spoken}", max(len(shown) * row, 12), parts)
