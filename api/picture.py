"""Draws the process as a picture from its tables: as it is, or as a policy leaves it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape

from models.policy import Policy
from models.waits import Wait
from workflows.process import ways
from workflows.process.guards import is_in_policy
from workflows.process.reach import walk
from workflows.process.ways import Kind, Relation, Stage, Transition, Way

WIDTH, ROW, TOP, BOX = 1410, 84, 96, (148.0, 38.0)
COLUMNS = {"left": 112, "main": 410, "right": 760, "award": 1000, "far": 1300, "document": 1000}  # where a table's place lies
MAIN, LEFT, RIGHT, AWARD = (COLUMNS[name] for name in ("main", "left", "right", "award"))
LONGEST_NAME = 19  # letters that fit into a box as they are
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


ENGLISH = {
    "title": "The process of Gagas",
    "idea": "An idea’s way",
    "award": "An award’s way",
    "document": "A document’s way",
    "person": "a person decides (and who)",
    "flow": "a flow moves",
    "withdraw": "withdraw (proposer): from any stage before recommended",
}


def _without_underscores(code: object) -> str:
    return str(code).replace("_", " ")


@dataclass(frozen=True)
class Drawing:
    """How the process is drawn: its words, and the policy that leaves stages out, gives steps to others, sets days and adds gates.

    `days` says how long a wait may last, `gate` what a gate is called.
    """

    policy: Policy | None = None
    say: Callable[[object], str] = _without_underscores
    texts: Mapping[str, str] = field(default_factory=lambda: ENGLISH)
    days: Callable[[Wait], str] = str
    gate: Callable[[object], str] = str

    def limit(self, way: Way) -> Way:
        """A way as the policy leaves it."""
        if self.policy is None:
            return way
        policy, reached = self.policy, walk(way, self.policy).stages
        steps = [step for step in way.transitions if is_in_policy(step, policy) and (step.stage is None or step.stage in reached)]
        return Way(way.name, {name: stage for name, stage in way.stages.items() if name in reached}, tuple(steps))

    def mover(self, step: Transition) -> str:
        """Who takes a step."""
        moved = self.policy.movers.get(step.action) if self.policy and step.relation == Relation.SCOPE else None
        return self.say(moved or step.who)

    def days_of(self, stage: Stage) -> str:
        """How long a stage may take under the policy; nothing where there is none or it has no days."""
        if self.policy is None or not stage.days or stage.kind == Kind.END:
            return ""
        return self.days(self.policy.days.get(stage.days)) if hasattr(self.policy.days, stage.days) else ""

    def gates_of(self, stage: Stage) -> list[str]:
        """The gates that a stage has under the policy."""
        return (
            [f"{self.gate(gate)} · {self.say(gate.role)}" for gate in self.policy.gates if gate.stage == stage.name] if self.policy else []
        )


PLAIN = Drawing()


@dataclass(frozen=True)
class StageLine:
    """A stage as a line of text: its name, the step that is awaited there with who takes it, its days, its gates with who passes each."""

    name: str
    awaited: str
    days: str
    gates: tuple[str, ...]


def list_lines(drawing: Drawing) -> list[tuple[str, list[StageLine]]]:
    """What the picture draws, for whoever cannot see it or has no room for it: by the name of each way its stages, in the table's order."""
    drawn = [(way.name, drawing.limit(way)) for way in (ways.IDEA, ways.AWARD, ways.DOCUMENT)]
    return [(drawing.texts[name], [_describe(drawing, way, stage) for stage in way.stages.values() if stage.place]) for name, way in drawn]


def _describe(drawing: Drawing, way: Way, stage: Stage) -> StageLine:
    steps = [step for step in way.transitions if step.stage == stage.name]
    asked = next((step for step in steps if step.action == stage.awaits and step.who is not None), None)
    moves = any(step.who is None and step.target not in (None, stage.name) for step in steps)
    awaited = f"{drawing.say(asked.action)} · {drawing.mover(asked)}" if asked else drawing.texts["flow"] if moves else ""
    return StageLine(drawing.say(stage.name), awaited, drawing.days_of(stage), tuple(drawing.gates_of(stage)))


def draw_process(drawing: Drawing = PLAIN) -> str:
    """The SVG: green arrows are people's steps with who takes them, dashed golden ones are moved by a flow."""
    height = TOP + int(11.8 * ROW)
    texts = {name: escape(text, quote=False) for name, text in drawing.texts.items()}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"><title>{texts["title"]}</title>',
        f"<style>{STYLE}</style>",
        TIP,
        f'<rect width="{WIDTH}" height="{height}" fill="#faf6ea"/>',
        f'<text class="title" x="28" y="40">{texts["idea"]}</text>',
        f'<text class="title" x="{AWARD - 74}" y="{_y(5.2)}">{texts["award"]}</text>',
        f'<text class="title" x="{AWARD - 74}" y="{_y(0.2)}">{texts["document"]}</text>',
        f'<text class="act" x="28" y="62">→ {texts["person"]}</text><text class="act flow" x="210" y="62">⇢ ⚙ {texts["flow"]}</text>',
        f'<text class="act" x="360" y="62">{texts["withdraw"]}</text>',
    ]
    parts += [_band(drawing, *band) for band in BANDS]
    drawn = [drawing.limit(way) for way in (ways.IDEA, ways.AWARD, ways.DOCUMENT)]
    parts += [_arrows(drawing, way) for way in drawn]
    parts += [_box(drawing, stage) for way in drawn for stage in way.stages.values() if stage.place]
    return "\n".join([*parts, "</svg>\n"])


def _y(row: float) -> float:
    return TOP + row * ROW


def _band(drawing: Drawing, name: str, first: float, last: float) -> str:
    line = f'<path d="M28 {_y(last):.0f}H{RIGHT + 90}" style="stroke:#d9cfb4;stroke-width:1"/>'
    return f'{line}<text class="band" x="28" y="{_y(first) + 30:.0f}">{escape(drawing.say(name).upper())}</text>'


def _place(stage: Stage) -> tuple[int, float]:
    """Where a stage lies: the middle of its column, and its row."""
    column, _, row = stage.place.partition("/")
    return COLUMNS[column], float(row)


def _box(drawing: Drawing, stage: Stage) -> str:
    x, row = _place(stage)
    kind = "box end" if stage.kind in (Kind.END, Kind.DECIDED) else "box"
    rect = f'<rect class="{kind}" x="{x - BOX[0] / 2}" y="{_y(row) - BOX[1] / 2}" width="{BOX[0]}" height="{BOX[1]}" rx="19"/>'
    name, days = drawing.say(stage.name), drawing.days_of(stage)
    fitted = f' textLength="{BOX[0] - 12}" lengthAdjust="spacingAndGlyphs"' if len(name) > LONGEST_NAME else ""
    said = f'<text class="stage" x="{x}" y="{_y(row) + (-1 if days else 4.5)}"{fitted}>{escape(name)}</text>'
    said += f'<text class="act" x="{x}" y="{_y(row) + 13}" text-anchor="middle">{escape(days)}</text>' if days else ""
    for number, gate in enumerate(drawing.gates_of(stage)):
        said += f'<text class="act gate" x="{x + BOX[0] / 2 + 6}" y="{_y(row) - 12 + 13 * number}">◇ {escape(gate)}</text>'
    return rect + said


def _arrows(drawing: Drawing, way: Way) -> str:
    grouped: dict[tuple[str, str], list[Transition]] = {}
    for transition in way.transitions:
        ends = transition.stage, transition.target
        if all(end in way.stages and way.stages[end].place for end in ends if end) and all(ends) and transition.stage != transition.target:
            grouped.setdefault((str(transition.stage), str(transition.target)), []).append(transition)
    return "\n".join(_arrow(way.stages[start], way.stages[end], _words(drawing, steps), drawing) for (start, end), steps in grouped.items())


def _words(drawing: Drawing, steps: list[Transition]) -> tuple[str, bool]:
    auto = all(step.who is None for step in steps)
    named = steps[0].action  # others lead the same way too; its outcomes are told once, whoever takes it
    outcomes = dict.fromkeys(drawing.say(step.outcome) for step in steps if step.outcome and step.action == named)
    action = drawing.say(named)
    said = f"{action}: {' / '.join(outcomes)}" if outcomes and drawing.policy is None else action  # days and gates take their room
    return (f"⚙ {said}" if auto else f"{said} · {drawing.mover(steps[0])}"), auto


def _arrow(start: Stage, end: Stage, said: tuple[str, bool], drawing: Drawing) -> str:
    (x1, r1), (x2, r2) = _place(start), _place(end)
    words, auto = said
    y1, y2, half_w, half_h = _y(r1), _y(r2), BOX[0] / 2, BOX[1] / 2
    if x1 == LEFT and x2 == RIGHT:  # would cross the main way: written beside the stage
        name = escape(end.name if drawing is PLAIN else drawing.say(end.name))
        return f'<text class="act flow" x="{x1}" y="{y1 + 34}" text-anchor="middle">{escape(words)} → {name}</text>'
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
