"""Pages on which an idea knows of others: similar ones while one writes and screens, and links said and taken back without a script."""

import html
import re

import pytest
from sqlmodel import select

from models.links import IdeaLink
from models.stages import IdeaStage
from tests.api.pages.browsing import fields_of, open_browser, send
from tests.building import Town
from tests.sharing import OPEN
from tests.steps import REASON
from tests.workflows.intake.test_similar import QUEUE, SAME_QUEUE

pytestmark = pytest.mark.slow


def text_of(page: str, heading: str) -> str:
    """The section of a page below a heading, as text."""
    found = re.search(rf'<section[^>]*aria-labelledby="{heading}".*?</section>', page, re.S)
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", found[0])) if found else ""


def test_who_writes_is_shown_similar_ideas_below_the_form_also_of_what_is_not_saved(town: Town) -> None:
    earlier = town.build_idea(IdeaStage.SCREENING, **SAME_QUEUE)
    foreign = town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger", **SAME_QUEUE)
    browser, new = open_browser(town, "lead"), f"/usulan/baru?call={town.call}"
    empty = browser.get(new).text
    assert text_of(empty, "similar") == ""
    typed = {"title": str(QUEUE["title"]), "sections.idea": QUEUE["sections"]["idea"], "do": "refresh"}
    shown = browser.post("/usulan/baru", data=fields_of(empty, "/usulan/baru") | typed).text
    told = text_of(shown, "similar")
    assert SAME_QUEUE["title"] in told
    assert "Kata yang sama: " in told
    assert (f'href="/usulan/{earlier}"' in shown, f'href="/usulan/{foreign}"' in shown) == (True, False)
    draft = town.build_idea(**QUEUE)
    assert SAME_QUEUE["title"] in text_of(browser.get(f"/usulan/{draft}/ubah").text, "similar")
    assert SAME_QUEUE["title"] not in open_browser(town, "walker").get(new).text


def test_who_writes_is_led_to_a_colleagues_open_idea_and_told_no_stage_of_it(town: Town) -> None:
    earlier = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(**OPEN), **SAME_QUEUE)
    browser, new = open_browser(town, "walker"), f"/usulan/baru?call={town.call}"
    typed = {"title": str(QUEUE["title"]), "sections.idea": QUEUE["sections"]["idea"], "do": "refresh"}
    shown = browser.post("/usulan/baru", data=fields_of(browser.get(new).text, "/usulan/baru") | typed).text
    told = text_of(shown, "similar")
    assert (f'href="/rekan/{earlier}"' in shown, f'href="/usulan/{earlier}"' in shown, "Usulan rekan" in told) == (True, False, True)
    assert not [stage for stage in ("Lolos penilaian", "Penilaian") if stage in told]
    assert browser.get(f"/rekan/{earlier}").status_code == 200


def test_who_screens_and_who_scores_is_shown_what_is_similar_and_nobody_else(town: Town) -> None:
    earlier = town.build_idea(IdeaStage.IN_REVIEW, lead="mate", **SAME_QUEUE)
    idea, scored = town.build_idea(IdeaStage.SCREENING, **QUEUE), town.build_idea(IdeaStage.IN_REVIEW, **QUEUE)
    told = text_of(open_browser(town, "secretary").get(f"/usulan/{idea}").text, "similar")
    assert "Lebih dahulu" in told
    assert str(town.idea(earlier).code) in told
    for who in ("lead", "auditor"):
        assert text_of(open_browser(town, who).get(f"/usulan/{idea}").text, "similar") == "", who
    both = next(iter({*town.reviewers(earlier)} & {*town.reviewers(scored)}))
    page = open_browser(town, both).get(f"/usulan/{scored}").text
    assert SAME_QUEUE["title"] in text_of(page, "similar")
    assert town["mate"].name not in page


def test_a_link_is_said_refused_and_taken_back_on_the_page(town: Town) -> None:
    first, idea = town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger", **QUEUE), town.build_idea(IdeaStage.SCREENING, **QUEUE)
    browser, page, to = open_browser(town, "secretary"), f"/usulan/{idea}", f"/usulan/{idea}/hubungan"
    code = str(town.idea(first).code)
    refused = send(browser, page, to, kind="same", other="IDE-1999-000001", reason=REASON)
    assert (refused.status_code, 'id="link-other-error"' in refused.text, REASON in refused.text) == (422, True, True)
    assert send(browser, page, to, kind="same", other=code.lower(), reason=REASON).status_code == 303
    shown = browser.get(page).text
    assert (code in text_of(shown, "links"), "Sama" in text_of(shown, "links"), "link_" in shown) == (True, True, False)
    assert "Hubungan dengan usulan lain: Sama" in html.unescape(shown)
    assert code not in open_browser(town, "lead").get(page).text
    [made] = town.rows(select(IdeaLink.id))
    short = send(browser, page, f"{to}/{made}", reason="Salah")
    assert (short.status_code, f'id="unlink-{made}-reason-error"' in short.text) == (422, True)
    assert send(browser, page, f"{to}/{made}", reason=REASON).status_code == 303
    assert "Dibatalkan oleh" in text_of(browser.get(page).text, "links")
    assert send(open_browser(town, "lead"), page, to, kind="continues", other=code, reason=REASON).status_code == 422
