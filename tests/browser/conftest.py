"""Browser tests of a file share one Chromium and one server, on whose database each finds a town of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.stage import Site, open_chromium, serve
from tests.building import Shelf, shelf

__all__ = ["shelf"]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for the tests of a file; its driver keeps an event loop running, which no later test may find."""
    with open_chromium(chromium) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(shelf: Shelf) -> Iterator[str]:
    """Where the town is served."""
    with serve(shelf.town) as served:
        yield served


@pytest.fixture
def site(browser: Browser, address: str, shelf: Shelf) -> Iterator[Site]:
    """A town as it was settled, served, with a browser to visit it."""
    yield Site(shelf.open_town(), address, browser)
    for context in browser.contexts:
        context.close()
