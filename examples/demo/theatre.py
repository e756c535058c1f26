"""The theatre: a real server on free ports, the story's clock, and people who act through HTTP."""

import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "gagasan baik untuk warga"  # noqa: S105 - invented people in a demo
SETTLE_SECONDS = 240


class StoryBroken(Exception):
    """The server answered otherwise than the story needs."""


@dataclass
class Player:
    """A person of the story, signed in."""

    theatre: "Theatre"
    person_id: str
    name: str
    number: str
    roles: list[str] = field(default_factory=list)
    token: str = ""

    def get(self, path: str, **query: Any) -> Any:
        """Ask for something."""
        return self.theatre.ask("GET", path, self.token, params=query)

    def list(self, path: str, **query: Any) -> list[Any]:
        """All of a list, page after page."""
        rows: list[Any] = []
        after: dict[str, str] = {}
        while True:
            page = self.get(path, limit=200, **query, **after)
            rows += page[path.strip("/")]
            if page["after"] is None:
                return rows
            after = {"after": page["after"]}

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Do something, once."""
        return self.theatre.ask("POST", path, self.token, json=body)

    def put(self, path: str, body: dict[str, Any], version: int) -> Any:
        """Replace something of a known version."""
        return self.theatre.ask("PUT", path, self.token, json=body, headers={"If-Match": f'"{version}"'})


class Theatre:
    """Where the story plays: the API's address, the clock's file, the journal."""

    def __init__(self, address: str, clock: Path, journal: Path) -> None:
        self.clock_file, self.journal_file = clock, journal
        self.client = httpx.Client(base_url=f"{address}/api/v1", timeout=60, headers={"Accept-Language": "id"})
        self.admin: Player | None = None

    def ask(self, method: str, path: str, token: str = "", **sent: Any) -> Any:
        """One request (`json`, `params`, `headers`); raises StoryBroken with the server's own sentence for any refusal."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        answer = self.client.request(method, path, **{**sent, "headers": {**headers, **sent.get("headers", {})}})
        if answer.status_code >= 400:
            raise StoryBroken(f"{method} {path}: {answer.status_code} {answer.text[:400]}")
        return answer.json() if answer.content else None

    def set_clock(self, instant: datetime) -> None:
        """Move the story to an instant; every process sees it at once."""
        write_clock(self.clock_file, instant.isoformat())

    @property
    def instant(self) -> datetime:
        """The story's present."""
        return datetime.fromisoformat(self.clock_file.read_text().split()[0])

    def settle(self) -> None:
        """Wait until the clock has looked at this instant and the flows have nothing left to do."""
        if self.admin is None:
            raise StoryBroken("nobody is signed in yet")
        instant, until = self.instant, time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until:
            outbox = self.admin.get("/outbox")
            if outbox["dead"]:
                raise StoryBroken(f"given up: {json.dumps(self.admin.get('/outbox/messages', state='dead'))[:1000]}")
            seen = outbox["caught_up_to"] is not None and datetime.fromisoformat(outbox["caught_up_to"]) >= instant
            if seen and not outbox["waiting"] and not outbox["claimed"]:
                return
            time.sleep(0.05)
        raise StoryBroken("the flows did not come to rest")

    def note(self, line: str) -> None:
        """Write a line into the journal, under the story's date."""
        with self.journal_file.open("a", encoding="utf-8") as journal:
            journal.write(f"- {self.instant:%Y-%m-%d %H:%M} {line}\n")


def write_clock(file: Path, text: str) -> None:
    """Set the clock's file in one step, so that no process ever reads half of it."""
    draft = file.with_suffix(".new")
    draft.write_text(text)
    draft.replace(file)


@contextmanager
def surroundings(**values: str) -> Iterator[None]:
    """Set `GAGAS_*` for the processes that the demo starts, and put back what was there."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
