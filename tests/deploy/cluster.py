"""A cluster on this machine, as deploy/README.md sets it up: every part a process of its own, on real PostgreSQL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.workflows.delivery.prefect_server import PrefectServer
from workflows.delivery.processes import free_port

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
HANG_SECONDS = 300  # until something that should have happened long ago is given up; no figure of ours
POOL = "gagas"
LEASE_SECONDS = 60


@dataclass(frozen=True)
class FlowProcess:
    """A process in which a worker executes one flow run."""

    pid: int
    run_id: str
    worker: str


class Cluster:
    """The parts, by name; each writes to a log of its own and is ended with the cluster."""

    def __init__(self, folder: Path, database_url: str, prefect_url: str) -> None:
        self.folder, self.parts = folder, dict[str, subprocess.Popen[bytes]]()
        self.prefect = PrefectServer(f"http://127.0.0.1:{free_port('127.0.0.1')}/api", folder)
        self.apis: list[str] = []
        self.environment = {
            **os.environ,
            "GAGAS_DATA": str(folder / "data"),
            "GAGAS_DATABASE_URL": database_url,
            "GAGAS_WORK_POOL": POOL,
            "GAGAS_LEASE_SECONDS": str(LEASE_SECONDS),
            "GAGAS_GATHER_SECONDS": "1",
            "GAGAS_TICK_SECONDS": "1",
            "PREFECT_API_URL": self.prefect.url,
            "PREFECT_SERVER_API_AUTH_STRING": ":".join(self.prefect.auth),
            "PREFECT_API_AUTH_STRING": ":".join(self.prefect.auth),
            "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": "",
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": prefect_url.replace("+psycopg:", "+asyncpg:"),
            "PREFECT_SERVER_API_PORT": self.prefect.url.split(":")[2].removesuffix("/api"),
            "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
            "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
            "PREFECT_LOGGING_TO_API_ENABLED": "false",
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "PREFECT_SERVER_UI_ENABLED": "false",
            "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",  # four of the ten seconds that the server's start costs a core
        }

    def run(self, *command: str) -> str:
        """A command that ends by itself; answers what it printed."""
        done = subprocess.run(
            [BIN / command[0], *command[1:]], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=HANG_SECONDS
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, *command: str, **environment: str) -> None:
        """A command that goes on, as its unit in deploy/systemd starts it."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.parts[name] = subprocess.Popen(
                [BIN / command[0], *command[1:]],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def start_prefect(self) -> None:
        """Prefect's server on its own database, then the flows' registration."""
        self.start("prefect", "prefect", "server", "start")
        self.await_true(lambda: answers(f"{self.prefect.url}/health"), "Prefect's answer")
        self.run("gagas", "deploy")

    def start_api(self, name: str) -> None:
        """One API process."""
        port = free_port("127.0.0.1")
        self.start(name, "gagas", "api", GAGAS_PORT=str(port))
        self.apis.append(f"http://127.0.0.1:{port}")
        self.await_true(lambda: answers(f"{self.apis[-1]}/api/v1/health"), f"the answer of {name}")

    def start_worker(self, name: str) -> None:
        """One worker of the pool."""
        self.start(name, "prefect", "worker", "start", "--pool", POOL, "--type", "process", "--name", name)

    def kill(self, flow: FlowProcess) -> None:
        """`kill -9` a flow's process and the worker above it."""
        worker = self.parts[flow.worker]
        for pid in (worker.pid, flow.pid):
            os.kill(pid, signal.SIGKILL)
        worker.wait(HANG_SECONDS)

    def flow_processes(self) -> list[FlowProcess]:
        """Every living flow process of this cluster, with the worker that started it."""
        workers = {process.pid: name for name, process in self.parts.items()}
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                told = (entry / "environ").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            variables = dict(word.decode().partition("=")[::2] for word in told if b"=" in word)
            if variables.get("GAGAS_DATA") == self.environment["GAGAS_DATA"] and "PREFECT__FLOW_RUN_ID" in variables:
                found.append(FlowProcess(int(entry.name), variables["PREFECT__FLOW_RUN_ID"], workers.get(parent, "")))
        return found

    def await_true(self, happened: Callable[[], bool], what: str, seconds: float = HANG_SECONDS) -> float:
        """Wait for something; answers how long it took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if happened():
                return time.monotonic() - began
            time.sleep(0.1)
        raise AssertionError(f"after {seconds} s still missing: {what}\n{self.told()}")

    def told(self) -> str:
        """Which parts have ended, and the last words of each."""
        ended = {name: process.returncode for name, process in self.parts.items() if process.poll() is not None}
        return f"ended: {ended or 'none'}\n" + "\n".join(
            f"--- {log.name}\n{log.read_text()[-2000:]}" for log in sorted(self.folder.glob("*.log"))
        )

    def ways(self, flow: str) -> str:
        """What Prefect noted of every run of a flow: each state with its hour, and the worker that reported it."""
        lines = []
        for run in self.prefect.list_all("flow_runs", flows={"name": {"any_": [flow]}}, sort="ID_DESC"):
            states = httpx.get(
                f"{self.prefect.url}/flow_run_states/", params={"flow_run_id": run["id"]}, auth=self.prefect.auth, timeout=30
            ).json()
            way = ", ".join(f"{one['name']} {one['timestamp'][11:23]} {one['message'] or ''}".strip() for one in states)
            lines.append(f"{run['name']} {run['labels'].get('prefect.worker.name', '')}: {way}")
        return "\n".join(lines)

    def stop(self) -> None:
        """End every part: asked first, killed after ten seconds; flows that lost their worker too."""
        running = [process for process in self.parts.values() if process.poll() is None]
        for process in reversed(running):
            process.terminate()
        for process in running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for flow in self.flow_processes():
            os.kill(flow.pid, signal.SIGKILL)


def answers(url: str) -> bool:
    """Whether somebody answers there."""
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
