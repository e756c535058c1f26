"""The processes under fault: started from a nursery, killed without warning, started again by a keeper."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from models.database import Database
from tests.serving import ROOT
from workflows.delivery.processes import free_port, prefect_environment

HANG_SECONDS = 300
KILLED = -signal.SIGKILL


class Nursery:
    """Forks parts of Gagas; knows how each of them ended."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.prefect_url = folder, f"http://127.0.0.1:{free_port('127.0.0.1')}/api"
        surroundings = {**os.environ, **prefect_environment(folder), "PREFECT_API_URL": self.prefect_url, "PYTHONPATH": str(ROOT)}
        surroundings = {name: value for name, value in surroundings.items() if not name.startswith("GAGAS_")}
        surroundings |= {"GAGAS_TEST_FAULTS": "allowed", "PREFECT_SERVER_UI_ENABLED": "false"}
        self.codes: dict[int, int] = {}
        self._born: queue.Queue[int] = queue.Queue()
        self._ready = threading.Event()
        self._one_at_a_time = threading.Lock()
        with (folder / "nursery.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.faults.nursery"]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdin=pipe, stdout=pipe, stderr=log, text=True)
        threading.Thread(target=self._listen, daemon=True).start()
        if not self._ready.wait(HANG_SECONDS):
            raise TimeoutError("the nursery did not open")

    def bear(self, part: str, log: Path, **environment: str) -> int:
        """Start a part; answers its pid."""
        with self._one_at_a_time:
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps({"part": part, "log": str(log), "environment": environment}) + "\n")
            self.process.stdin.flush()
            return self._born.get(timeout=HANG_SECONDS)

    def close(self) -> None:
        """End the nursery and, with it, all it bore."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told: dict[str, Any] = json.loads(line)
            if "born" in told:
                self.codes.pop(told["born"], None)  # the number belonged to another before
                self._born.put(told["born"])
            elif "ended" in told:
                self.codes[told["ended"]] = told["code"]
            else:
                self._ready.set()


@dataclass
class Part:
    """One process of a house: its kind, its own environment, its present pid, and how its bearers ended."""

    kind: str
    environment: dict[str, str] = field(default_factory=dict)
    pid: int = 0
    ends: list[int] = field(default_factory=list)
    kept: bool = True  # whether the keeper starts it again


class FaultyHouse:
    """API, relays and Prefect server on one database."""

    def __init__(self, nursery: Nursery, store: Database, folder: Path, *, relays: int = 2, **environment: str) -> None:
        self.nursery, self.store, self.folder = nursery, store, folder
        self.api = f"http://127.0.0.1:{(port := free_port('127.0.0.1'))}/api/v1"
        self.environment = {
            "GAGAS_DATA": str(folder),
            "GAGAS_DATABASE_URL": store.url.render_as_string(hide_password=False),
            "GAGAS_PORT": str(port),
            "GAGAS_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "GAGAS_LEASE_SECONDS": "8",
            "GAGAS_POLL_SECONDS": "0.1",
            "GAGAS_TICK_SECONDS": "2",
            "GAGAS_BATCH_SIZE": "20",
            "GAGAS_ATTEMPTS": "1000",  # kills count as attempts; no message may be given up for them
            **environment,
        }
        self.parts = {"prefect": Part("prefect"), "api": Part("api")} | {f"relay{n}": Part("relay") for n in range(1, relays + 1)}
        self._stopping = threading.Event()
        self._changing = threading.RLock()
        for name in self.parts:
            self.start(name)
        self.await_health()
        threading.Thread(target=self._keep, daemon=True).start()

    def start(self, name: str, **environment: str) -> None:
        """Start a part that does not run; `environment` is for this one bearer alone."""
        part = self.parts[name]
        with self._changing:
            part.pid = self.nursery.bear(part.kind, self.folder / f"{name}.log", **self.environment, **part.environment, **environment)
            part.kept = True

    def kill(self, name: str, *, keep: bool = True) -> None:
        """kill -9; the keeper starts it again unless told otherwise."""
        part = self.parts[name]
        with self._changing:
            part.kept = keep
            if part.pid and self.lives(name):  # 0 would be this process and all its group
                os.kill(part.pid, signal.SIGKILL)
        if not keep:
            await_true(lambda: not self.lives(name), f"the end of {name}")

    def lives(self, name: str) -> bool:
        """Whether a part runs."""
        return self.parts[name].pid not in self.nursery.codes

    def restart(self, name: str, **environment: str) -> None:
        """Kill a part and start it with something in its environment."""
        with self._changing:
            self.kill(name, keep=False)
            self._note_end(self.parts[name])
            self.start(name, **environment)

    def await_health(self) -> None:
        """Return when API and Prefect answer."""
        for url in (f"{self.api}/health", f"{self.nursery.prefect_url}/health"):
            await_true(lambda url=url: answers(url), url)  # type: ignore[misc]

    def ends(self, *kinds: str) -> list[int]:
        """How the bearers of parts ended, by code."""
        return [code for part in self.parts.values() if not kinds or part.kind in kinds for code in part.ends]

    def close(self) -> None:
        """End everything."""
        self._stopping.set()
        with self._changing:
            for name in self.parts:
                self.kill(name, keep=False)

    def _keep(self) -> None:
        while not self._stopping.wait(0.02):
            with self._changing:
                for name, part in self.parts.items():
                    if not self._stopping.is_set() and part.kept and not self.lives(name):
                        self._note_end(part)
                        self.start(name)

    def _note_end(self, part: Part) -> None:
        part.ends.append(self.nursery.codes[part.pid])


def answers(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def await_true(happened: Any, what: str, seconds: float = HANG_SECONDS) -> None:
    """Return when something has happened; a guard against hanging, no measure of speed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return
        time.sleep(0.02)
    raise AssertionError(f"this never came: {what}")
