"""Text goes out compressed where that tells nobody anything; files are packed already, and pages of somebody signed in carry a secret."""

import pytest
from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser
from tests.asking import ask
from tests.building import Town


def encoding(client: TestClient, path: str, **headers: str) -> str:
    return client.get(path, headers={"accept-encoding": "gzip", **headers}).headers.get("content-encoding", "")


def test_a_list_of_the_api_is_compressed_for_whoever_takes_gzip(town: Town, client: TestClient) -> None:
    for _ in range(6):
        town.build_idea(IdeaStage.DRAFT)
    packed = ask(client, town["lead"], "GET /ideas", accept_encoding="gzip")
    plain = ask(client, town["lead"], "GET /ideas", accept_encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2


def test_what_fits_into_a_packet_stays_as_it_is(client: TestClient) -> None:
    assert encoding(client, "/api/v1/health") == ""


@pytest.mark.parametrize("path", ["/", "/proses", "/verifikasi", "/masuk"])
def test_a_page_is_compressed_for_whoever_is_not_signed_in(client: TestClient, path: str) -> None:
    assert encoding(client, path) == "gzip"


@pytest.mark.parametrize("name", ["gagas_session", "__Host-gagas_session"])
def test_a_page_is_not_compressed_for_whoever_may_be_signed_in(client: TestClient, name: str) -> None:
    """Its length would tell of its form token what a repeated address guesses of it (BREACH)."""
    assert encoding(client, "/proses", cookie=f"language=id; {name}=x") == ""


def test_a_downloaded_list_is_compressed_although_its_reader_is_signed_in(town: Town) -> None:
    for number in range(9):
        town.build_idea(IdeaStage.SCREENING, title=f"Antrean daring kelurahan {number}")
    browser = open_browser(town, "secretary")
    packed, page = browser.get("/daftar/usulan.csv"), browser.get("/daftar")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text.count("Antrean daring kelurahan") == 9
    assert "content-encoding" not in page.headers


def test_style_sheets_and_the_documentations_files_are_kept_for_a_year_and_sent_compressed(client: TestClient) -> None:
    for page in ("/", "/api/docs"):
        found = [part.split('"')[0] for part in client.get(page).text.split('="')[1:] if part.startswith(("/static/", "/api/docs/"))]
        assert len(found) >= 3
        for path in found:
            answer = client.get(path)
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["content-encoding"] == "gzip"
            again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


def test_the_description_is_asked_for_again_but_sent_once(client: TestClient) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 120_000 < len(answer.content)
    assert client.get("/api/openapi.json", headers={"if-none-match": answer.headers["etag"]}).status_code == 304
