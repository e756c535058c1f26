"""`gagas serve`: one command that runs everything on one machine."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli.doctor import State, examine
from api.cli.folder import prepare_folder
from api.cli.reindex import index_ideas
from models.database import database
from models.migrations import migrate
from models.settings import settings
from workflows.delivery.prefect_server import password_file
from workflows.delivery.processes import Addresses, LocalProcesses

console = Console()


def serve(data: Annotated[Path | None, typer.Option(help="Data folder; overrides GAGAS_DATA.")] = None) -> None:
    """Run API, relay and a local Prefect server until Ctrl-C; a doctor's look first, migrations next."""
    if data is not None:
        use_folder(data)
    follow_demo_clock()
    examine_or_exit()
    prepare_folder()
    migrate(database())
    index_ideas(database())
    processes = LocalProcesses(settings().data, lambda line: console.print(f"[yellow]{line}[/]"))
    try:
        processes.start()
        show_addresses(processes.addresses)
        processes.watch()
    except TimeoutError as late:
        console.print(f"[red]{late}[/]")
        raise typer.Exit(1) from late
    except KeyboardInterrupt:
        pass
    finally:
        processes.stop()
        console.print("Stopped; nothing is left running.")


def use_folder(data: Path) -> None:
    """Take a data folder in place of the environment's."""
    os.environ["GAGAS_DATA"] = str(data.absolute())
    settings.cache_clear()
    database.cache_clear()


def follow_demo_clock() -> None:
    """A folder that a demo left has its story's clock: go on from where the story stands."""
    clock = settings().data / "demo-clock.txt"
    if clock.exists() and not settings().clock:
        os.environ["GAGAS_CLOCK"] = f"test:{clock.absolute()}"
        settings.cache_clear()
        console.print(f"[yellow]This folder holds a demo; its clock goes on from {clock.read_text().split()[0]}.[/]")


def examine_or_exit() -> None:
    """Say what the doctor finds wrong; exit when something stops Gagas from running."""
    findings = [finding for finding in examine() if finding.state != State.OK]
    for finding in findings:
        colour = "red" if finding.state == State.FAIL else "yellow"
        console.print(f"[{colour}]{finding.name}:[/] {finding.sentence} {finding.mend}")
    if any(finding.state == State.FAIL for finding in findings):
        raise typer.Exit(1)


def show_addresses(addresses: Addresses) -> None:
    """Print where everything is."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_row("Pages", f"[bold]{addresses.pages}[/]")
    table.add_row("API", f"[bold]{addresses.api}[/]  (/api/openapi.json)")
    table.add_row("Prefect", f"[bold]{addresses.prefect.removesuffix('/api')}[/]  ({password_file(settings().data)})")
    console.print(table)
