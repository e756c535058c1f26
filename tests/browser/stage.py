"""A real server and a real browser of a phone's size, without a script in it, for the tests and for the contact sheet."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.api.pages.browsing import start_session
from tests.building import Town

SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = (390, 844)


@contextmanager
def serve(town: Town) -> Iterator[str]:
    """The town's application on a free port of this machine, as its address."""
    server = uvicorn.Server(uvicorn.Config(town.app, host="127.0.0.1", port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        for _ in range(400):
            if server.started:
                break
            time.sleep(0.025)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@contextmanager
def open_chromium(path: str) -> Iterator[Browser]:
    """The system's browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Site:
    """A served town and the browser that visits it."""

    town: Town
    address: str
    browser: Browser

    def phone(self, who: str | None = None, *, size: tuple[int, int] = PHONE, language: str = "id-ID", scripts: bool = False) -> Page:
        """A phone in somebody's hand, signed in as `who`, ready on no page yet; it runs no script, but for what examines a page."""
        context: BrowserContext = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts, locale=language, base_url=self.address
        )
        context.set_default_timeout(10_000)
        if who:
            context.add_cookies([{"name": "gagas_session", "value": start_session(self.town, who), "url": self.address}])
        return context.new_page()
