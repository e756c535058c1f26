"""The page on which the API is read and tried: everything on it comes from this server."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.described import described


def test_the_documentation_fetches_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/api/docs")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r'(src|href)="(?!/)', answer.text)
    for path in re.findall(r'(?:src|href)="(/(?:api|static)[^"]*)"', answer.text):
        assert client.get(path).status_code == 200


def test_the_documentation_reads_the_description_that_is_given_out(client: TestClient) -> None:
    script = client.get("/static/api.js").text
    assert 'url: "/api/openapi.json"' in script
    assert client.get("/api/openapi.json").json() == described()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_front_page_leads_to_the_documentation(client: TestClient, language: str) -> None:
    assert 'href="/api/docs"' in client.get("/", headers={"accept-language": language}).text


def test_no_other_file_of_the_package_is_given_out(client: TestClient) -> None:
    for name in ("redoc.standalone.js", "core.py", "..%2f__init__.py", "swagger-ui.css%00"):
        assert client.get(f"/api/docs/{name}").status_code == 404
