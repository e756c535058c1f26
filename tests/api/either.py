"""The client of the tests that run on either database: imported, it takes the place of the usual one."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.building import Town


@pytest.fixture
def client(either_town: Town, client: TestClient) -> Iterator[TestClient]:
    """The application on SQLite, then on PostgreSQL."""
    held = client.app.state.database  # type: ignore[attr-defined]
    client.app.state.database = either_town.store  # type: ignore[attr-defined]
    yield client
    client.app.state.database = held  # type: ignore[attr-defined]
