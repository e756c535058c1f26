"""`gagas deploy`: make the flows known to the workers of a cluster."""

import asyncio

import typer
from rich.console import Console

from models.settings import settings

console = Console()


def deploy() -> None:
    """Register the flows on the Prefect work pool that GAGAS_WORK_POOL names; once, and after every upgrade."""
    from api.cli.processes import ask_for_prefect
    from workflows.delivery.deployment import register  # brings Prefect, which takes seconds to load

    if not settings().work_pool:
        console.print("[red]There is no work pool.[/] export GAGAS_WORK_POOL=gagas; on one machine `gagas serve` needs none.")
        raise typer.Exit(1)
    ask_for_prefect()
    names = asyncio.run(register(settings().work_pool))
    console.print(f"[green]On the work pool {settings().work_pool}:[/] {', '.join(names)}")
