"""On the form of an idea a colleague is found by name and added without a script; by the API, too, at a bounded rate."""

import html
import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.lookups import MOST_SEARCHES, Lookups
from models.ideas import Invitation
from models.replacements import Replacement
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser
from tests.asking import ask, check_problem
from tests.building import Shelf, Town
from tests.workflows.intake.test_name_search import NAMES, register
from workflows.region.people import NewUnit, register_unit

WANTED = "GET /me/unit/people?name="


@pytest.fixture(autouse=True)
def forgotten_searches(town: Town) -> None:
    town.app.state.searches = Lookups(most=MOST_SEARCHES, code="too_many_searches")


def without_switch(page: str) -> str:
    """A page without the form that shows what was typed in the other language, which holds all of it again."""
    return re.sub(r'<form class="tongue".*?</form>', "", page, flags=re.S)


def test_a_colleague_is_found_added_and_asked_to_join(town: Town) -> None:
    made = register(town, NAMES)
    wanted = made["Sari Dewi Anggraini"]
    idea, browser = town.build_idea(team=()), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    typed = {"form": "public_service", "medium": "digital", "title": "Judul yang diketik", "team.0.share": "100"}
    for do in ("find", "enter"):
        found = browser.post(path, data=fields_of(browser.get(path).text, path) | typed | {"colleague": "sari", "do": do})
        assert found.status_code == 200
        assert re.findall(r'name="add" value="(\w+)"', found.text).count(wanted) == 1
        assert "Judul yang diketik" in found.text
    assert not [number for number in re.findall(r"\d{18}", found.text) if number != town["lead"].number]
    added = browser.post(path, data=fields_of(without_switch(found.text), path) | typed | {"colleague": "sari", "add": wanted})
    fields = fields_of(without_switch(added.text), path)
    assert (fields["team.1.person"], html.unescape(without_switch(added.text)).count("Sari Dewi Anggraini")) == (wanted, 1)
    twice = browser.post(path, data=fields | typed | {"add": wanted})
    assert "team.2.person" not in fields_of(without_switch(twice.text), path)
    saved = browser.post(path, data=fields | typed | {"team.0.share": "50", "team.1.share": "50", "do": "save"})
    assert saved.headers["location"] == f"{path}?ok=draft_saved", saved.text
    assert [(each.person_id, each.share_hundredths) for each in town.rows(select(Invitation))] == [(wanted, 5_000)]


def test_what_is_wrong_with_a_search_stands_at_its_field_and_nothing_typed_is_lost(town: Town) -> None:
    path, browser = f"/usulan/baru?call={town.call}", open_browser(town, "lead")
    fields = fields_of(browser.get(path).text, "/usulan/baru") | {"title": "Judul yang diketik", "do": "find"}
    refused = browser.post("/usulan/baru", data=fields | {"colleague": "s<i>"})
    assert (refused.status_code, "Ketik paling sedikit 3 huruf" in refused.text) == (200, True)
    assert "s&lt;i&gt;" in refused.text
    nobody = browser.post("/usulan/baru", data=fields | {"colleague": "tono gambiranom"})
    assert "Tidak ada rekan di unit Anda" in nobody.text
    for _ in range(MOST_SEARCHES):
        last = browser.post("/usulan/baru", data=fields | {"colleague": "sari"})
    assert "Terlalu sering mencari" in last.text
    assert "Judul yang diketik" in last.text


def test_who_comes_into_a_team_is_found_by_a_form_and_by_no_address(town: Town) -> None:
    """What follows the ? of an address lands in the logs of whatever stands in between, and in a browser's history."""
    made = register(town, NAMES)
    wanted, idea, browser = made["Sari Dewi Anggraini"], town.build_idea(IdeaStage.SCREENING), open_browser(town, "lead")
    path = f"/usulan/{idea}/ganti"
    assert 'method="get"' not in browser.get(path).text.partition("<main")[2]
    sent = fields_of(browser.get(path).text, path) | {"leaver_id": town["mate"].id, "reason": "Pindah tugas ke provinsi."}
    assert "Ketik paling sedikit 3 huruf" in browser.post(path, data=sent | {"colleague": "s", "do": "find"}).text
    for do in ("find", "enter"):
        found = browser.post(path, data=sent | {"colleague": "sari", "do": do})
        assert (found.status_code, f'value="{wanted}"' in found.text, "Pindah tugas ke provinsi." in found.text) == (200, True, True)
    assert town.rows(select(Replacement.id)) == []
    fields = fields_of(without_switch(found.text), path) | {name: sent[name] for name in ("leaver_id", "reason")}
    asked = browser.post(path, data=fields | {"person_id": wanted, "do": "enter"})
    assert asked.headers["location"] == "/pergantian?ok=replacement_asked"
    assert town.rows(select(Replacement.newcomer_id)) == [wanted]


def test_somebody_elsewhere_cannot_be_added_by_an_id_that_somebody_knows(town: Town) -> None:
    idea, browser = town.build_idea(team=()), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    added = browser.post(path, data=fields_of(browser.get(path).text, path) | {"add": town["stranger"].id})
    assert town["stranger"].name not in added.text
    assert town["stranger"].id not in without_switch(added.text)


def test_the_api_tells_name_position_and_unit_and_no_number(town: Town) -> None:
    made = register(town, NAMES)
    with TestClient(town.app) as client:
        answer = ask(client, town["lead"], WANTED + "bambang")
        assert answer.json() == {
            "people": [
                {"person_id": made["Bambang Priyono"], "name": "Bambang Priyono", "position": "Analis", "unit": "Kelurahan Maleber"}
            ],
            "is_more": False,
        }
        check_problem(ask(client, town["lead"], WANTED + "ba"), 422, "name_too_short", language="id")
        for _ in range(MOST_SEARCHES):
            late = ask(client, town["lead"], WANTED + "sari")
        check_problem(late, 429, "too_many_searches", language="id")
        assert int(late.headers["retry-after"]) <= 60
        assert ask(client, town["stranger"], WANTED + "sari").status_code == 200


def test_worlds_that_differ_in_people_of_other_units_answer_alike(shelf: Shelf) -> None:
    answers = []
    for is_other in (False, True):
        town = shelf.open_town()
        if is_other:
            below = town.do(register_unit, NewUnit("MALEBER-TU", "Tata Usaha Maleber", "section", "MALEBER"), by="admin")
            register(town, NAMES, below.code)
            register(town, tuple(f"Kenanga {name}" for name in NAMES), "CIROYOM", 230)
        town.app.state.searches = Lookups(most=MOST_SEARCHES, code="too_many_searches")
        with TestClient(town.app) as client:
            asked = [ask(client, town["lead"], WANTED + name) for name in ("sari", "kenanga", "bambang")]
        answers.append([(each.status_code, each.content, each.headers["content-length"]) for each in asked])
    assert answers[0] == answers[1]
