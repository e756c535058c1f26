"""What is answered is what was described: the tests' own requests are held against the description, and that has teeth."""

import httpx
import pytest
from fastapi.testclient import TestClient

from models.stages import AwardStage
from tests.asking import ask
from tests.building import SECTIONS, Town
from tests.described import check_described, find_operation


def test_what_was_made_is_read_where_location_says(town: Town, client: TestClient) -> None:
    made = ask(client, town["lead"], "POST /ideas", {"call_id": town.call, "title": "Antrean daring", "sections": SECTIONS})
    assert made.headers["location"] == f"/api/v1/ideas/{made.json()['id']}"
    read = client.get(made.headers["location"], headers=town["lead"].headers)
    assert (read.json(), read.headers["etag"]) == (made.json(), made.headers["etag"])


def test_a_kept_answer_says_where_again_and_that_it_is_kept(town: Town, client: TestClient) -> None:
    body = {"call_id": town.call, "title": "Antrean daring", "sections": SECTIONS}
    first, second = (ask(client, town["lead"], "POST /ideas", body, idempotency_key="once") for _ in range(2))
    assert second.headers["location"] == first.headers["location"]
    assert (first.headers.get("idempotency-replayed"), second.headers["idempotency-replayed"]) == (None, "true")


def test_an_award_and_an_office_are_read_with_their_version(town: Town, client: TestClient) -> None:
    award = ask(client, town["leader"], f"GET /awards/{town.build_award(AwardStage.PROPOSED)}")
    assert award.headers["etag"] == f'"{award.json()["version"]}"'


@pytest.mark.parametrize(
    ("status", "media", "body"),
    [
        (418, "application/json", b"{}"),
        (200, "text/plain", b"{}"),
        (200, "application/json", b'{"ideas": 5, "after": null}'),
        (404, "application/problem+json", b"{}"),
        (422, "application/json", b'{"detail": []}'),
        (422, "application/problem+json", b'{"type": "urn:gagas:problem:nothing_known"}'),
    ],
)
def test_an_answer_that_is_not_described_is_found(status: int, media: str, body: bytes) -> None:
    request = httpx.Request("GET", "http://test/api/v1/ideas")
    answer = httpx.Response(status, headers={"content-type": media, "content-language": "id"}, content=body, request=request)
    with pytest.raises(AssertionError):
        check_described(answer)


def test_a_request_is_held_against_the_operation_that_answers_it() -> None:
    assert (find_operation("HEAD", "/api/v1/ideas/x") or {})["operationId"] == "show_idea"
    assert (find_operation("GET", "/api/v1/inbox/stranded") or {})["operationId"] == "show_stranded"
    assert find_operation("GET", "/api/v1/nowhere") is None
