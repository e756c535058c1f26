"""What clients asked and what they were told: every request invoked, acknowledged, refused or unknown."""

import json
import threading
import time
import uuid
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.town import TownPerson

UNKNOWN, ACKNOWLEDGED, REFUSED, FAULT = "unknown", "acknowledged", "refused", "fault"
GIVE_UP_SECONDS = 300  # until a client gives up: a guard against hanging


@dataclass
class Call:
    """One intention of one client, under one key, however often it was sent."""

    who: str
    action: str
    idea: str
    path: str
    key: str
    outcome: str = UNKNOWN
    status: int = 0
    tries: int = 0
    answer: Any = None
    told: list[str] = field(default_factory=list)  # what each further answer under the same key said


class History:
    """All calls of a run, and how many are open at this moment."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.open = 0
        self.counts: Counter[str] = Counter()  # acknowledged calls by action
        self.seen_announced: dict[str, Any] = {}  # award -> when somebody outside first saw it
        self.torn: set[str] = set()  # effects that were seen without their acknowledgement
        self._lock = threading.Lock()

    def begin(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)

    def count_open(self, step: int) -> None:
        with self._lock:
            self.open += step

    def count(self, call: Call) -> None:
        with self._lock:
            self.counts[call.action] += call.outcome == ACKNOWLEDGED

    def acknowledged(self, action: str = "") -> list[Call]:
        """What was told to have happened."""
        with self._lock:
            return [call for call in self.calls if call.outcome == ACKNOWLEDGED and action in ("", call.action)]

    def write(self, file: Path) -> None:
        """One line for each call, to look at after a failure."""
        file.write_text("".join(json.dumps(asdict(call), default=str) + "\n" for call in self.calls))


class Client:
    """A person at their machine: asks again under the same key until the outcome is known."""

    def __init__(self, api: str, history: History) -> None:
        self.api, self.history = api, history
        self.http = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=1))

    def do(self, who: TownPerson, action: str, path: str, body: Any = None, *, idea: str = "") -> Call:
        """Ask for something, once in effect."""
        call = Call(who.who, action, idea, path, uuid.uuid4().hex)
        self.history.begin(call)
        self.send(who, call, body)
        return call

    def send(self, who: TownPerson, call: Call, body: Any = None) -> None:
        """Send a call until its outcome is known or too much time has passed; then it stays unknown."""
        until = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < until:
            answer = self._try(who, call, body)
            if answer is not None and answer.status_code not in (429, 503):
                self._record(call, answer)
                return
            time.sleep(0.03)

    def see(self, who: TownPerson, path: str) -> Any:
        """What somebody may see there; None when they may not, or when nobody answered."""
        try:
            answer = self.http.get(f"{self.api}{path}", headers=who.headers)
        except httpx.TransportError:
            return None
        return answer.json() if answer.status_code == 200 else None

    def _try(self, who: TownPerson, call: Call, body: Any) -> httpx.Response | None:
        call.tries += 1
        self.history.count_open(1)
        try:
            return self.http.post(f"{self.api}{call.path}", json=body, headers={**who.headers, "Idempotency-Key": call.key})
        except httpx.TransportError:
            return None
        finally:
            self.history.count_open(-1)

    def _record(self, call: Call, answer: httpx.Response) -> None:
        if call.outcome == ACKNOWLEDGED:
            call.told.append(answer.text)
            return
        call.status, call.answer = answer.status_code, answer.json() if answer.content else None
        call.outcome = ACKNOWLEDGED if answer.is_success else FAULT if answer.status_code >= 500 else REFUSED
        self.history.count(call)
        call.told.append(answer.text)
