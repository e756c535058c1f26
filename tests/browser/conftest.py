"""Browser tests share one Chromium and each serve a village of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from models.settings import settings
from tests.api.pages.village import Village, build_village_file, copy_village
from tests.browser.stage import Site, open_chromium, serve


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for the tests of a file; its driver keeps an event loop running, which no later test may find."""
    with open_chromium(chromium) as opened:
        yield opened


@pytest.fixture(scope="session")
def village_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Village, Path]:
    """A village and its file."""
    return build_village_file(tmp_path_factory.mktemp("village"))


@pytest.fixture
def site(browser: Browser, village_file: tuple[Village, Path]) -> Iterator[Site]:
    """A fresh village, served."""
    village = copy_village(*village_file, settings().data)
    with serve(village) as address:
        yield Site(village, address, browser)
        for context in browser.contexts:
            context.close()
    village.database.close()
