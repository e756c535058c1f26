"""A served town whose flows do their work by themselves, for clients that were generated from the API's description."""

import hashlib
import json
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.database import database
from models.settings import settings
from tests.api.pages.browsing import give_password
from tests.browser.stage import serve
from tests.building import Shelf, Town, shelf, town
from tests.described import described
from tests.workflows.turns import deliver, tick

__all__ = ["Shelf", "shelf", "town"]
REVIEWERS = tuple(f"reviewer{number}" for number in range(1, 5))
ACTING = ("mate", "head", "secretary", *REVIEWERS, "chair", "deputy", "owner", "verifier", "leader")  # beside the lead, who signs in


@dataclass(frozen=True)
class Office:
    """A town that is served."""

    town: Town
    address: str


@pytest.fixture
def office(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A town with an open call and passwords, served; what the flows have to do is done within a tenth of a second."""
    monkeypatch.setenv("GAGAS_DATABASE_URL", town.store.url.render_as_string(hide_password=False))
    settings.cache_clear()
    database.cache_clear()
    give_password(town, "lead")
    town.build_call(code="KLIEN")
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.1):
            tick(town)
            deliver(town)

    flows = threading.Thread(target=work)
    with serve(town) as address:
        flows.start()
        yield Office(town, address)
        over.set()
        flows.join(60)
    database().close()


def write_description(folder: Path) -> Path:
    """The API's description as a file."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(described()))
    return file


def made_once(*parts: bytes) -> Path:
    """Where something that was generated is kept: as long as what it was made of stays the same."""
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return Path(tempfile.gettempdir()) / f"gagas-client-{digest[:24]}"
