"""Every test of the pages lives in a village of its own, copied from one that was built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.settings import settings
from tests.api.pages.village import Village, build_village_file, copy_village


@pytest.fixture(scope="session")
def village_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Village, Path]:
    """A village and its file."""
    return build_village_file(tmp_path_factory.mktemp("village"))


@pytest.fixture
def village(village_file: tuple[Village, Path]) -> Iterator[Village]:
    """A village with people for every role and two open calls."""
    copied = copy_village(*village_file, settings().data)
    yield copied
    copied.database.close()
