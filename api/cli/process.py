"""`gagas process`: the two tables as text, and the picture that the README shows."""

from typing import Annotated

import typer

from api.cli.picture import draw_process
from workflows.process.tables import AWARD_WAY, IDEA_WAY


def process(picture: Annotated[bool, typer.Option("--picture", help="Print the picture of the README (SVG).")] = False) -> None:
    """Print what may happen: every stage, action, outcome, target, mover and relation."""
    typer.echo(draw_process() if picture else f"{IDEA_WAY.strip()}\n\n{AWARD_WAY.strip()}", nl=not picture)
