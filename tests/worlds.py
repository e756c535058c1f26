"""Two worlds that differ only in a secret: whoever may not know it is answered the same in both, byte by byte, wherever they ask.

    worlds = Worlds(shelf, client, build)      # `build(town)` makes what both worlds share
    differing = worlds.compare(secret, other)  # each makes one world of it; by asker ("" is nobody), the addresses that tell them apart

Every GET address of the API and of the pages is asked, with each id of the shared part and with those that the secrets made, list by
list to the last cursor. Then something is sent to every address that changes what the secrets made (`sending.py`), and a text is typed into
the form of a new idea of each call. Status, headers (entity tags too) and bytes count. Where nothing may differ, `make test` has every
address asked by one of the askers (`every=spread(who)`), and each send to one in thirty, each to others; `make test-all` has each take all.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import col, select

from api.app import ROUTERS
from api.lookups import Lookups
from api.pages.listed import DUE
from api.pages.site import PAGES
from models.attachments import Attachment
from models.awards import Award
from models.calls import Call
from models.dictated_ideas import DictatedIdea
from models.documents import Document
from models.ideas import Idea
from models.offices import OfficeHolder
from models.past_ideas import PastIdea
from models.people import Role
from tests.building import Shelf, Town
from tests.clock import stopped_clock
from tests.conftest import ALL
from tests.sending import Sender, list_sent
from workflows.process import ways
from workflows.process.wanted import Sort

Make = Callable[[Town], object]
Answers = dict[str, str]  # what was answered, by address
BASE = "worlds"
ELSEWHERE = ("/static/", "/fonts/")
LISTS = (
    "/ideas",
    "/shared-ideas",
    "/awards",
    "/documents",
    "/people",
    "/reviews",
    "/calls",
    "/outbox/messages",
    "/ledger/entries",
    "/units",
)
UNSTABLE = {"date"}
ONE_TIME = re.compile(r'(?<=name="form_key" value=")[^"]*')  # a form's own key, drawn anew each time it is shown
SEARCHED = ("gagasan", "antre")  # what stands in titles and texts of both worlds
NAMED = ("sari", "lukman+antre")  # who proposes in them, one beside a word of the text
SECRET = ("idea_id", "award_id", "document_id", "attachment_id", "dictated_id")  # of what secrets make, the ids that are sent to
MOST_PAGES = 60
EVERY = 1 if ALL else 3
SELDOM = 1 if ALL else 30  # of so many things that are sent one
SHORT_PAGES = "limit=1"


@dataclass
class Asked:
    """The values that stand for the names in addresses; `idea_of` are the ideas to which files belong."""

    values: dict[str, list[str]] = field(default_factory=dict)
    idea_of: dict[str, str] = field(default_factory=dict)

    def fill(self, path: str) -> Iterator[str]:
        """An address with each value of each name in it."""
        names = re.findall(r"\{(\w+)(?::\w+)?\}", path)
        for chosen in itertools.product(*(self.values.get(name, ["x"]) for name in names)):
            filled, named = path, dict(zip(names, chosen, strict=True))
            if self.idea_of.get(named.get("attachment_id", ""), named.get("idea_id")) != named.get("idea_id"):
                continue  # a file is asked for below its own idea
            for name, value in named.items():
                filled = re.sub(r"\{" + name + r"(?::\w+)?\}", value, filled)
            yield filled


class Worlds:
    """What the worlds share, built once and put aside."""

    def __init__(self, shelf: Shelf, client: TestClient, build: Make) -> None:
        self.shelf, self.client = shelf, client
        town = shelf.open_town()
        build(town)
        self.known = read_values(town)
        shelf.put_aside(BASE)

    def compare(self, *secrets: Make, who: Iterable[str] = (), every: int = 1, first: int = 0) -> dict[str, list[str]]:
        """By asker the addresses whose answers differ between the worlds; who meets no difference is not named.

        Everybody of the town and somebody unknown ask, or `who`; each of them all addresses, or one in `every`: whoever asks first, from
        the address numbered `first`, each other from the one after it.
        """
        with stopped_clock():
            made = []
            for number, secret in enumerate(secrets):
                secret(self.shelf.open_town(BASE))
                self.shelf.put_aside(f"{BASE}-{number}")
                made.append(read_values(self.shelf.town))
            asked = Asked(
                {name: sorted({*itertools.chain(*(each.values[name] for each in made))}) for name in made[0].values},
                dict(itertools.chain(*(each.idea_of.items() for each in made))),
            )
            askers = list(who) or ["", *self.shelf.town.people]
            numbered = dict(enumerate(askers, first))
            answers = [self._ask_all(f"{BASE}-{number}", asked, numbered, every) for number in range(len(secrets))]
        found = {one: list_differing([told[one] for told in answers]) for one in askers}
        return {one: addresses for one, addresses in found.items() if addresses}

    def _ask_all(self, name: str, asked: Asked, askers: dict[int, str], every: int) -> dict[str, Answers]:
        told, patterns = {}, list_patterns()
        for number, one in askers.items():
            town = self.shelf.open_town(name)  # afresh for each: a visit is noted, and a lookup in vain
            self.client.app.state.lookups = Lookups()  # type: ignore[attr-defined]
            told[one] = dict(self._ask(town, one, asked, patterns[number % every :: every]))
            told[one] |= dict(self._send(town, one, asked, number))
        return told

    def _send(self, town: Town, who: str, asked: Asked, number: int) -> Iterator[tuple[str, str]]:
        """What is answered to who sends something about what the secrets made, or types what it may say."""
        made = {name: sorted(set(asked.values[name]) - set(self.known.values[name])) for name in SECRET}
        hidden = {name: values for name, values in made.items() if values}
        sender, secret = Sender(self.client, who, town[who].token if who else ""), Asked(asked.values | hidden, asked.idea_of)
        for method, pattern, body in list_sent(self.client, set(hidden))[number % SELDOM :: SELDOM]:
            for address in secret.fill(pattern):
                yield f"{method} {address}", describe(sender.send(method, address, body))
        for call_id in asked.values["call_id"]:
            yield f"typed for {call_id}", describe(sender.type(call_id))

    def _ask(self, town: Town, who: str, asked: Asked, patterns: list[str]) -> Iterator[tuple[str, str]]:
        token = town[who].token if who else ""
        headers = {"Authorization": f"Bearer {token}", "Cookie": f"gagas_session={token}"} if who else {}
        headers["Accept-Encoding"] = "identity"  # a page's one-time keys are looked past, but not in its packed length
        for pattern in patterns:
            for address in asked.fill(pattern):
                for page, answer in self._read_all(address, headers):
                    yield page, describe(answer)

    def _read_all(self, address: str, headers: dict[str, str]) -> Iterator[tuple[str, Response]]:
        """The answer, and those of the pages that follow it."""
        answer = self.client.get(address, headers=headers, follow_redirects=False)
        yield address, answer
        for number in range(1, MOST_PAGES):
            following = find_next(answer)
            if not following:
                return
            answer = self.client.get(address, params=add_query(address, following), headers=headers, follow_redirects=False)
            yield f"{address} page {number + 1}", answer


def spread(who: Sequence[str]) -> int:
    """One in how many addresses each of these takes, so that together they take every one; all, where everything is run."""
    return 1 if ALL else len(who) - ("" in who)  # nobody known, who comes first, is told nothing: another shares their addresses


def ask_only(monkeypatch: pytest.MonkeyPatch, near: str) -> None:
    """Have only the addresses asked that say this, unless everything is run."""
    chosen = [each for each in list_patterns() if ALL or re.search(near, each)]
    monkeypatch.setattr("tests.worlds.list_patterns", lambda: chosen)


def list_differing(answers: list[Answers]) -> list[str]:
    """The addresses at which not all worlds answered the same, or some had no such page."""
    addresses = dict.fromkeys(itertools.chain(*answers))
    return [address for address in addresses if len({each.get(address) for each in answers}) > 1]


def list_patterns() -> list[str]:
    """Every GET address, with names in braces; the lists once more in short pages, as each of their filters wants them."""
    routes = [route for part in (*ROUTERS, *PAGES) for route in part.router.routes]
    paths = sorted({route.path for route in routes if "GET" in (getattr(route, "methods", None) or ())})  # type: ignore[attr-defined]
    paths = [path for path in paths if not path.startswith(ELSEWHERE)]
    wanted = [f"/api/v1{path}?{SHORT_PAGES}" for path in LISTS]
    wanted += [f"/api/v1/people?role={role}" for role in Role]
    wanted += [f"/api/v1/awards?stage={stage}" for stage in ways.AWARD.stages]
    wanted += [f"/api/v1/ideas?stage={stage}" for stage in ways.IDEA.stages]
    wanted += [f"/api/v1/ideas?sort={sort}&count=true&holders=true&{SHORT_PAGES}" for sort in Sort]
    wanted += [f"/api/v1/{path}?count=true&{SHORT_PAGES}" for path in ("inbox", "inbox/stranded", "awards", "documents")]
    wanted += [f"/{page}?sort={sort}" for page in ("daftar", "daftar/usulan.csv") for sort in Sort]
    wanted += [f"/penghargaan?stage={stage}" for stage in ways.AWARD.stages]
    wanted += [
        f"/{page}q={word}&count=true" for page in ("api/v1/ideas?", "daftar?", "rekan?", "api/v1/shared-ideas?") for word in SEARCHED
    ]
    wanted += [f"/{page}q={name}&count=true" for page in ("api/v1/ideas?", "daftar?") for name in NAMED]
    wanted += [f"/{page}?due={due}" for page in ("daftar", "daftar/usulan.csv") for due in DUE]
    wanted += [f"/{page}?unit=MALEBER" for page in ("api/v1/ideas", "daftar", "daftar/usulan.csv")]
    wanted += ["/api/v1/ideas?overdue=true&count=true", "/api/v1/ideas?due_before=2100-01-01&count=true", "/rekan?diikuti=ya"]
    wanted += [f"/api/v1/{name}?call_id={{call_id}}" for name in ("awards", "ideas", "documents")]
    return [*paths, *wanted]


def read_values(town: Town) -> Asked:
    """What the names in addresses may stand for, in the world as it is."""
    documents, files = town.rows(select(Document)), dict(town.rows(select(Attachment.id, Attachment.idea_id)))
    return Asked(
        {
            "idea_id": sorted(town.rows(select(Idea.id))),
            "award_id": sorted(town.rows(select(Award.id))),
            "call_id": sorted(town.rows(select(Call.id))),
            "person_id": [town["lead"].id],
            "holder_id": sorted(town.rows(select(OfficeHolder.id))) or ["x"],
            "code": ["ANDIR", "KOTA"],
            "attachment_id": sorted(files) or ["x"],
            "dictated_id": sorted(town.rows(select(DictatedIdea.id))) or ["x"],
            "past_id": sorted(town.rows(select(PastIdea.id))) or ["x"],
            "document_id": sorted(document.id for document in documents) or ["x"],
            "token": sorted(document.token for document in documents) or ["x"],
            "sha256": sorted(town.rows(select(Document.sha256).where(col(Document.sha256).is_not(None)))) or ["0" * 64],
            "number": ["1", "2"],
            "rest": ["x"],
            "name": ["x"],
            "action": ["x"],
        },
        files,
    )


def find_next(answer: Response) -> dict[str, str]:
    """What the following page of a list is asked by; nothing where there is none."""
    if answer.status_code != 200:
        return {}
    if "json" in answer.headers.get("content-type", ""):
        said = answer.json()
        return {"after": said["after"]} if isinstance(said, dict) and said.get("after") else {}
    link = re.search(r'href="[^"]*[?&](?:amp;)?(after|before)=([^"&]+)', answer.text)
    return {link[1]: link[2]} if link else {}


def add_query(address: str, following: dict[str, str]) -> dict[str, str]:
    """The address' own query with the following page's."""
    query = dict(part.split("=", 1) for part in address.partition("?")[2].split("&") if part)
    return {**query, **following}


def describe(answer: Response) -> str:
    """Everything about an answer that a reader could tell apart."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in UNSTABLE)
    text = answer.content.decode(errors="replace")
    return json.dumps([answer.status_code, headers, ONE_TIME.sub("", text)])
