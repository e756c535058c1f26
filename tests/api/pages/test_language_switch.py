"""The language switch stays after an error: the same form with everything typed, in the other language, and nothing is done by it."""

import html
import re

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import func, select

from models.ideas import Decision, Idea, Revision
from models.stages import IdeaStage
from tests.api.pages.browsing import PASSWORD, fields_of, give_password, open_browser, send
from tests.building import Town


def switch(browser: TestClient, shown: Response) -> Response:
    """Press the switch in the header."""
    form = re.findall(r'<form class="tongue".*?</form>', shown.text, re.S)[0]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form))
    name, value = re.findall(r'<button name="([^"]*)" value="([^"]*)"', form)[0]
    typed = {field: html.unescape(each) for field, each in fields.items()} | {name: value}
    return browser.post(re.findall(r'action="([^"]*)"', form)[0], data=typed)


def count(town: Town, idea: str) -> tuple[int, int, str]:
    return (
        town.rows(select(func.count()).select_from(Revision))[0],
        town.rows(select(func.count()).select_from(Decision))[0],
        town.idea(idea).stage,
    )


def test_an_error_is_read_in_the_other_language_with_everything_typed(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.RECOMMENDED), open_browser(town, "deputy")
    typed = {"outcome": "deferred", "reason": "Tidak", "decree_number": "100.3/7"}
    before = count(town, idea)
    refused = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/penetapan", **typed)
    assert "Teks terlalu pendek" in refused.text
    for language, said in (("en", "The text is too short"), ("id", "Teks terlalu pendek")):
        refused = switch(browser, refused)
        assert (refused.status_code, refused.headers["content-language"]) == (422, language)
        assert said in refused.text
        assert all(words in refused.text for words in ("Tidak</textarea>", 'value="100.3/7"', 'value="deferred" checked'))
        assert browser.get(f"/usulan/{idea}").headers["content-language"] == language  # it is remembered
    assert count(town, idea) == before


def test_what_could_be_done_meanwhile_is_not_done_by_switching(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.SHORTLISTED), open_browser(town, "chair")
    refused = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/rekomendasi", outcome="feasible", reason="Layak")
    form = refused.text.replace('name="reason" value="Layak"', 'name="reason" value="Layak diterapkan di semua kelurahan"')
    before = count(town, idea)
    shown = switch(browser, Response(422, text=form))
    assert (shown.status_code, count(town, idea)) == (200, before)
    assert "Layak diterapkan di semua kelurahan</textarea>" in shown.text


@pytest.mark.parametrize("do", ["submit", "save", "rows"])
def test_a_writing_form_is_switched_with_its_sections_and_saves_nothing(town: Town, do: str) -> None:
    idea, browser = town.build_idea(team=()), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    typed = {"title": "Judul baru" if do == "submit" else "", "form": "other", "medium": "digital", "sections.idea": "Satu", "do": do}
    shown = send(browser, path, path, **typed)
    before = count(town, idea)
    switched = switch(browser, shown)
    assert (switched.status_code, switched.headers["content-language"]) == (shown.status_code, "en")
    assert ("words; write at least" in switched.text) == (do == "submit")
    assert ("must not be empty" in switched.text) == (do == "save")
    assert "Satu</textarea>" in switched.text
    assert count(town, idea) == before
    assert town.rows(select(func.count()).select_from(Idea)) == [1]
    again = re.findall(rf'<form[^>]*action="{path}".*?</form>', switched.text, re.S)[-1]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', again))
    saved = browser.post(path, data=typed | fields | {"title": "Judul akhir", "sections.background": "Satu dua tiga", "do": "save"})
    assert (saved.status_code, town.idea(idea).title) == (303, "Judul akhir")


def test_an_act_that_waits_to_be_confirmed_is_read_in_the_other_language(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.AWAITING_PERMISSION), open_browser(town, "head")
    reason = "Sudah dikerjakan seksi pelayanan"
    asked = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/izin", outcome="refused", reason=reason)
    switched = switch(browser, asked)
    assert (switched.status_code, town.idea(idea).stage) == (200, IdeaStage.AWAITING_PERMISSION)
    assert "Yes, refuse permission" in switched.text
    assert reason in switched.text


def test_the_switch_stands_on_pages_of_problems_and_never_carries_a_password(town: Town) -> None:
    visitor = open_browser(town)
    lost = visitor.get("/tidak-ada")
    assert switch(visitor, lost).headers["location"] == "/tidak-ada"
    wrong = visitor.post("/masuk", data={"identifier": town["lead"].number, "password": "bukan ini kuncinya"})
    assert "bukan ini kuncinya" not in wrong.text
    assert switch(visitor, wrong).headers["location"] == "/masuk"
    browser = open_browser(town, "lead")
    refused = send(browser, "/akun", "/akun/kata-sandi", present_password="salah", password="tujuh kuda nil", password_again="lain")
    assert refused.status_code in (409, 422)
    assert "tujuh kuda nil" not in refused.text
    assert 'action="/bahasa"' in refused.text


def test_a_form_that_waits_for_a_new_sign_in_is_read_in_the_other_language_and_sent_once(town: Town) -> None:
    give_password(town, "head")
    idea, browser = town.build_idea(IdeaStage.AWAITING_PERMISSION), open_browser(town, "head")
    typed = fields_of(browser.get(f"/usulan/{idea}").text, f"/usulan/{idea}/izin") | {"outcome": "granted", "reason": "Silakan & cepat"}
    browser.cookies.clear()
    ended = switch(browser, browser.post(f"/usulan/{idea}/izin", data=typed))
    assert (ended.status_code, "Your session has ended" in ended.text) == (200, True)
    proof = {"identifier": town["head"].number, "password": PASSWORD}
    offered = browser.post("/masuk", data=fields_of(ended.text, "/masuk") | proof)
    assert (offered.status_code, 'lang="en"' in offered.text) == (200, True)
    shown = switch(browser, offered)
    assert (shown.status_code, '<html lang="id">' in shown.text, town.idea(idea).stage) == (200, True, IdeaStage.AWAITING_PERMISSION)
    assert PASSWORD not in shown.text
    assert browser.post(f"/usulan/{idea}/izin", data=fields_of(shown.text, f"/usulan/{idea}/izin")).status_code == 303
    assert town.idea(idea).stage == IdeaStage.SCREENING
