"""The pages as a browser uses them: sessions in cookies, forms with their hidden fields, redirects that are followed by hand."""

import html
import re
from typing import Any

from fastapi.testclient import TestClient

from api.hashing import hash_password
from api.signing_in import CodeTry, activate, sign_in
from tests.building import Town
from workflows.region.codes import issue_activation

PASSWORD = "gerimis di atas sawah"
ORIGIN = "http://testserver"
SENTENCE = "Warga tidak perlu lagi datang dua kali karena berkas diperiksa sejak di posyandu oleh kader."


def start_session(town: Town, who: str) -> str:
    """A fresh session's secret, as a cookie carries it."""
    with town.store.unit_of_work() as session:
        return sign_in(session, town[who].id).token


def give_password(town: Town, who: str) -> None:
    """Activate somebody's account with the tests' password."""
    with town.store.unit_of_work() as session:
        activate(session, CodeTry(town[who].number, issue_activation(session, town[who].id)), hash_password(PASSWORD))


def open_browser(town: Town, who: str | None = None) -> TestClient:
    """A client that follows no redirect by itself and sends what browsers send; signed in as `who`.

    Where the session's client runs it shares its event loop: one of its own for each request would cost as much as many a page.
    """
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}
    client = TestClient(town.app, headers=headers, follow_redirects=False, raise_server_exceptions=False)
    client.portal = getattr(town.app.state, "portal", None)
    if who:
        client.cookies.set("gagas_session", start_session(town, who), domain="testserver.local", path="/")
    return client


def fields_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`, as a browser reads them: entities and line breaks undone."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S)
    assert form, f"no form posts to {action}"
    return {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0])}


def confirm(client: TestClient, asked: Any) -> Any:
    """Confirm a final act on the page that says what follows from it."""
    assert (asked.status_code, "Periksa sebelum disimpan" in asked.text) == (200, True), asked.text
    action = asked.request.url.path
    return client.post(action, data=fields_of(asked.text, action) | {"confirmed": "yes"})


def send(client: TestClient, page: str, action: str, **fields: str) -> Any:
    """Open a page and send its form to `action` with these fields; `__` in a name is a dot."""
    shown = client.get(page)
    assert shown.status_code == 200, shown.text
    return client.post(action, data=fields_of(shown.text, action) | {name.replace("__", "."): value for name, value in fields.items()})
