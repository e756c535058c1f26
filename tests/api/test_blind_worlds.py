"""Who proposes an idea is not to be told from somebody else, by whoever reviews it without names: two worlds in which a member of the team
bears another name, and the films lie elsewhere, answer the same to every search.

Who would look: a reviewer who types the name of a colleague, or the host of an office's own films, alone and beside words of the text.
"""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import select

from models.database import table_of
from models.ideas import Idea, Revision
from models.stages import IdeaStage
from tests.answers import REACHED, named
from tests.building import Shelf, Town
from tests.worlds import Worlds, list_patterns
from workflows.intake.search_terms import keep_terms_of
from workflows.region.details import Details, change_details
from workflows.region.posts import Dated

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FORM = {"fields": [REACHED, named("films", "Video", "Films", kind="links", is_required=False)]}
HOSTS = ("https://zamrud.example/a", "https://nilam.example/a")
NAMES = ("Kenari Zamrud", "Merpati Nilam")
TYPED = ("zamrud", "nilam", "kenari", "merpati", "kenari+antrean", "kenari+penerapan", "antrean+zamrud", "penerapan", "example", "tono")
LISTS = ("api/v1/ideas?count=true&", "daftar?", "daftar/usulan.csv?", "rekan?", "api/v1/shared-ideas?")
ADDRESSES = [f"/{page}q={typed}" for page in LISTS for typed in TYPED]


@pytest.fixture(autouse=True)
def searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches are asked, and what tells of ideas."""
    near = [each for each in list_patterns() if re.search(r"^/api/v1/ideas(\?|$|/\{idea_id\}$)", each)]
    monkeypatch.setattr("tests.worlds.list_patterns", lambda: [*near, *ADDRESSES])


def build_reviewed(town: Town) -> None:
    """An idea in a blind review, with a film."""
    answers = {"reached": "applied", "films": HOSTS[0]}
    town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(**FORM, colleagues={"open_to": "whole_region"}), answers=answers)


def world(number: int) -> Callable[[Town], None]:
    """A world in which a member of the team bears this name, and the film lies on this host."""

    def make(town: Town) -> None:
        town.do(change_details, town["mate"].id, Details(NAMES[number]), Dated(), by="admin")
        [idea_id] = town.rows(select(Idea.id))
        with town.store.unit_of_work() as session:
            session.execute(sa.update(table_of(Revision)).values(answers={"reached": "applied", "films": HOSTS[number]}))
            keep_terms_of(session, session.get_one(Idea, idea_id))

    return make


def test_a_search_tells_no_blind_reviewer_who_proposes(shelf: Shelf, client: TestClient) -> None:
    worlds = Worlds(shelf, client, build_reviewed)
    [idea] = shelf.town.rows(select(Idea.id))
    assert worlds.compare(world(0), world(1), who=[*shelf.town.reviewers(idea)[:2], "stranger"]) == {}
    told = worlds.compare(world(0), world(1), who=["secretary"])["secretary"]
    for page in LISTS[:3]:
        for typed in ("zamrud", "merpati", "kenari+antrean", "kenari+penerapan"):
            assert f"/{page}q={typed}" in told, "the comparison itself sees what there is to see"
