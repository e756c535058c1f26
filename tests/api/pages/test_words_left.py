"""Each section says how many words it has and how many are left, missing or too many, as they are counted when it is handed in."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.texts import Words
from models.form_rules import Section
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser, send
from tests.building import Town
from workflows.intake.answers import FormContent, list_form_faults
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.process.wording import count_words

TEN = Section(name="idea", label="Gagasan", label_en="Idea", minimum_words=3, maximum_words=10)
DASHES = "- – — * • … satu dua"  # two words, whatever stands between spaces
SAID = {"title": "Papan antrean", "form": "public_service", "medium": "digital", "team.0.share": "", "do": "save"}


def words_of(page: str) -> dict[str, str]:
    """What a page says of the words of each section, by the section's name."""
    found = re.findall(r'<p class="words" id="writing-sections-(\w+)-words"[^>]*>(.*?)</p>', page, re.S)
    return {name: html.unescape(re.sub(r"<[^>]+>", " ", said)).split(" saat ")[0].strip() for name, said in found}


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        ("", "0 kata, kurang 3 kata", "Words: 0, missing: 3"),
        ("  \n ", "0 kata, kurang 3 kata", "Words: 0, missing: 3"),
        (DASHES, "2 kata, kurang 1 kata", "Words: 2, missing: 1"),
        (f"{DASHES} tiga", "3 kata, sisa 7 kata", "Words: 3, left: 7"),
        ("kata " * 10 + "- – —", "10 kata, sisa 0 kata", "Words: 10, left: 0"),
        ("kata " * 11, "11 kata, kelebihan 1 kata", "Words: 11, too many: 1"),
        ("kata " * 1_210, "1.210 kata, kelebihan 1.200 kata", "Words: 1,210, too many: 1,200"),
    ],
)
def test_what_is_left_missing_or_too_many_is_told_in_both_languages(text: str, indonesian: str, english: str) -> None:
    assert (Words("id").words_left(TEN, text), Words("en").words_left(TEN, text)) == (indonesian, english)


@given(st.lists(st.sampled_from(["kata", "-", "—", "½", "3", "\u200b", "\ufeff", "é", "·"])), st.integers(0, 6), st.integers(0, 6))
def test_a_section_is_short_or_long_exactly_where_handing_it_in_is_refused_for_that(parts: list[str], least: int, more: int) -> None:
    section = Section(name="idea", label="Gagasan", label_en="Idea", minimum_words=least, maximum_words=least + more + 1)
    policy = type("Form", (), {"fields": (), "sections": (section,)})()
    text = " ".join(parts)
    refused = [fault.code for fault in list_form_faults(policy, FormContent({"idea": text}, {}))]
    said = Words("id").words_left(section, text)
    assert ("kurang" in said, "kelebihan" in said) == ("section_too_short" in refused, "section_too_long" in refused)
    assert said.startswith(f"{count_words(text)} kata")


def test_a_draft_says_it_when_it_is_opened_saved_and_shown_again(town: Town) -> None:
    browser, page = open_browser(town, "lead"), f"/usulan/baru?call={town.call}"
    empty = browser.get(page).text
    assert words_of(empty) == {"background": "0 kata, kurang 3 kata", "idea": "0 kata, kurang 3 kata"}
    for name in ("background", "idea"):
        described = re.findall(rf'<textarea id="writing-sections-{name}"[^>]*aria-describedby="([^"]*)"', empty)
        assert described[0].split() == [f"writing-sections-{name}-hint", f"writing-sections-{name}-words"]
    typed = SAID | {"sections.background": DASHES, "sections.idea": "kata " * 51 + "-"}
    told = {"background": "2 kata, kurang 1 kata", "idea": "51 kata, kelebihan 1 kata"}
    shown = browser.post("/usulan/baru", data=fields_of(empty, "/usulan/baru") | typed | {"do": "rows"})
    assert (shown.status_code, words_of(shown.text)) == (200, told)
    refused = browser.post("/usulan/baru", data=fields_of(shown.text, "/usulan/baru") | typed | {"do": "submit"})
    assert (refused.status_code, words_of(refused.text)) == (422, told)
    saved = send(browser, page, "/usulan/baru", **{name.replace(".", "__"): value for name, value in typed.items()})
    assert words_of(browser.get(saved.headers["location"]).text) == told


def test_a_supplement_says_it_of_the_sections_that_may_be_changed(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes={"idea": "Lengkapi."}, reason="Lengkapi isinya."), by="secretary")
    assert words_of(open_browser(town, "lead").get(f"/usulan/{idea}/lengkapi").text) == {"idea": "6 kata, sisa 44 kata"}


def test_an_operator_who_types_for_a_colleague_is_told_the_same(town: Town) -> None:
    page = open_browser(town, "operator").get(f"/usulan-titipan/baru?call={town.call}").text
    assert re.findall(r"<p class=\"words\"[^>]*><span>([^<]*)</span>", page) == ["0 kata, kurang 3 kata"] * 2
