"""The ratios as bars against their targets, in the colours of the process' picture."""

from collections.abc import Sequence
from html import escape

from bench.lines import Line

WIDTH, ROW, TOP, LEFT, SCALE = 1000, 26, 76, 430, 200
STYLE = """
text{font-family:'Plus Jakarta Sans','Segoe UI',sans-serif;fill:#12332f;font-size:12px}.title{font-size:19px;font-weight:700}
.note{font-size:11px;fill:#3d5a55}.ratio{font-weight:600}.band{font-size:12px;letter-spacing:.18em;fill:#8a7b5a}
rect.met{fill:#1d5a52}rect.short{fill:#b0462b}path{stroke:#b98a2b;stroke-width:2}
"""
PAPER = "#faf6ea"
LEGEND = "length of a bar: ratio over target; where a ratio must stay below its target, target over ratio"


def draw(lines: Sequence[Line]) -> str:
    """An SVG of all lines that have a target. Each bar's length is ratio over target, so one golden line is every target."""
    drawn = [line for line in lines if line.target is not None]
    height = TOP + ROW * len(drawn) + 40
    rows = [row for place, line in enumerate(drawn) for row in _row(TOP + ROW * place, line)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            "<title>Gagas against its yardsticks</title>",
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
            '<text class="title" x="28" y="38">Gagas against its yardsticks</text>',
            f'<text class="note" x="28" y="58">{LEGEND}</text>',
            *rows,
            f'<path d="M{LEFT + SCALE} {TOP - 8}V{height - 30}"/>',
            f'<text class="note" x="{LEFT + SCALE}" y="{height - 14}" text-anchor="middle">the target</text>',
            "</svg>",
            "",
        )
    )


def _row(top: float, line: Line) -> list[str]:
    assert line.target is not None
    share = (line.target / line.ratio if line.most else line.ratio / line.target) if line.ratio else 0
    length = min(share, (WIDTH - LEFT - 130) / SCALE) * SCALE
    kind = "short" if line.verdict == "short" else "met"
    name = f"{line.name} / {line.against}"
    said = f"{line.ratio:.2f}  ({line.promise})"
    return [
        f'<text x="{LEFT - 10}" y="{top + 13}" text-anchor="end">{escape(name)}</text>',
        f'<rect class="{kind}" x="{LEFT}" y="{top}" width="{length:.1f}" height="{ROW - 9}" rx="3"/>',
        f'<text class="ratio" x="{LEFT + max(length, 0) + 8:.1f}" y="{top + 13}">{escape(said)}</text>',
    ]
