"""Starts and watches the processes of one machine: Prefect server, API, relay."""

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.settings import settings

STOP_SECONDS, PREFECT_STOP_SECONDS = 4.0, 0.7
PREFECT_RUNS_KEPT_SECONDS = 30 * 86_400
PREFECT_SERVICES_UNUSED = (  # they look after schedules, workers and automations, of which one machine has none
    *("SCHEDULER", "LATE_RUNS", "FOREMAN", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP", "CLEANUP_RECONCILER", "REPOSSESSOR"),
    "TRIGGERS",
)
PR_SET_PDEATHSIG = 1
LOOPBACK = "127.0.0.1"


@dataclass
class Child:
    """A process under watch: its command, its own environment, and how often it was started."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0


@dataclass(frozen=True)
class Addresses:
    """Where a running Gagas is found."""

    pages: str
    api: str
    prefect: str


class LocalProcesses:
    """The three processes of `gagas serve`: started in order, restarted when they die, stopped together."""

    def __init__(self, folder: Path, report: Callable[[str], None]) -> None:
        self.folder, self.report = folder, report
        port = settings().port or free_port(settings().host)
        prefect_port = settings().prefect_port or free_port(LOOPBACK)
        public = settings().public_url or f"http://{settings().host}:{port}"
        self.addresses = Addresses(public, f"{public}/api/v1", f"http://{LOOPBACK}:{prefect_port}/api")
        self.children = self._children(port, prefect_port, public)
        self.stopping = False

    def start(self) -> None:
        """Start every process and wait until each answers; raises TimeoutError naming the one that does not."""
        for child in self.children:
            self._spawn(child)
        self._await("Prefect", f"{self.addresses.prefect}/health", 120)
        self._await("API", f"{self._local_api()}/api/v1/health", 60)

    def watch(self) -> None:
        """Restart what dies until told to stop by a signal."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: setattr(self, "stopping", True))
        while not self.stopping:
            self.restart_dead()
            time.sleep(0.2)

    def restart_dead(self) -> None:
        """Start again each process that ended by itself."""
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self.report(f"{child.name} ended with {child.process.returncode}; starting it again")
                time.sleep(min(child.starts, 10) * 0.2)
                self._spawn(child)

    def stop(self) -> None:
        """End every process within four seconds, asked first and killed last; Prefect goes after those whose runs it keeps."""
        self.stopping = True
        until = time.monotonic() + STOP_SECONDS
        _stop_processes(self.children[1:], until - PREFECT_STOP_SECONDS)
        _stop_processes(self.children[:1], until)

    def _children(self, port: int, prefect_port: int, public: str) -> list[Child]:
        ours = {
            "GAGAS_PUBLIC_URL": public,
            "GAGAS_PORT": str(port),
            "GAGAS_WORK_POOL": "",  # here the relay runs the flows itself; a pool's parts are started one by one
            "PREFECT_API_URL": self.addresses.prefect,
            **prefect_environment(self.folder),
        }
        uvicorn = [sys.executable, "-m", "uvicorn", "--log-level", "warning", "--no-server-header", "--factory"]
        prefect = [*uvicorn, "workflows.delivery.processes:prefect_app", "--host", LOOPBACK, "--port", str(prefect_port)]
        api = [*uvicorn, "api.app:create_app", "--host", settings().host, "--port", str(port), "--timeout-graceful-shutdown", "2"]
        return [
            Child("Prefect", prefect, ours),
            Child("API", api, ours),
            Child("relay", [sys.executable, "-m", "workflows.delivery.processes"], ours),
        ]

    def _spawn(self, child: Child) -> None:
        child.starts += 1
        logs = self.folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / f"{child.name.lower()}.log").open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                env={**os.environ, **child.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which stops them in order
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    def _local_api(self) -> str:
        command = self.children[1].command
        return f"http://{settings().host}:{command[command.index('--port') + 1]}"

    def _await(self, name: str, url: str, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.stopping:
            self.restart_dead()
            try:
                if httpx.get(url, timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise TimeoutError(f"{name} did not answer at {url}; see {self.folder / 'logs'}")


def prefect_environment(folder: Path) -> dict[str, str]:
    """What keeps Prefect quiet, local and on JSON: its own folder, no analytics, no surprise server of its own."""
    home = (folder / "prefect").absolute()
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # it is the same installation, and may be away when the relay starts
        "PREFECT_SERVER_UI_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # some 3,000 runs of the clock a day
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(PREFECT_RUNS_KEPT_SECONDS),
        **{f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false" for service in PREFECT_SERVICES_UNUSED},
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def prefect_app() -> ASGIApp:
    """Prefect's server. Two writers meet in its SQLite and one is sent away: it may come back at once, and not in two seconds."""
    from prefect.server.api.server import create_app

    app = create_app()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 503:
                message["headers"] = [*message["headers"], (b"retry-after", b"0.1")]
            await send(message)

        await app(scope, receive, answer if scope["type"] == "http" else send)

    return serve


def free_port(host: str) -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _stop_processes(children: list[Child], until: float) -> None:
    running = [child.process for child in children if child.process is not None and child.process.poll() is None]
    for process in running:
        process.send_signal(signal.SIGTERM)
    for process in running:
        try:
            process.wait(max(until - time.monotonic(), 0.01))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def run_relay() -> None:
    """The relay's process, until SIGTERM; runs under way are finished first. With a work pool, runs go to its workers."""
    from prefect.context import AsyncClientContext, SyncClientContext

    from models.database import database
    from workflows.adapters.files import sweep_drafts
    from workflows.delivery.deployment import PoolStarter
    from workflows.delivery.relay import Relay, start_in_process

    sweep_drafts(settings().documents)
    relay = Relay(database(), PoolStarter() if settings().work_pool else start_in_process)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, relay.stop)
    with SyncClientContext():  # every run uses these two clients: to make one is a third of what a small run costs
        async with AsyncClientContext():
            await relay.run()


if __name__ == "__main__":
    asyncio.run(run_relay())
