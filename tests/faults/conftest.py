"""One launcher for a session; processes on a database of their own for each test, once on SQLite and once on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.building import Town, either_town
from tests.faults.commands import Commands
from tests.faults.processes import FaultyProcesses, Launcher

__all__ = ["either_town"]
Start = Callable[..., FaultyProcesses]


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """Everything imported once."""
    made = Launcher(tmp_path_factory.mktemp("launcher"))
    yield made
    made.close()


@pytest.fixture
def commands(launcher: Launcher, tmp_path: Path) -> Iterator[Commands]:
    """Runs commands in processes that can be killed; they end with the test."""
    (tmp_path / "said").mkdir()
    made = Commands(launcher, tmp_path / "said")
    yield made
    made.close()


@pytest.fixture
def start(launcher: Launcher, either_town: Town, tmp_path: Path) -> Iterator[Start]:
    """Starts API, relays and Prefect server on the test's town; they end with the test."""
    started: list[FaultyProcesses] = []

    def start(**options: Any) -> FaultyProcesses:
        started.append(FaultyProcesses(launcher, either_town.store, tmp_path / "folder", **options))
        return started[-1]

    (tmp_path / "folder").mkdir()
    yield start
    for processes in started:
        processes.close()
