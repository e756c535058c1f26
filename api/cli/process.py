"""`gagas process`: the two tables as text, and the diagram that the README shows."""

from typing import Annotated

import typer

from workflows.process import AWARD_CELLS, AWARD_WAY, FLOW, IDEA_CELLS, IDEA_WAY, Cell


def process(diagram: Annotated[bool, typer.Option("--diagram", help="Print the diagrams of the README (Mermaid).")] = False) -> None:
    """Print what may happen: every stage, action, outcome, target, mover and relation."""
    typer.echo(f"{draw(IDEA_CELLS)}\n\n{draw(AWARD_CELLS)}" if diagram else f"{IDEA_WAY.strip()}\n\n{AWARD_WAY.strip()}")


def draw(cells: tuple[Cell, ...]) -> str:
    """A way as a Mermaid state diagram: one arrow per pair of stages; ⚙ marks what a flow moves."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        if cell.target is None or cell.target == "withdrawn":
            continue
        word = f"{cell.action} {cell.outcome}" if cell.outcome else cell.action
        label = f"{word} ⚙" if cell.mover == FLOW else word
        labels = arrows.setdefault((cell.stage or "[*]", cell.target), [])
        if label not in labels:
            labels.append(label)
    lines = [f"    {start} --> {target}: {' / '.join(labels)}" for (start, target), labels in arrows.items()]
    sources = {cell.stage for cell in cells if cell.target}
    ends = [cell.target for cell in cells if cell.target and cell.target not in sources and cell.target != "withdrawn"]
    lines += [f"    {end} --> [*]" for end in dict.fromkeys(ends)]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    direction LR", *lines, "```"])
