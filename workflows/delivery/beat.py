"""The relay's sign of life: that it is there, and whether Prefect answers it; the operator's page and the doctor read it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from prefect.context import AsyncClientContext
from sqlmodel import col, update

from models.database import Database
from models.instants import wall_now
from models.outbox import ClockTick

log = logging.getLogger("gagas.relay")
BEAT_SECONDS, SILENT_SECONDS = 30.0, 5.0
PATIENCE_SECONDS = 2.0  # less than a relay is given to end

Ask = Callable[[], Awaitable[bool]]


async def beat(store: Database, prefect_answers: Ask) -> float:
    """Write down that a relay is there and, where it answers, that Prefect is; answers the seconds until the next time."""
    answered = await prefect_answers()
    await asyncio.to_thread(_write, store, answered)
    return BEAT_SECONDS if answered else SILENT_SECONDS


async def ask_prefect() -> bool:
    """Whether Prefect's server answers within a few seconds."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), AsyncClientContext.get_or_create() as context:
            return await context.client.api_healthcheck() is None
    except Exception as fault:  # however it fails: it does not answer
        log.warning("Prefect: %s", type(fault).__name__)
        return False


def _write(store: Database, answered: bool) -> None:
    present = wall_now()
    seen = {"relay_at": present, **({"prefect_at": present} if answered else {})}
    with store.unit_of_work() as session:
        session.execute(update(ClockTick).where(col(ClockTick.id) == 1).values(**seen).execution_options(synchronize_session=False))
