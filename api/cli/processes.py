"""`gagas api` and `gagas relay`: single processes, for machines where something else starts and watches them."""

import asyncio
import logging
import os
from collections.abc import Callable

import typer
from rich.console import Console
from sqlalchemy.exc import DBAPIError

from models.database import Database, database
from models.migrations import OtherSchema, require_newest_schema
from models.restoring import HalfRestored, require_restored
from models.settings import settings

console = Console()
STOP_SECONDS = 5


def api() -> None:
    """Serve the API and the pages at GAGAS_HOST and GAGAS_PORT, alone; as many processes as there are cores, behind a proxy."""
    import uvicorn

    from api.connections import LimitedConnection

    require_schema()
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
    require_schema()
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
    asyncio.run(run_relay())


def require_schema(open_store: Callable[[], Database] = database) -> None:
    """Say what to do about a database of another release, one half restored, or one that does not answer, and end."""
    try:
        require_restored(settings().data)  # before the database is opened, which makes its file
        require_newest_schema(open_store())
    except (OtherSchema, HalfRestored) as other:
        console.print(f"[red]Not started.[/] {other}", soft_wrap=True)
        raise typer.Exit(1) from None
    except DBAPIError:
        console.print("[red]Not started.[/] The database does not answer; `gagas doctor` says more.")
        raise typer.Exit(1) from None


def ask_for_prefect() -> None:
    """Without an address Prefect would start a server of its own that nobody else sees: say so and end."""
    if not os.environ.get("PREFECT_API_URL"):
        console.print("[red]Where is Prefect's server?[/] export PREFECT_API_URL=http://127.0.0.1:4200/api")
        raise typer.Exit(1)
