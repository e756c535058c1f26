"""Messages over HTTP and on pages: short texts to copy, the choice of mails, and the calendar's secret address, which no log holds."""

import html
import re

import pytest
from fastapi.testclient import TestClient

from api.lookups import MOST_LOOKUPS, Lookups
from models.settings import settings
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask, check_problem
from tests.building import Town

CHOICE = "/me/message-choice"


@pytest.fixture(autouse=True)
def forgetful(client: TestClient) -> None:
    """Nobody has looked anything up yet."""
    client.app.state.lookups = Lookups()  # type: ignore[attr-defined]


def path_of(url: str) -> str:
    return url.removeprefix(settings().address)


def test_a_choice_is_kept_and_told(town: Town, client: TestClient) -> None:
    assert ask(client, town["lead"], f"GET {CHOICE}").json() == {"pace": "at_once", "language": "", "calendar": False}
    put = ask(client, town["lead"], f"PUT {CHOICE}", {"pace": "weekly", "language": "en"})
    assert put.json() == {"pace": "weekly", "language": "en", "calendar": False}
    assert ask(client, town["lead"], f"GET {CHOICE}").json() == put.json()
    assert ask(client, town["mate"], f"GET {CHOICE}").json()["pace"] == "at_once"
    for wrong in ({"pace": "never"}, {"pace": "daily", "language": "jv"}, {}):
        assert ask(client, town["lead"], f"PUT {CHOICE}", wrong).status_code == 422


def test_messages_come_with_a_short_text_and_its_link(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, title="Peta Lampu Jalan")
    (turn,) = ask(client, town["lead"], "GET /me/messages").json()
    assert (turn["kind"], turn["subject"]) == ("turn", "Gagas: Seleksi administrasi - Peta Lampu Jalan")
    assert turn["url"] == f"{settings().address}/usulan/{idea}"
    assert turn["short_text"].endswith(f"\n{turn['url']}")
    assert town["lead"].number not in turn["short_text"]


def test_the_page_offers_each_short_text_to_copy_without_a_script(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, title="Peta <b>Lampu</b> & Jalan")
    browser = open_browser(town, "lead")
    assert "/pesan" in browser.get("/kotak-masuk").text
    page = browser.get("/pesan").text
    (text,) = re.findall(r'<textarea id="short-1" readonly>\n(.*?)</textarea>', page, re.S)
    assert html.unescape(text).startswith('Gagas: usulan "Peta <b>Lampu</b> & Jalan" sekarang dalam tahap: Seleksi administrasi.')
    assert "<b>Lampu" not in page
    assert f'href="/usulan/{idea}"' in page
    assert "Belum ada pesan." in open_browser(town, "stranger").get("/pesan").text


def test_one_chooses_on_the_page_of_ones_account(town: Town, client: TestClient) -> None:
    browser = open_browser(town, "lead")
    sent = send(browser, "/akun", "/akun/pesan", pace="daily", language="en")
    assert (sent.status_code, sent.headers["location"]) == (303, "/akun?ok=messages_chosen#surel")
    page = browser.get("/akun").text
    assert re.search(r'value="daily" checked', page)
    assert re.search(r'<option value="en" selected>', page)
    assert ask(client, town["lead"], f"GET {CHOICE}").json()["pace"] == "daily"


def test_the_calendars_address_is_shown_once_read_by_anybody_who_has_it_and_never_stored_on_the_way(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, title="Peta Lampu Jalan")
    key = {"idempotency_key": "kalender-1"}
    made = ask(client, town["secretary"], "POST /me/calendar", **key)
    path = path_of(made.json()["calendar_url"])
    assert made.status_code == 201
    assert ask(client, town["secretary"], "POST /me/calendar", **key).json() == {"calendar_url": None}
    shown = client.get(path)
    assert shown.status_code == 200
    assert (shown.headers["content-type"], shown.headers["cache-control"]) == ("text/calendar; charset=utf-8", "no-store")
    assert "Peta Lampu Jalan" in shown.text.replace("\r\n ", "")
    assert client.head(path).status_code == 200
    assert idea not in path
    assert ask(client, town["secretary"], f"GET {CHOICE}").json()["calendar"]
    renewed = path_of(ask(client, town["secretary"], "POST /me/calendar").json()["calendar_url"])
    assert [client.get(each).status_code for each in (path, renewed)] == [404, 200]
    assert ask(client, town["secretary"], "DELETE /me/calendar").status_code == 204
    assert client.get(renewed).status_code == 404
    check_problem(ask(client, town["secretary"], "DELETE /me/calendar"), 409, "feed_missing", language="id")


def test_an_address_made_on_the_page_works_and_a_form_sent_twice_shows_it_no_more(town: Town, client: TestClient) -> None:
    browser = open_browser(town, "lead")
    page = browser.get("/akun").text
    form = re.search(r'<form[^>]*action="/akun/kalender".*?</form>', page, re.S)
    assert form
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0]))
    shown = browser.post("/akun/kalender", data=fields)
    (url,) = re.findall(r'<textarea id="calendar-url" readonly>\n(.*?)</textarea>', shown.text, re.S)
    assert client.get(path_of(url)).status_code == 200
    again = browser.post("/akun/kalender", data=fields)
    assert url not in again.text
    assert "hanya tampil sekali" in again.text
    ended = send(browser, "/akun", "/akun/kalender/akhiri")
    assert ended.headers["location"] == "/akun?ok=calendar_ended#surel"
    assert client.get(path_of(url)).status_code == 404


def test_no_log_holds_the_address_and_whoever_guesses_is_refused_after_a_while(town: Town, client: TestClient) -> None:
    path = path_of(ask(client, town["lead"], "POST /me/calendar").json()["calendar_url"])
    assert client.get(path).status_code == 200
    guesses = [client.get(f"/kalender/{number:043}.ics").status_code for number in range(MOST_LOOKUPS)]
    assert set(guesses) == {404, 429}
    assert guesses.index(429) == MOST_LOOKUPS - 1
    refused = client.get(path)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    logged = "".join(file.read_text() for file in (settings().data / "logs").iterdir())
    secret = path.removeprefix("/kalender/").removesuffix(".ics")
    assert secret not in logged
    assert "/kalender/{secret}.ics" in logged


@pytest.mark.parametrize(
    "strange", ["/kalender/.ics", "/kalender/a/b.ics", "/kalender/%00.ics", "/kalender/%ff%fe.ics", "/kalender/" + "x" * 9_000 + ".ics"]
)
def test_no_address_of_a_calendar_is_an_error_of_ours(client: TestClient, strange: str) -> None:
    assert client.get(strange).status_code == 404
