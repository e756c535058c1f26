"""`submit`: an authenticated submission, validated, ledgered and outboxed, against a bare one-row insert on the same database.

And against the submission of the release before ideas had evidence, teams and search, on a database of its own in the same rounds.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.client import Load, send_all, write_request
from bench.former import serve_former
from bench.lines import Line, median, percentile
from bench.stand import Stand
from bench.village import WORDS, add_ideas, settle
from models.database import Database
from models.ids import new_id
from tests.building import SECTIONS, Town

CONNECTIONS = 32
BEFORE, KEPT = "before evidence, teams and search", 0.9
Requests = Callable[[int], list[bytes]]


@dataclass
class Post:
    """One kind of request at one server, and what its rounds met."""

    name: str
    port: int
    requests: Requests
    rounds: list[Load] = field(default_factory=list)

    def measure(self, number: int) -> None:
        """One round; a refused request stops everything, since a refusal costs less than an effect."""
        load = send_all(self.port, self.requests(number), CONNECTIONS)
        if load.refused:
            raise RuntimeError(f"{self.name}: {len(load.refused)} refused, the first: {load.refused[0]}")
        self.rounds.append(load)

    @property
    def rate(self) -> float:
        """Requests a second, the middle of all rounds."""
        return median([load.rate for load in self.rounds])

    @property
    def tail(self) -> float:
        """p99 over median, the middle of all rounds."""
        return median([percentile(load.each, 0.99) / median(load.each) for load in self.rounds])


def measure(stand: Stand) -> list[Line]:
    """Both databases; every round asks each server in turn."""
    lines = _measure_on(stand, "SQLite", stand.open_sqlite("submit"), stand.open_sqlite("bare"), stand.open_sqlite("before"))
    ours, rival, before = stand.open_postgres(), stand.open_postgres(), stand.open_postgres()
    if ours and rival and before:
        lines += _measure_on(stand, "PostgreSQL", ours, rival, before)
    return lines


def _measure_on(stand: Stand, kind: str, store: Database, bare: Database, before: Database) -> list[Line]:
    town, former = settle(store), serve_former(stand, before)
    port, rival_port = stand.serve("api.app:create_app", store), stand.serve("bench.bare:create_app", bare)
    posts = [
        Post("submission", port, prepare_submissions(town)),
        Post("bare insert", rival_port, _notes("/notes")),
        Post("bare insert, sync route", rival_port, _notes("/plain-notes")),
        Post("draft", port, _drafts(town)),
    ]
    earlier = Post(f"submission {BEFORE}", former.port, former.prepare) if former else None
    measured = [*posts, earlier] if earlier else posts
    for turn in range(stand.size.rounds + 1):  # the first round warms up
        stand.say(f"{kind}, round {turn} of {stand.size.rounds}")
        for post in measured:
            post.measure(stand.size.requests if turn else min(stand.size.requests, 100))
    for post in measured:
        post.rounds.pop(0)
    stand.numbers[kind] = {post.name: {"rates": [load.rate for load in post.rounds], "p99_over_median": post.tail} for post in measured}
    ours, *rivals, draft = posts
    rival = max(rivals, key=lambda post: post.rate)
    yardstick = f"FastAPI + SQLModel {rival.name}"
    p50, p99 = (median([percentile(load.each, share) * 1000 for load in ours.rounds]) for share in (0.5, 0.99))
    lines = [
        Line("submit", f"submission, {kind}", ours.rate, rival.rate, "requests/s", 0.5, goal=0.8, against=yardstick),
        Line("submit", f"its p99 at {CONNECTIONS} clients, {kind}", p99, p50, "ms", 20, most=True, against="its median"),
        Line("submit", f"new draft, {kind}", draft.rate, rival.rate, "requests/s", against=yardstick),
    ]
    if earlier:
        lines.insert(1, Line("submit", f"submission, {kind}", ours.rate, earlier.rate, "requests/s", KEPT, against=BEFORE))
    return lines


def _headers(town: Town) -> dict[str, str]:
    return {**town["lead"].headers, "Idempotency-Key": new_id()}


def prepare_submissions(town: Town) -> Requests:
    """Makes so many drafts and the requests that submit them."""

    def prepare(number: int) -> list[bytes]:
        ids = add_ideas(town, number)
        return [write_request("POST", f"/api/v1/ideas/{id_}/submission", _headers(town)) for id_ in ids]

    return prepare


def _drafts(town: Town) -> Requests:
    sections = SECTIONS | {"background": WORDS}
    body = json.dumps({"call_id": town.call, "title": "Antrean daring kelurahan", "sections": sections}).encode()
    return lambda number: [write_request("POST", "/api/v1/ideas", _headers(town), body) for _ in range(number)]


def _notes(path: str) -> Requests:
    body = json.dumps({"title": "Antrean daring", "text": WORDS}).encode()
    return lambda number: [write_request("POST", path, {}, body)] * number
