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

from models.settings import settings
from workflows.delivery.prefect_server import prefect_environment, renew_password
from workflows.delivery.prefect_watch import PrefectWatch

STOP_SECONDS, PREFECT_STOP_SECONDS = 4.0, 0.7
API_SECONDS = 180.0  # two machines that start at once on two cores were seen to take more than a minute
PR_SET_PDEATHSIG = 1
LOOPBACK = "127.0.0.1"
FIRST_PAUSE_SECONDS, LONG_LIFE_SECONDS = 0.2, 300.0  # a start alone may take a minute on a busy machine


@dataclass
class Child:
    """A process under watch: its command, its own environment, how often it was started, and when it may be started again."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    longest_pause: float = 2.0  # seconds between its end and its next start, when it has ended time and again
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    short_lives: int = 0
    began: float = 0.0
    not_before: float | None = None  # monotonic seconds; None while it runs

    @property
    def has_ended(self) -> bool:
        """Whether it was started and runs no more."""
        return self.process is not None and self.process.poll() is not None

    @property
    def pid(self) -> int:
        """Its number; 0 where it was never started."""
        return self.process.pid if self.process is not None else 0

    def kill(self) -> None:
        """End it at once, if it runs."""
        if self.process is not None:
            self.process.kill()

    def put_off(self) -> float:
        """Note its end; answers the seconds until it is started again, twice as many after each short life."""
        present = time.monotonic()
        self.short_lives = 0 if present - self.began > LONG_LIFE_SECONDS else self.short_lives + 1
        pause: float = min(FIRST_PAUSE_SECONDS * 2 ** max(self.short_lives - 1, 0), self.longest_pause)
        self.not_before = present + pause
        return pause


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
        renew_password(folder)
        self.children = self._children(port, prefect_port, public)
        self.prefect = PrefectWatch(folder, self.addresses.prefect, self.children[0], report)
        self.stopping = False

    def start(self) -> None:
        """Start every process and wait until API and Prefect answer; raises TimeoutError when the API does not.

        Without Prefect people submit and decide all the same, and what follows waits: it is waited for until it has ended once.
        """
        for child in self.children:
            self._spawn(child)
        if not self._await(lambda: answers(f"{self._local_api()}/api/v1/health"), API_SECONDS):
            raise TimeoutError(f"API did not answer at {self._local_api()}; see {self.folder / 'logs'}")
        prefect = self.children[0]
        if not self._await(lambda: answers(f"{self.addresses.prefect}/health") or prefect.short_lives > 0, 120) or prefect.short_lives:
            self.report(f"Prefect does not answer; what is to follow waits. See {self.folder / 'logs'}")

    def watch(self) -> None:
        """Restart what dies or, being Prefect, does not do its work, until told to stop by a signal."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: setattr(self, "stopping", True))
        self.prefect.start()
        while not self.stopping:
            self.restart_dead()
            time.sleep(0.2)

    def restart_dead(self) -> None:
        """Start again each process that ended by itself, after a pause that grows while its lives are short."""
        for child in self.children:
            if not child.has_ended:
                continue
            if child.not_before is None:
                pause = child.put_off()
                code = child.process.returncode if child.process is not None else 0
                self.report(f"{child.name} ended with {code}; starting it again" + (f" in {pause:.0f} s" if pause >= 1 else ""))
            elif time.monotonic() >= child.not_before:
                self._spawn(child)

    def stop(self) -> None:
        """End every process within four seconds, asked first and killed last; Prefect goes after those whose runs it keeps."""
        self.stopping = True
        self.prefect.stop()
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
        prefect = [*uvicorn, "workflows.delivery.prefect_server:prefect_app", "--host", LOOPBACK, "--port", str(prefect_port)]
        api = [*uvicorn, "api.app:create_app", "--host", settings().host, "--port", str(port), "--timeout-graceful-shutdown", "2"]
        api += ["--http", "api.connections:LimitedConnection", "--ws", "none"]
        return [
            Child("Prefect", prefect, ours, longest_pause=15.0),
            Child("API", api, ours),
            Child("relay", [sys.executable, "-m", "workflows.delivery.processes"], ours),
        ]

    def _spawn(self, child: Child) -> None:
        if child is self.children[0]:
            self.prefect.prepare_start()
        child.starts, child.began, child.not_before = child.starts + 1, time.monotonic(), None
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
                preexec_fn=die_with_parent,
            )

    def _local_api(self) -> str:
        command = self.children[1].command
        return f"http://{settings().host}:{command[command.index('--port') + 1]}"

    def _await(self, happened: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.stopping:
            self.restart_dead()
            if happened():
                return True
            time.sleep(0.1)
        return False


def answers(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


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


def die_with_parent() -> None:
    """Let a process that was just made end with the one that made it, also where that is killed; only Linux can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def run_relay() -> None:
    """The relay's process, until SIGTERM; runs under way are finished first. With a work pool, runs go to its workers."""
    from prefect.context import AsyncClientContext, SyncClientContext

    from models.database import database
    from workflows.adapters.files import sweep_drafts
    from workflows.delivery.beat import ask_prefect
    from workflows.delivery.deployment import PoolStarter
    from workflows.delivery.relay import Relay, start_in_process

    sweep_drafts(settings().documents)
    relay = Relay(database(), PoolStarter() if settings().work_pool else start_in_process, ask_prefect)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, relay.stop)
    with SyncClientContext():  # every run uses these two clients: to make one is a third of what a small run costs
        async with AsyncClientContext():
            await relay.run()


if __name__ == "__main__":
    asyncio.run(run_relay())
