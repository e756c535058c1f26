"""Prefect's local server: its surroundings and its password, whether it does its work, and a damaged database set aside.

Nothing of Gagas' own lies in its database: what was done stands in ours, and what was not waits in the outbox. So a database that Prefect
cannot use is renamed and kept for whoever wants to look at it, and the server begins with an empty one.
"""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.ids import new_secret
from models.instants import wall_now

RUNS_KEPT_SECONDS = 30 * 86_400
SERVICES_UNUSED = (  # they look after schedules, workers and automations, of which one machine has none
    *("SCHEDULER", "LATE_RUNS", "FOREMAN", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP", "CLEANUP_RECONCILER", "REPOSSESSOR"),
    "TRIGGERS",
)
USER = "gagas"
PROBE_SECONDS = 10.0
FILES = ("prefect.db", "prefect.db-wal", "prefect.db-shm")


def prefect_environment(folder: Path) -> dict[str, str]:
    """What keeps Prefect quiet, local, locked and on JSON: its own folder and password, no foreign page, no analytics, no second server."""
    home = (folder / "prefect").absolute()
    password = f"{USER}:{read_password(folder)}"
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / FILES[0]}",
        "PREFECT_SERVER_API_AUTH_STRING": password,
        "PREFECT_API_AUTH_STRING": password,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": "",  # its own pages need no leave, and no other page gets one
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # it is the same installation, and may be away when the relay starts
        "PREFECT_CLIENT_MAX_RETRIES": "4",  # it waits twice as long before each: with one more, a minute after the server is back
        "PREFECT_API_REQUEST_TIMEOUT": "20",
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",  # no flow uses one, and four of ten seconds of a first start are theirs
        "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",  # nor need each start ask whether they have changed
        "PREFECT_SERVER_UI_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # some 3,000 runs of the clock a day
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(RUNS_KEPT_SECONDS),
        **{f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false" for service in SERVICES_UNUSED},
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def prefect_app() -> ASGIApp:
    """Prefect's server. Who is sent away from a busy database all the same may come back at once, and not in two seconds.

    Before it takes its first request, its database is kept as a blank one, if it is new.
    """
    from prefect.server.api.server import create_app

    from workflows.delivery.prefect_blank import keep_blank
    from workflows.delivery.prefect_database import find_file, wait_for_writers

    wait_for_writers()
    app, database = create_app(), find_file()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 503:
                message["headers"] = [*message["headers"], (b"retry-after", b"0.1")]
            if message["type"] == "lifespan.startup.complete" and database is not None:
                await asyncio.to_thread(keep_blank, database)
            await send(message)

        await app(scope, receive, answer)

    return serve


def read_password(folder: Path) -> str:
    """The password of the server's port, kept in a file that only its owner reads; made where there is none."""
    file = password_file(folder)
    with suppress(OSError):
        if kept := file.read_text().strip():
            return kept
    renew_password(folder)
    return file.read_text().strip()


def renew_password(folder: Path) -> None:
    """Make another password: who had the old one has nothing from the next start on."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = password_file(folder).with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{new_secret()}\n")
    draft.replace(password_file(folder))


def password_file(folder: Path) -> Path:
    """Where the password lies, for whoever wants to see Prefect's pages."""
    return folder / "prefect-password"


def does_its_work(url: str, password: str) -> bool:
    """Whether the server answers what its database must be read and written for; its health route answers without one."""
    try:
        with httpx.Client(base_url=url, auth=(USER, password), timeout=PROBE_SECONDS) as client:
            written = client.post("/flows/", json={"name": "clock"})
            return written.is_success and client.post("/flow_runs/count", json={}).is_success
    except httpx.HTTPError:
        return False


def is_damaged(folder: Path) -> bool:
    """Whether SQLite cannot read the database whole, or what lies in its place is none; a missing one is only new."""
    home = folder / "prefect"
    database = home / FILES[0]
    if not database.exists():
        return home.exists() and not home.is_dir()
    return not is_sound(database)


def is_sound(database: Path) -> bool:
    """Whether SQLite reads a database whole, as far as can be told: one that somebody else holds is taken for sound."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=PROBE_SECONDS)) as connection:
            return [row[0] for row in connection.execute("PRAGMA quick_check(1)")] == ["ok"]
    except sqlite3.Error as fault:
        return fault.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def move_damaged(folder: Path, instant: datetime | None = None) -> Path:
    """Rename the database and what belongs to it, so that the server begins with an empty one; answers where it lies now.

    Raises OSError when the folder cannot be written.
    """
    home = folder / "prefect"
    kept = folder / f"prefect-damaged-{instant or wall_now():%Y%m%dT%H%M%S.%f}"
    if not home.is_dir():
        home.rename(kept)
        return kept
    kept.mkdir(mode=0o700)
    for name in FILES:
        if (home / name).exists():
            shutil.move(home / name, kept / name)
    return kept
