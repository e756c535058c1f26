"""Many ideas accepted on a page: chosen, looked at, and only then done."""

import re

from fastapi.testclient import TestClient

from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser
from tests.asking import ask, check_problem
from tests.building import Town

GATE = {"name": "visit", "label": "Peninjauan", "label_en": "Visit", "stage": "screening", "role": "chair"}


def test_a_secretary_chooses_looks_and_accepts(town: Town) -> None:
    gated = town.build_call(gates=[GATE])
    ideas = [town.build_idea(IdeaStage.SCREENING, title=f"Usulan <b>{number}</b>") for number in range(3)]
    held = town.build_idea(IdeaStage.SCREENING, call=gated, title="Usulan tertahan")
    browser = open_browser(town, "secretary")
    assert 'href="/seleksi"' in browser.get("/kotak-masuk").text
    page = browser.get("/seleksi").text
    assert page.count('type="checkbox"') == 3, "what waits behind a gate waits for somebody else"
    assert "Mengandung pembaruan; Bermanfaat." in page
    assert "<b>0</b>" not in page
    assert page.index("Periksa dulu") < page.index('type="checkbox"') < page.rindex("Periksa dulu"), (
        "the button comes first, and last again"
    )
    chosen = {f"idea_ids.{idea}": "yes" for idea in (*ideas[:2], held)}
    looked = browser.post("/seleksi", data=fields_of(page, "/seleksi") | chosen)
    assert looked.status_code == 200
    assert "2 usulan akan diterima" in looked.text
    assert looked.text.index('name="confirmed" value="yes"') < looked.text.index(f'href="/usulan/{ideas[0]}"')
    assert "1 usulan tidak dapat diterima" in looked.text
    assert {town.idea(idea).stage for idea in ideas} == {IdeaStage.SCREENING}
    back = browser.post("/seleksi", data=fields_of(looked.text, "/seleksi") | {"confirmed": "no"})
    assert len(re.findall(r'name="idea_ids\.\w+" value="yes" checked', back.text)) == 2
    done = browser.post("/seleksi", data=fields_of(looked.text, "/seleksi") | {"confirmed": "yes"})
    assert (done.status_code, done.headers["location"]) == (303, "/kotak-masuk?ok=many_accepted")
    assert [town.idea(idea).stage for idea in ideas] == [IdeaStage.IN_REVIEW, IdeaStage.IN_REVIEW, IdeaStage.SCREENING]
    assert browser.post("/seleksi", data=fields_of(looked.text, "/seleksi") | {"confirmed": "yes"}).status_code == 303, (
        "sent twice, done once"
    )


def test_what_was_decided_meanwhile_is_told_of_and_the_others_are_accepted(town: Town) -> None:
    ideas = [town.build_idea(IdeaStage.SCREENING) for _ in range(2)]
    browser = open_browser(town, "secretary")
    page = browser.get("/seleksi").text
    looked = browser.post("/seleksi", data=fields_of(page, "/seleksi") | {f"idea_ids.{idea}": "yes" for idea in ideas})
    town.take(ideas[0], "screen accepted")
    done = browser.post("/seleksi", data=fields_of(looked.text, "/seleksi") | {"confirmed": "yes"})
    assert (done.status_code, "1 usulan diterima" in done.text, "1 usulan tidak dapat diterima" in done.text) == (200, True, True)
    assert town.idea(ideas[1]).stage == IdeaStage.IN_REVIEW


def test_who_screens_nothing_sees_nothing_to_choose(town: Town) -> None:
    town.build_idea(IdeaStage.SCREENING)
    browser = open_browser(town, "lead")
    assert "/seleksi" not in browser.get("/kotak-masuk").text
    assert "Tidak ada usulan yang menunggu" in browser.get("/seleksi").text


def test_a_program_tries_first_and_then_accepts(town: Town, client: TestClient) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    body = {"idea_ids": [idea, "y" * 26], "dry_run": True}
    tried = ask(client, town["secretary"], "POST /screenings", body).json()
    assert (tried["accepted"], [each["refusal"] for each in tried["ideas"]]) == (1, [None, "idea_not_found"])
    assert (tried["ideas"][0]["stage"], tried["ideas"][0]["told"]) == ("in_review", 2)
    assert tried["ideas"][1]["detail"].endswith(".")
    assert town.idea(idea).stage == IdeaStage.SCREENING
    assert ask(client, town["secretary"], "POST /screenings", {**body, "dry_run": False}).json()["accepted"] == 1
    assert town.idea(idea).stage == IdeaStage.IN_REVIEW
    assert ask(client, town["secretary"], "POST /screenings", {"idea_ids": [idea]}).status_code == 422
    check_problem(ask(client, None, "POST /screenings", body), 401, "sign_in_needed", language="id")
