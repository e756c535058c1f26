"""A region that `gagas serve` runs, as people meet it: by HTTPS as JSON and as pages, and in the terminal; what was said is written down.

The transcript holds no password, code, token or file's text: only what was asked for and what came back, in plain lines.
"""

import json
import re
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.api.pages.browsing import fields_of

HANG_SECONDS = 600  # until something that takes seconds is given up; no figure of ours
COMMAND = (sys.executable, "-c", "from api.cli.main import app; app()")
PASSWORD = "gagasan baik untuk warga"  # of invented people, on a server that the test ends
SECRET = frozenset(("password", "activation_code", "access_token", "file"))
ONE_TIME = re.compile(r"\w{4}-\w{4}-\w{4}")
DULL = re.compile(r"id|version|stage_since|form|medium|budget_rupiah|token_type|expires_in|.*_(id|by|sha256)|(?!(opens|closes|due)_).*_at")
LONGEST = 160  # letters of a value, and of an answer's line


class Transcript:
    """What was typed and asked, and what came back, line by line."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file = file
        file.write_text("", "utf-8")

    def say(self, line: str = "") -> None:
        """A line."""
        with self.file.open("a", encoding="utf-8") as written:
            written.write(f"{line}\n")

    def head(self, title: str) -> None:
        """What comes next."""
        self.say(f"\n## {title}\n")

    def tell(self, asked: str, sent: Mapping[str, Any] | None, answer: httpx.Response) -> None:
        """A request with what was sent, and its answer's status with the plain values in it."""
        self.say(f"{asked}{' ' + show(sent) if sent else ''}")
        said = answer.headers.get("location", "")
        if answer.headers.get("content-type", "").split(";")[0].endswith("json"):
            read = answer.json()
            said = show(read, DULL) if answer.status_code < 400 else f"{read['type'].rpartition(':')[2]}: {read['detail']}"
        self.say(f"  {answer.status_code} {said}".rstrip())


def show(values: Any, dull: re.Pattern[str] | None = None) -> str:
    """Plain values as one short line, without those of dull names; of those that are secret only that they are there."""
    if isinstance(values, list):
        return f"{len(values)} entries"
    plain = {
        name: "…" if name in SECRET or ONE_TIME.fullmatch(str(value)) else _cut(value)
        for name, value in values.items()
        if isinstance(value, str | int | bool) and value != "" and not (dull and dull.fullmatch(name))
    }
    line = json.dumps(plain, ensure_ascii=False)
    return line if len(line) <= 3 * LONGEST else f"{line[: 3 * LONGEST]} …"


def _cut(value: Any) -> Any:
    return f"{value[:LONGEST]} …" if isinstance(value, str) and len(value) > LONGEST else value


@dataclass(eq=False)
class House:
    """The running region: its address, its folder's surroundings for the terminal, its transcript."""

    address: str
    trusted: ssl.SSLContext
    surroundings: Mapping[str, str]
    folder: Path
    transcript: Transcript

    def __post_init__(self) -> None:
        self.opened = list[httpx.Client]()
        self.client = self.open()

    def __enter__(self) -> "House":
        return self

    def __exit__(self, *_raised: object) -> None:
        for client in self.opened:
            client.close()

    def open(self) -> httpx.Client:
        """A client that trusts the certificate, keeps cookies of its own and sends what browsers send; closed with the house."""
        sent = {"Sec-Fetch-Site": "same-origin"}
        self.opened.append(httpx.Client(base_url=self.address, verify=self.trusted, timeout=HANG_SECONDS, headers=sent))
        return self.opened[-1]

    def type(self, *words: str, code: int = 0) -> str:
        """A command of the terminal, as whoever runs the server types it; answers what it printed."""
        done = subprocess.run(
            [*COMMAND, *words],
            env=dict(self.surroundings),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )
        said = (done.stdout + done.stderr).strip()
        self.transcript.say("$ gagas " + " ".join(f"'{word}'" if " " in word else word for word in words))
        for line in said.splitlines():
            self.transcript.say(f"  {line}")
        assert done.returncode == code, said
        return said

    def await_true(self, happened: Callable[[], bool], what: str) -> None:
        """Wait for what a flow does."""
        until = time.monotonic() + HANG_SECONDS
        while not happened():
            assert time.monotonic() < until, f"still missing: {what}"
            time.sleep(0.3)
        self.transcript.say(f"  (waited for: {what})")


@dataclass(eq=False)
class Insider:
    """Somebody of the region: what the transcript calls them, with what they sign in, and their token once they did."""

    house: House
    called: str
    identifier: str
    person_id: str = ""
    token: str = field(default="", repr=False)

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """A request as it is, without a word in the transcript."""
        said = {"Accept-Language": "id", **headers}
        if self.token:
            said["Authorization"] = f"Bearer {self.token}"
        if method == "POST":
            said["Idempotency-Key"] = uuid.uuid4().hex
        return self.house.client.request(method, f"/api/v1{path}", json=body, headers=said)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Any:
        """A request that must be done; answers what the server said."""
        answer = self.send(method, path, body, **headers)
        self.house.transcript.tell(f"[{self.called}] {method} /api/v1{path}", body, answer)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def be_refused(self, code: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        """A request that must be refused, for this reason and no other."""
        answer = self.send(method, path, body)
        self.house.transcript.tell(f"[{self.called}] {method} /api/v1{path}", body, answer)
        assert answer.json()["type"] == f"urn:gagas:problem:{code}", f"{answer.status_code} {answer.text[:500]}"

    def read(self, path: str) -> Any:
        """What the server says now, without a word in the transcript."""
        answer = self.send("GET", path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def enter(self, code: str = "") -> None:
        """Sign in; with a one-time code its password is set first."""
        if code:
            self.token = ""
            self.ask("POST", "/activation", {"identifier": self.identifier, "code": code, "password": PASSWORD})
        self.token = self.ask("POST", "/tokens", {"identifier": self.identifier, "password": PASSWORD})["access_token"]
        self.person_id = self.person_id or self.read("/me")["person_id"]


class Visitor:
    """Somebody at the pages, in a browser of their own without scripts."""

    def __init__(self, house: House, called: str, identifier: str) -> None:
        self.house, self.called, self.client = house, called, house.open()
        self.send("/masuk", "/masuk", {"identifier": identifier, "password": PASSWORD})

    def look(self, page: str) -> str:
        """A page that is there."""
        answer = self.client.get(page)
        assert answer.status_code == 200, f"{page}: {answer.status_code} {answer.text[:500]}"
        return answer.text

    def send(self, page: str, action: str, typed: Mapping[str, str], *, to: int = 303) -> httpx.Response:
        """Open a page and send its form; what is final is confirmed on the page that asks."""
        answer = self.client.post(action, data=fields_of(self.look(page), action) | dict(typed))
        if answer.status_code == 200 and 'name="confirmed"' in answer.text:
            self.house.transcript.say(f"[{self.called}, at the page] is asked to confirm {action}")
            answer = self.client.post(action, data=fields_of(answer.text, action) | {"confirmed": "yes"})
        self.house.transcript.tell(f"[{self.called}, at the page] sends {action}", typed, answer)
        assert answer.status_code == to, f"{action}: {answer.status_code} {answer.text[:500]}"
        return answer
