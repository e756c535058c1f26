"""One nursery for a session; a house on a database of its own for each test, once on SQLite and once on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.building import Town, either_town
from tests.faults.house import FaultyHouse, Nursery

__all__ = ["either_town"]
HouseMaker = Callable[..., FaultyHouse]


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Everything imported once."""
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


@pytest.fixture
def build_house(nursery: Nursery, either_town: Town, tmp_path: Path) -> Iterator[HouseMaker]:
    """Starts API, relays and Prefect server on the test's town; they end with the test."""
    built: list[FaultyHouse] = []

    def build(**environment: str) -> FaultyHouse:
        built.append(FaultyHouse(nursery, either_town.store, tmp_path / "house", **environment))
        return built[-1]

    (tmp_path / "house").mkdir()
    yield build
    for house in built:
        house.close()
