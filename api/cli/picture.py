"""Draws the process as a picture from its tables."""

from html import escape

from workflows.process import ways
from workflows.process.ways import Kind, Stage, Transition, Way

WIDTH, ROW, TOP, BOX = 1410, 84, 96, (148.0, 38.0)
COLUMNS = {"left": 112, "main": 410, "right": 760, "award": 1000, "far": 1300, "document": 1000}  # where a table's place lies
MAIN, LEFT, RIGHT, AWARD = (COLUMNS[name] for name in ("main", "left", "right", "award"))
BANDS = (("intake", -0.45, 3.5), ("review", 3.5, 7.1), ("pilot", 7.1, 11.1))
STYLE = """
text{font-family:'Plus Jakarta Sans','Segoe UI',sans-serif;fill:#12332f}.stage{font-size:13px;font-weight:600;text-anchor:middle}
.act{font-size:11px;fill:#3d5a55;paint-order:stroke;stroke:#faf6ea;stroke-width:4px}.flow{fill:#9a6b12}.band{font-size:12px;letter-spacing:.18em;fill:#8a7b5a}.title{font-size:19px;font-weight:700}
rect.box{fill:#fffdf6;stroke:#1d5a52;stroke-width:1.4}rect.end{fill:#eef3ec}path{fill:none;stroke:#1d5a52;stroke-width:1.3}
path.auto{stroke:#b98a2b;stroke-dasharray:5 3}
"""
TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">'
    '<path d="M0 0L8 4L0 8z" style="fill:#1d5a52;stroke:none"/></marker></defs>'
)


def draw_process() -> str:
    """The SVG: green arrows are people's steps with who takes them, dashed golden ones are moved by a flow."""
    height = TOP + int(11.8 * ROW)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"><title>The process of Gagas</title>',
        f"<style>{STYLE}</style>",
        TIP,
        f'<rect width="{WIDTH}" height="{height}" fill="#faf6ea"/>',
        '<text class="title" x="28" y="40">An idea’s way</text>',
        f'<text class="title" x="{AWARD - 74}" y="{_y(5.2)}">An award’s way</text>',
        f'<text class="title" x="{AWARD - 74}" y="{_y(0.2)}">A document’s way</text>',
        '<text class="act" x="28" y="62">→ a person decides (and who)</text><text class="act flow" x="210" y="62">⇢ ⚙ a flow moves</text>',
        '<text class="act" x="360" y="62">withdraw (proposer): from any stage before recommended</text>',
    ]
    parts += [_band(*band) for band in BANDS]
    drawn = (ways.IDEA, ways.AWARD, ways.DOCUMENT)
    parts += [_arrows(way) for way in drawn]
    parts += [_box(stage) for way in drawn for stage in way.stages.values() if stage.place]
    return "\n".join([*parts, "</svg>\n"])


def _y(row: float) -> float:
    return TOP + row * ROW


def _band(name: str, first: float, last: float) -> str:
    line = f'<path d="M28 {_y(last):.0f}H{RIGHT + 90}" style="stroke:#d9cfb4;stroke-width:1"/>'
    return f'{line}<text class="band" x="28" y="{_y(first) + 30:.0f}">{name.upper()}</text>'


def _place(stage: Stage) -> tuple[int, float]:
    """Where a stage lies: the middle of its column, and its row."""
    column, _, row = stage.place.partition("/")
    return COLUMNS[column], float(row)


def _box(stage: Stage) -> str:
    x, row = _place(stage)
    kind = "box end" if stage.kind in (Kind.END, Kind.DECIDED) else "box"
    rect = f'<rect class="{kind}" x="{x - BOX[0] / 2}" y="{_y(row) - BOX[1] / 2}" width="{BOX[0]}" height="{BOX[1]}" rx="19"/>'
    return f'{rect}<text class="stage" x="{x}" y="{_y(row) + 4.5}">{escape(stage.name.replace("_", " "))}</text>'


def _arrows(way: Way) -> str:
    grouped: dict[tuple[str, str], list[Transition]] = {}
    for transition in way.transitions:
        ends = transition.stage, transition.target
        if all(end and way.stages[end].place for end in ends) and transition.stage != transition.target:
            grouped.setdefault((str(transition.stage), str(transition.target)), []).append(transition)
    return "\n".join(_arrow(way.stages[start], way.stages[end], steps) for (start, end), steps in grouped.items())


def _words(steps: list[Transition]) -> tuple[str, bool]:
    auto = all(step.who is None for step in steps)
    outcomes = [step.outcome for step in steps if step.outcome]
    action = steps[0].action.replace("_", " ")
    said = f"{action}: {' / '.join(outcomes)}".replace("_", " ") if outcomes else action
    return (f"⚙ {said}" if auto else f"{said} · {str(steps[0].who).replace('_', ' ')}"), auto


def _arrow(start: Stage, end: Stage, steps: list[Transition]) -> str:
    (x1, r1), (x2, r2) = _place(start), _place(end)
    words, auto = _words(steps)
    y1, y2, half_w, half_h = _y(r1), _y(r2), BOX[0] / 2, BOX[1] / 2
    if x1 == LEFT and x2 == RIGHT:  # would cross the main way: written beside the stage
        return f'<text class="act flow" x="{x1}" y="{y1 + 34}" text-anchor="middle">{escape(words)} → {escape(end.name)}</text>'
    if x1 != x2:
        return _sideways((x1, y1), (x2, y2), words, auto)
    if abs(r2 - r1) <= 1.5:
        down = 1 if r2 > r1 else -1
        shift = 0 if down == 1 else -44
        path = f"M{x1 + shift} {y1 + down * half_h}L{x2 + shift} {y2 - down * (half_h + 2)}"
        place, anchor = (x1 + 9, "start") if down == 1 else (x1 + shift + 8, "start") if x1 == LEFT else (x1 + shift - 9, "end")
        return _line(path, auto) + _label(place, (y1 + y2) / 2 + 4, words, auto, anchor)
    side = -1 if auto and x1 == MAIN else 1
    bend, lift = x1 + side * (half_w + 52), y1 + (y2 - y1) * (0.3 if auto else 0.5) if x1 == MAIN else y1 + 26
    path = f"M{x1 + side * half_w} {y1 + 6}C{bend} {y1 + 20} {bend} {y2 - 20} {x2 + side * (half_w + 2)} {y2 - 6}"
    near = bend - 8 if side == 1 and x1 == MAIN else bend - 26 if side == 1 else bend + 2
    return _line(path, auto) + _label(near, lift + 4, words, auto, anchor="start" if side == 1 else "end")


def _sideways(start: tuple[float, float], end: tuple[float, float], words: str, auto: bool) -> str:
    (x1, y1), (x2, y2), half = start, end, BOX[0] / 2
    right = 1 if x2 > x1 else -1
    lift = 7 * (1 if x2 > x1 else -1) if y1 == y2 else 0
    path = f"M{x1 + right * half} {y1 - lift}L{x2 - right * (half + 2)} {y2 - lift}"
    share = 0.3 if x1 == LEFT and y1 != y2 else 0.5 if abs(y2 - y1) <= ROW else 0.62  # where two cross, each is named near its start
    place = (x1 + (x2 - x1) * share, y1 + (y2 - y1) * share - lift + (-6 if right == 1 else 16))
    return _line(path, auto) + _label(*place, words, auto, anchor="middle")


def _line(path: str, auto: bool) -> str:
    return f'<path d="{path}" class="{"auto" if auto else "step"}" marker-end="url(#tip)"/>'


def _label(x: float, y: float, words: str, auto: bool, anchor: str = "start") -> str:
    kind = "act flow" if auto else "act"
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'
