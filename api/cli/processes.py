"""`gagas api` and `gagas relay`: single processes, for machines where something else starts and watches them."""

import asyncio
import logging
import os

import typer
from rich.console import Console

from models.settings import settings

console = Console()
STOP_SECONDS = 5


def api() -> None:
    """Serve the API and the pages at GAGAS_HOST and GAGAS_PORT, alone; as many processes as there are cores, behind a proxy."""
    import uvicorn

    from api.connections import LimitedConnection

    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host=settings().host,
        port=settings().port,
        log_level="warning",
        server_header=False,
        http=LimitedConnection,
        ws="none",
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def relay() -> None:
    """Pass waiting messages to flows, alone: to the workers of GAGAS_WORK_POOL, or run here. Several relays share the work."""
    from workflows.delivery.processes import run_relay

    ask_for_prefect()
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
    asyncio.run(run_relay())


def ask_for_prefect() -> None:
    """Without an address Prefect would start a server of its own that nobody else sees: say so and end."""
    if not os.environ.get("PREFECT_API_URL"):
        console.print("[red]Where is Prefect's server?[/] export PREFECT_API_URL=http://127.0.0.1:4200/api")
        raise typer.Exit(1)
