"""`gagas demo`: the whole way of an idea, on sample data, through a real server."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.found import FirstDay, found
from api.cli.serve import examine_or_exit, use_folder
from models.database import database
from models.people import EmploymentKind
from workflows.delivery.processes import LocalProcesses
from workflows.region.people import NewPerson, NewUnit

console = Console()


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the result; an earlier demo in it is replaced.")] = Path("out/demo"),
    until: Annotated[str | None, typer.Option(help="Stop the story at this stage, such as in_review, to go on by hand.")] = None,
) -> None:
    """Play two calls through HTTP, months in a minute, and leave receipts, letters, certificates, reports and a manifest."""
    from examples.demo.cast import founding_admins
    from examples.demo.play import empty_folder, play
    from examples.demo.theatre import StoryBroken, surroundings

    empty_folder(out)
    clock = f"test:{(out / 'demo-clock.txt').absolute()}"
    with surroundings(GAGAS_CLOCK=clock, GAGAS_PORT="0", GAGAS_PREFECT_PORT="0", GAGAS_TICK_SECONDS="0.3", GAGAS_POLL_SECONDS="0.05"):
        use_folder(out)
        examine_or_exit()
        first, second = founding_admins()
        admins = (
            NewPerson(first["name"], first["employee_number"], EmploymentKind(first["kind"]), "KBDG", position="Admin"),
            NewPerson(second["name"], second["employee_number"], EmploymentKind(second["kind"]), "KBDG", position="Admin"),
        )
        codes = found(FirstDay(NewUnit("KBDG", "Pemerintah Kota Bandung", "city", ""), admins))
        processes = LocalProcesses(out.absolute(), lambda line: console.print(f"[yellow]{line}[/]"))
        try:
            processes.start()
            play(out, codes, processes.addresses, until, console)
        except StoryBroken as broken:
            console.print(f"[red]The story broke:[/] {broken}")
            raise typer.Exit(1) from broken
        finally:
            processes.stop()
            database().close()
    console.print(f"\nEverything lies in [bold]{out}[/]. Open it again with [bold]gagas serve --data {out}[/];")
    console.print("accounts.csv there says who can sign in.")
