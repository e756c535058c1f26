"""Every route by everybody: who is let in to what, written by hand; a route that nobody wrote down fails.

`make test` has every route asked by nobody known and by a third of those who are to be answered alike, on each route by others;
`make test-all` has each asked by everybody.
"""

import csv
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import col, select

from api.app import ROUTERS, create_app
from api.v1 import PREFIX
from api.v1.attachments import RAW
from models.awards import Award
from models.reviews import Review, ReviewState
from models.settings import settings
from tests.api.route_bodies import body_of
from tests.api.route_scene import Scene, build
from tests.asking import ask
from tests.building import Shelf, Town
from tests.conftest import ALL

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("routes")]  # the scene takes longer to build than any route to ask
PART = 1 if ALL else 3  # of so many who are answered alike one asks

QUERIES = {("GET", "/people"): "?role=reviewer", ("POST", "/ideas/{idea_id}/attachments"): "?name=contoh.pdf"}
QUERIES["GET", "/me/unit/people"] = "?name=sari"
WITH_FILES = ("/ideas/{idea_id}/attachments", "/ideas/{idea_id}/book")
PUBLIC = {"/activation", "/forgotten-passwords", "/tokens", "/health", "/ledger"}
PUBLIC |= {"/verification", "/verification/{token}", "/verification/files/{sha256}"}


@cache
def rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "route_access.csv").open() as file:
        return list(csv.DictReader(file))


def routes() -> set[tuple[str, str]]:
    found = [route for stage in ROUTERS for route in stage.router.routes if isinstance(route, APIRoute)]
    return {(method, route.path.removeprefix(PREFIX)) for route in found for method in route.methods - {"HEAD"}}


@pytest.fixture
def scene(shelf: Shelf) -> Scene:
    if not shelf.has("routes"):
        town = shelf.open_town()
        IDS.update(build(town))
        shelf.put_aside("routes")
    return Scene(shelf.open_town("routes"), IDS)


IDS: dict[tuple[str, str, str], str] = {}


def test_every_route_is_written_down_and_nothing_else() -> None:
    assert {(row["method"], row["path"]) for row in rows()} == routes()


def test_every_route_lies_in_the_application_as_it_is(town: Town) -> None:
    """FastAPI searches an included router twice, and asks all its routes each time whether they have changed: 1.5 ms a request."""
    assert {type(route).__name__ for route in create_app(town.store).routes} <= {"APIRoute", "Route", "Mount"}


def test_the_description_tells_the_same_routes(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()["paths"]
    assert list(described.pop("/dokumen/{document_id}")) == ["get"]
    assert {(method.upper(), path.removeprefix(PREFIX)) for path, methods in described.items() for method in methods} == routes()


def test_only_the_public_routes_answer_somebody_unknown() -> None:
    assert {row["path"] for row in rows() if row["anonymous"] != "401"} | {"/tokens"} == PUBLIC


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['method']} {row['path']} {row['of']} {row['stage']}")
def test_everybody_is_let_in_where_it_is_written_and_nowhere_else(
    row: dict[str, str], scene: Scene, shelf: Shelf, client: TestClient
) -> None:
    if "/documents" in row["path"] and not settings().documents.exists():
        shutil.copytree(shelf.store.url.database + ".files", settings().documents)  # type: ignore[operator]
    if row["path"].startswith(WITH_FILES) and not settings().attachments.exists():
        shutil.copytree(shelf.store.url.database + ".attached", settings().attachments)  # type: ignore[operator]
    asking = choose(row)
    for who in asking:
        if row["method"] not in ("GET", "HEAD") and changed(row, asking[: asking.index(who)]):
            shelf.lay("routes")
        person = who_is(scene, row, who)
        path = re.sub(r"\{(\w+)\}", lambda found: scene.find(row, found[1]), row["path"])
        path += QUERIES.get((row["method"], row["path"]), "")
        body = None if row["method"] in ("GET", "HEAD", "DELETE") else body_of(scene, row, "" if who == "anonymous" else person.who)  # type: ignore[union-attr]
        named = {"content_type": RAW} if isinstance(body, bytes) else {}
        answer = ask(client, person, f"{row['method']} {path}", body, if_match="*", **named)
        assert answer.status_code == int(row[who]), f"{who}: {answer.status_code} instead of {row[who]}: {answer.text[:300]}"


def choose(row: dict[str, str]) -> list[str]:
    """Who asks: nobody known, and one in so many of those who are to be answered alike, at least one of each answer."""
    number, places, chosen = rows().index(row), dict[str, int](), list[str]()
    people = list(row)[4:]
    answers = [row[who] for who in people]
    for who in people:
        place = places[row[who]] = places.get(row[who], -1) + 1
        if who == "anonymous" or place % PART == number % min(PART, answers.count(row[who])):
            chosen.append(who)
    return chosen


def changed(row: dict[str, str], before: list[str]) -> bool:
    """Whether somebody before may have changed something."""
    return any(row[one].startswith("2") for one in before)


def who_is(scene: Scene, row: dict[str, str], who: str) -> Any:
    """The resident; `reviewer` is one who was asked to review the idea, if anybody was."""
    if who != "reviewer":
        return None if who == "anonymous" else scene.town[who]
    idea = scene.ids.get((row["of"], "idea_id", row["stage"]))
    if "{award_id}" in row["path"]:
        (idea,) = scene.town.rows(select(Award.idea_id).where(Award.id == scene.find(row, "award_id")))
    answering = col(Review.state).in_((ReviewState.ASSIGNED, ReviewState.SCORED))
    asked = scene.town.rows(select(Review.reviewer_id).where(Review.idea_id == idea, answering))
    return next((one for one in scene.town.people.values() if one.id in asked), scene.town["reviewer1"])
