"""A process that has imported everything once and forks API, relay, Prefect server and commands on request, with a bug or a stall in them.

Importing costs six seconds of processor time; forked, a killed process is back at once, and kills hit work instead of imports.
What runs in a fork is what `gagas serve` starts. Requests come as JSON lines on stdin; starts and ends go out on stdout.
"""

import asyncio
import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any

import prefect.server.api.server
import sqlalchemy as sa
import uvicorn

import api.app
import api.cli.main
import tests.faults.commands
import tests.faults.racer
import workflows.delivery.beat
import workflows.delivery.deployment
import workflows.delivery.relay
import workflows.documents.render
from models import instants
from models.database import database
from models.instants import today
from models.migrations import list_revisions
from models.settings import settings
from tests.faults.bugs import BUGS
from tests.faults.stall import Stall
from workflows.calculations.calendar import list_national
from workflows.calculations.words import read_text_terms
from workflows.delivery.processes import PR_SET_PDEATHSIG, run_relay

__all__ = ["api", "prefect", "workflows"]


def run_api() -> None:
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host="127.0.0.1",
        port=settings().port,
        log_level="warning",
        http="api.connections:LimitedConnection",
    )


def run_prefect() -> None:
    port = int(os.environ["PREFECT_API_URL"].split(":")[2].partition("/")[0])
    uvicorn.run("workflows.delivery.prefect_server:prefect_app", factory=True, host="127.0.0.1", port=port, log_level="warning")


LOADED_LATE = ("defusedxml.ElementTree", "fontTools.ttLib", "icalendar", "pikepdf")
KINDS: dict[str, Callable[[], None]] = {
    "api": run_api,
    "relay": lambda: asyncio.run(run_relay()),
    "prefect": run_prefect,
    "racer": tests.faults.racer.race,
    "command": tests.faults.commands.carry_out,
}


def load_what_comes_late() -> None:
    """Load what a process loads with its first word, working day, document or connection, so that no fork has to; and all migrations."""
    for name in LOADED_LATE:
        importlib.import_module(name)
    list_revisions()
    read_text_terms("gagasan")
    for year in (today().year, today().year + 1):
        list_national(year)
    for address in ("sqlite://", "postgresql+psycopg://"):
        sa.create_engine(address)  # and connects to nothing


def fork_process(wanted: dict[str, Any]) -> int:
    """Fork a process into its own session, with its own environment and log; it dies with this one. Answers its pid."""
    child = os.fork()
    if child:
        return child
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    with open(wanted["log"], "ab") as log, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    code = 1
    try:
        prepare(wanted)
        KINDS[wanted["kind"]]()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def prepare(wanted: dict[str, Any]) -> None:
    """Give this process its environment, and plant what it was asked to have."""
    os.environ.update(wanted["environment"])
    for remembered in (settings, database, instants.region_zone):
        remembered.cache_clear()
    if wanted["bug"]:
        BUGS[wanted["bug"]]()
    if wanted["stall"]:
        Stall(**wanted["stall"]).plant()


def write_line(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def report_ended() -> None:
    """Report every child that ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        write_line(ended=pid, code=os.waitstatus_to_exitcode(status))


def serve() -> None:
    """Until stdin is closed."""
    load_what_comes_late()
    gc.collect()
    gc.freeze()
    write_line(ready=True)
    waiting = b""
    while True:
        if select.select([0], [], [], 0.02)[0]:
            read = os.read(0, 65536)
            if not read:
                return
            *lines, waiting = (waiting + read).split(b"\n")
            for line in lines:
                write_line(started=fork_process(json.loads(line)))
        report_ended()


if __name__ == "__main__":
    serve()
