"""The table that is printed, and the same for the README."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.lines import Line

COLOURS = {"met": "green", "goal met": "bold green", "short": "bold red", "": "dim"}


def print_table(lines: Sequence[Line], console: Console) -> None:
    """One row for each line: case, ours, rival, ratio, target, verdict."""
    table = Table(title="Gagas against its yardsticks", title_justify="left", header_style="bold")
    for name in ("case", "what", "ours", "rival", "ratio", "target", "verdict"):
        table.add_column(name, justify="right" if name in ("ours", "rival", "ratio") else "left")
    case = ""
    for line in lines:
        if case and line.case != case:
            table.add_section()
        shown = "" if line.case == case else line.case
        colour = COLOURS[line.verdict]
        ours, rival = f"{show(line.ours)} {line.unit}", f"{line.against} {show(line.rival)}"
        table.add_row(shown, line.name, ours, rival, f"[{colour}]{line.ratio:.2f}[/]", line.promise, f"[{colour}]{line.verdict}[/]")
        case = line.case
    console.print(table)


def write_markdown(lines: Sequence[Line]) -> str:
    """The table for the README."""
    rows = ["| case | what | ours | rival | ratio | target | |", "|---|---|--:|--:|--:|---|---|"]
    for line in lines:
        cells = (line.case, line.name, f"{show(line.ours)} {line.unit}", f"{line.against} {show(line.rival)}", f"**{line.ratio:.2f}**")
        rows.append(f"| {' | '.join((*cells, line.promise, line.verdict))} |")
    return "\n".join(rows)


def show(value: float) -> str:
    """A figure with three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
