"""The processes under fault: forked by a launcher, killed without warning, started again by a thread that watches them."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from models.database import Database
from tests.faults.stall import Stall
from tests.serving import ROOT
from workflows.delivery.prefect_server import prefect_environment
from workflows.delivery.prefect_watch import PrefectWatch
from workflows.delivery.processes import free_port

HANG_SECONDS = 300
KILLED = -signal.SIGKILL
BUGS_IN = ("api", "relay")  # the kinds of process that a bug is planted in
HTTP = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))  # made once: that costs more than many questions


class Launcher:
    """Forks processes of Gagas, and knows how each of them ended."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.prefect_url = folder, f"http://127.0.0.1:{free_port('127.0.0.1')}/api"
        surroundings = {**os.environ, **prefect_environment(folder), "PREFECT_API_URL": self.prefect_url, "PYTHONPATH": str(ROOT)}
        surroundings = {name: value for name, value in surroundings.items() if not name.startswith("GAGAS_")}
        surroundings |= {"GAGAS_TEST_FAULTS": "allowed", "PREFECT_SERVER_UI_ENABLED": "false"}
        self.codes: dict[int, int] = {}
        self._started: queue.Queue[int] = queue.Queue()
        self._ready = threading.Event()
        self._one_at_a_time = threading.Lock()
        with (folder / "launcher.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.faults.launcher"]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdin=pipe, stdout=pipe, stderr=log, text=True)
        threading.Thread(target=self._listen, daemon=True).start()
        if not self._ready.wait(HANG_SECONDS):
            raise TimeoutError("the launcher did not start")

    def launch(self, kind: str, log: Path, environment: dict[str, str], *, bug: str = "", stall: Stall | None = None) -> int:
        """Start a process of a kind; answers its pid."""
        wanted = {"kind": kind, "log": str(log), "environment": environment, "bug": bug, "stall": asdict(stall) if stall else None}
        with self._one_at_a_time:
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(wanted) + "\n")
            self.process.stdin.flush()
            return self._started.get(timeout=HANG_SECONDS)

    def close(self) -> None:
        """End the launcher and, with it, all it started."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            report: dict[str, Any] = json.loads(line)
            if "started" in report:
                self.codes.pop(report["started"], None)  # the number belonged to another before
                self._started.put(report["started"])
            elif "ended" in report:
                self.codes[report["ended"]] = report["code"]
            else:
                self._ready.set()


@dataclass
class Process:
    """One of the processes: its kind, its present pid, and how those before it ended."""

    kind: str
    pid: int = 0
    ends: list[int] = field(default_factory=list)
    watched: bool = True  # whether it is started again when it ends


class FaultyProcesses:
    """API, two relays and Prefect server on one database, to be killed at will; a bug goes into API and relays."""

    def __init__(self, launcher: Launcher, store: Database, folder: Path, *, bug: str = "", **environment: str) -> None:
        self.launcher, self.store, self.folder, self.bug = launcher, store, folder, bug
        self.api = f"http://127.0.0.1:{(port := free_port('127.0.0.1'))}/api/v1"
        self.environment = {
            "GAGAS_DATA": str(folder),
            "GAGAS_DATABASE_URL": store.url.render_as_string(hide_password=False),
            "GAGAS_PORT": str(port),
            "GAGAS_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "GAGAS_LEASE_SECONDS": "8",
            "GAGAS_POLL_SECONDS": "0.2",
            "GAGAS_TICK_SECONDS": "4",
            "GAGAS_BATCH_SIZE": "20",
            "GAGAS_ATTEMPTS": "1000",  # kills count as attempts; no message may be given up for them
            **environment,
        }
        self.all = {"prefect": Process("prefect"), "api": Process("api"), "relay1": Process("relay"), "relay2": Process("relay")}
        self._stopping = threading.Event()
        self._changing = threading.RLock()
        self.told: list[str] = []
        self.prefect = PrefectWatch(launcher.folder, launcher.prefect_url, _PrefectProcess(self), self.told.append)
        for name in self.all:
            self.start(name)
        self.await_health()
        threading.Thread(target=self._watch, daemon=True).start()
        self.prefect.start()

    def start(self, name: str, *, stall: Stall | None = None, **environment: str) -> None:
        """Start a process that does not run; `stall` and `environment` are for this one start alone."""
        process = self.all[name]
        with self._changing:
            if name == "prefect":
                self.prefect.prepare_start()
            log, bug = self.folder / f"{name}.log", self.bug if process.kind in BUGS_IN else ""
            process.pid = self.launcher.launch(process.kind, log, {**self.environment, **environment}, bug=bug, stall=stall)
            process.watched = True

    def kill(self, name: str, *, start_again: bool = True) -> bool:
        """kill -9; the process is started again unless told otherwise. Answers whether there was one: it may just have ended by itself."""
        process, hit = self.all[name], False
        with self._changing:
            process.watched = start_again
            if process.pid and self.lives(name):  # 0 would be this process and all its group
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
                    hit = True
        if not start_again:
            await_true(lambda: not self.lives(name), f"the end of {name}")
        return hit

    def lives(self, name: str) -> bool:
        """Whether a process runs."""
        return self.all[name].pid not in self.launcher.codes

    def restart(self, name: str, *, stall: Stall | None = None, **environment: str) -> None:
        """Kill a process and start it with a stall or something in its environment."""
        with self._changing:
            self.kill(name, start_again=False)
            self._record_end(self.all[name])
            self.start(name, stall=stall, **environment)

    def await_health(self) -> None:
        """Return when API and Prefect answer."""
        for url in (f"{self.api}/health", f"{self.launcher.prefect_url}/health"):
            await_true(lambda url=url: answers(url), url)  # type: ignore[misc]

    def ends(self, *kinds: str) -> list[int]:
        """The exit codes of the processes that ended."""
        return [code for process in self.all.values() if not kinds or process.kind in kinds for code in process.ends]

    def close(self) -> None:
        """End everything."""
        self.prefect.stop()
        self._stopping.set()
        with self._changing:
            for name in self.all:
                self.kill(name, start_again=False)

    def _watch(self) -> None:
        while not self._stopping.wait(0.02):
            with self._changing:
                for name, process in self.all.items():
                    if not self._stopping.is_set() and process.watched and not self.lives(name):
                        self._record_end(process)
                        self.start(name)

    def _record_end(self, process: Process) -> None:
        process.ends.append(self.launcher.codes[process.pid])


@dataclass(frozen=True)
class _PrefectProcess:
    """Prefect's server as its watch sees it."""

    processes: FaultyProcesses

    @property
    def has_ended(self) -> bool:
        return not self.processes.lives("prefect")

    @property
    def pid(self) -> int:
        return self.processes.all["prefect"].pid

    def kill(self) -> None:
        self.processes.kill("prefect", start_again=self.processes.all["prefect"].watched)


def answers(url: str, *, seconds: float = 5) -> bool:
    """Whether a GET over a new connection is answered with 200."""
    try:
        return HTTP.get(url, timeout=seconds).status_code == 200
    except httpx.HTTPError:
        return False


def await_true(happened: Callable[[], object], what: str, seconds: float = HANG_SECONDS) -> None:
    """Return when something has happened; a guard against hanging, no measure of speed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return
        time.sleep(0.02)
    raise AssertionError(f"this never came: {what}")
