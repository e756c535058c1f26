"""`processes`: seconds to start and memory of each process, as `gagas serve` starts them, and what the terminal's help costs."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from sqlmodel import select

from api.cli.serve import use_folder
from bench.lines import Line, median
from bench.stand import ROOT, Stand, await_answer
from models.database import database
from models.migrations import migrate
from models.outbox import ClockTick
from models.settings import settings
from workflows.delivery.processes import Child, LocalProcesses

API_MEBIBYTES = 150
HELP = "import sys; from api.cli.main import app; sys.argv = ['gagas', '--help']; app()"
WALK = 200  # requests before memory is read: what a process has imported but not used yet would flatter it


def measure(stand: Stand) -> list[Line]:
    """Start each process alone, wait for its first sign of life, read its memory."""
    folder = stand.folder / "processes"
    before = {name: os.environ.get(name) for name in ("GAGAS_DATA", "GAGAS_PORT", "GAGAS_PREFECT_PORT")}
    os.environ |= {"GAGAS_PORT": "0", "GAGAS_PREFECT_PORT": "0"}
    try:
        use_folder(folder)
        settings().data.mkdir(parents=True, exist_ok=True)
        migrate(database())
        figures = _measure_processes(stand, LocalProcesses(folder, stand.say))
    finally:
        database().close()
        _restore(before)
    figures["gagas --help"] = {"seconds": median([_run_for("-c", HELP) for _ in range(min(stand.size.rounds, 3))])}
    figures["python"] = {"seconds": median([_run_for("-c", "pass") for _ in range(min(stand.size.rounds, 3))])}
    stand.numbers["processes"] = figures
    return _compare(figures)


def _measure_processes(stand: Stand, processes: LocalProcesses) -> dict[str, dict[str, float]]:
    prefect = f"{processes.addresses.prefect}/health"
    api = f"{processes._local_api()}/api/v1/health"
    signs: dict[str, Callable[[], object]] = {
        "Prefect": lambda: await_answer(prefect),
        "API": lambda: await_answer(api),
        "relay": _await_tick,
    }
    figures = {}
    try:
        for child in processes.children:
            stand.say(f"{child.name} starts")
            begun = time.perf_counter()
            processes._spawn(child)
            signs[child.name]()
            figures[child.name] = {"seconds": time.perf_counter() - begun}
        for _ in range(WALK):
            httpx.get(api)
            httpx.get(f"{processes._local_api()}/masuk")
        for child in processes.children:
            figures[child.name]["mebibytes"] = _memory(child)
    finally:
        processes.stop()
    return figures


def _await_tick() -> None:
    """The relay's first sign: its clock ticked, which takes a whole flow run."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with database().reading() as session:
            if session.exec(select(ClockTick.ticked_at).where(ClockTick.ticked_at.is_not(None))).first():  # type: ignore[union-attr]
                return
        time.sleep(0.02)
    raise TimeoutError("the relay's clock never ticked")


def _memory(child: Child) -> float:
    """Resident MiB of a process."""
    assert child.process is not None
    status = Path(f"/proc/{child.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _run_for(*arguments: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _restore(before: dict[str, str | None]) -> None:
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    settings.cache_clear()
    database.cache_clear()


def _compare(figures: dict[str, dict[str, float]]) -> list[Line]:
    def memory(name: str, target: float | None = None) -> Line:
        ours = figures[name]["mebibytes"]
        return Line("processes", f"{name}: memory", ours, API_MEBIBYTES, "MiB", target, most=True, against=f"{API_MEBIBYTES} MiB")

    python = figures["python"]["seconds"]
    starts = [
        Line("processes", f"{name}: start", figures[name]["seconds"], python, "s", against="`python -c pass`")
        for name in ("API", "relay", "Prefect", "gagas --help")
    ]
    return [memory("API", 1.0), memory("relay"), memory("Prefect"), *starts]
