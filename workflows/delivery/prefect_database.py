"""Prefect's SQLite database: each of its transactions takes the right to write when it begins, and waits for it.

Prefect begins most of them to read and writes later. Where another process of its server wrote meanwhile, SQLite refuses at once and waits
for nothing, and the server answers 503: with two relays and many events every third request that begins a run, so that five tries of one
client fail in a row, and on a slow machine nothing is done for minutes.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from prefect.server.database import dependencies
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.settings import get_current_settings
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


class WaitingSqlite(AioSqliteConfiguration):
    """SQLite of which nobody who waits is sent away."""

    @asynccontextmanager
    async def begin_transaction(
        self, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        """Begin as for a change, whatever is asked for."""
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


def wait_for_writers() -> None:
    """Let the server of this process use its SQLite database so; of PostgreSQL nothing changes."""
    url = _read_url()
    if url.startswith("sqlite"):
        dependencies.MODELS_DEPENDENCIES["database_config"] = WaitingSqlite(connection_url=url)


def find_file() -> Path | None:
    """Where the server of this process has its SQLite database; None of PostgreSQL and of one in memory."""
    url = _read_url()
    name = make_url(url).database if url.startswith("sqlite") else None
    return Path(name) if name and name != ":memory:" else None


def _read_url() -> str:
    secret = get_current_settings().server.database.connection_url
    return secret.get_secret_value() if secret is not None else ""
