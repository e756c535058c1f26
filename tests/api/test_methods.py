"""What an address answers to other methods than its own: HEAD wherever GET is, and 405 with those that it takes."""

import pytest
from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.asking import ask, check_problem
from tests.building import Town


@pytest.mark.parametrize(
    "path", ["/api/v1/health", "/api/v1/ledger", "/api/openapi.json", "/api/docs", "/", "/proses", "/static/gagas.css"]
)
def test_head_is_answered_where_get_is_with_the_same_headers_and_no_body(client: TestClient, path: str) -> None:
    read, asked = client.get(path), client.head(path)
    assert (asked.status_code, asked.content) == (200, b"")
    assert {name: asked.headers[name] for name in asked.headers if name != "content-length"} == {
        name: read.headers[name] for name in read.headers if name != "content-length"
    }


def test_head_of_an_idea_tells_its_version(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.DRAFT)
    asked = ask(client, town["lead"], f"HEAD /ideas/{idea}")
    assert asked.headers["etag"] == ask(client, town["lead"], f"GET /ideas/{idea}").headers["etag"]
    assert ask(client, town["stranger"], f"HEAD /ideas/{idea}").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        ("DELETE /ideas", "GET, HEAD, POST"),
        ("PATCH /ideas/x", "GET, HEAD, PUT"),
        ("GET /ideas/x/submission", "POST"),
        ("PUT /me/sessions", "DELETE, GET, HEAD"),
        ("OPTIONS /health", "GET, HEAD"),
        ("TRACE /tokens", "POST"),
    ],
)
def test_another_method_is_refused_with_those_that_the_address_takes(client: TestClient, town: Town, wanted: str, allowed: str) -> None:
    answer = ask(client, town["lead"], wanted, accept_language="en")
    check_problem(answer, 405, "method_not_allowed", language="en")
    assert answer.headers["allow"] == allowed


def test_a_page_too_says_which_methods_it_takes(client: TestClient) -> None:
    answer = client.delete("/masuk")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert answer.headers["content-type"].startswith("text/html")
