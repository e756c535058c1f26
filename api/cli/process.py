"""`gagas process`: the tables as text, and the picture that the README shows."""

from typing import Annotated

import typer

from api.picture import draw_process
from workflows.process import tables


def process(picture: Annotated[bool, typer.Option("--picture", help="Print the picture of the README (SVG).")] = False) -> None:
    """Print what may happen: every stage, action, outcome, target, mover and relation."""
    typer.echo(draw_process() if picture else _all_tables(), nl=not picture)


def _all_tables() -> str:
    shown = (
        *(tables.IDEA_STAGES, tables.IDEA_TRANSITIONS, tables.AWARD_STAGES),
        *(tables.AWARD_TRANSITIONS, tables.DOCUMENT_STAGES, tables.DOCUMENT_TRANSITIONS),
    )
    return "\n\n".join(table.strip() for table in shown)
