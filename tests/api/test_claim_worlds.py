"""Neither a sealed text nor a draft is told by the adoption watch: worlds that differ in nothing else answer the same.

Who would look: the lead who is told that a near idea was determined, or not; the secretariat and the leader who oversee both ideas.
"""

import hashlib
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.calls import Call
from models.ideas import Idea
from models.stages import IdeaStage
from tests.building import Shelf, Town
from tests.conftest import ALL
from tests.workflows.intake.claiming import FAR, FIRST, NEAR, watch
from tests.workflows.process.sealed import SEALED
from tests.worlds import Make, Worlds, list_patterns

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ASKERS, ALL_ASKERS = ("operator", "secretary"), ("operator", "secretary", "chair", "leader", "lead", "head", "other_head")


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ideas and claims are shown, unless all is asked for: each address costs as much as any."""
    if not ALL:
        near = [each for each in list_patterns() if re.search(r"idea_id|claim|klaim|outbox|kotak|pesan", each)]
        monkeypatch.setattr("tests.worlds.list_patterns", lambda: near)


def build_watched(town: Town) -> None:
    """A rejected idea under watch, one that is to be determined, and a sealed call in which somebody writes."""
    town.build_idea(IdeaStage.REJECTED, lead="operator", **FIRST)
    town.build_idea(IdeaStage.RECOMMENDED, **NEAR)
    sealed = town.build_call(code="TERTUTUP", closing=SEALED)
    for _ in range(2):
        town.build_idea(call=sealed, lead="walker", title="Draf di laci")


@contextmanager
def drawn_alike() -> Iterator[None]:
    """Ids and salts are drawn in one order, so that what both worlds do alike has the same of both."""
    numbers = itertools.count()

    def draw(size: int) -> bytes:
        return hashlib.sha256(str(next(numbers)).encode()).digest()[:size]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.ids._random", draw)
        patch.setattr("models.ids.secrets.token_hex", lambda size: draw(size).hex())
        yield


def hidden(text: dict[str, Any]) -> Make:
    """A world in which two hidden ideas say a text, one of them handed in, when the open one is determined and looked for."""

    def act(town: Town) -> None:
        [call] = town.rows(select(Call.id).where(Call.code == "TERTUTUP"))
        [adopted] = town.rows(select(Idea.id).where(Idea.stage == IdeaStage.RECOMMENDED))
        with drawn_alike():
            town.build_idea(call=call, lead="walker", **text)
            handed_in = town.build_idea(call=call, lead="walker", **text)
            town.take(handed_in, "submit", lead="walker")
            town.take(adopted, "determine adopted")
            watch(town, adopted)

    return act


def test_what_is_near_is_told_alike_whatever_a_sealed_text_or_a_draft_says(shelf: Shelf, client: TestClient) -> None:
    worlds = Worlds(shelf, client, build_watched)
    secrets = hidden(FIRST), hidden({**FAR, "title": FIRST["title"]})
    assert worlds.compare(*secrets, who=ALL_ASKERS if ALL else ASKERS) == {}
    assert worlds.compare(*secrets, who=("walker",)) != {}, "the comparison itself sees what there is to see"
