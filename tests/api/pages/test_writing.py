"""The writing form is shown to whom the process offers it, and whatever was typed comes back with a refusal."""

import re

import pytest

from api.v1.shapes import show_idea
from models.calls import Call
from models.stages import IdeaStage
from tests.api.pages.browsing import SENTENCE, fields_of, open_browser
from tests.building import Town
from workflows.review.gates import pass_gate

pytestmark = pytest.mark.slow

WRITTEN = {"form": "public_service", "medium": "digital", "team.0.share": "60", "team.1.share": "40", "do": "submit"}
TYPED = "Yang diketik di ponsel, satu dua tiga."
HEARING = {"name": "hearing", "label": "Dengar pendapat", "label_en": "Hearing", "stage": "supplement_asked", "role": "secretariat"}


def read_version(town: Town, idea: str) -> str:
    """The version of an idea as its lead sees it."""
    with town.store.reading() as session:
        return show_idea(session, idea, town.actor(session, "lead")).version


def test_behind_a_gate_no_form_to_complete_is_shown_and_what_was_typed_is_kept(town: Town) -> None:
    gated, free = (town.build_idea(IdeaStage.SUPPLEMENT_ASKED, call=town.build_call(gates=gates)) for gates in ([HEARING], []))
    browser = open_browser(town, "lead")
    for idea, shown in ((gated, False), (free, True)):
        asked = browser.get(f"/usulan/{idea}/lengkapi")
        assert (asked.status_code, asked.headers.get("location")) == ((200, None) if shown else (303, f"/usulan/{idea}"))
        assert (f'href="/usulan/{idea}/lengkapi"' in browser.get(f"/usulan/{idea}").text) is shown
    assert browser.get("/usulan").text.count("Lengkapi usulan:") == 1
    fields = fields_of(browser.get(f"/usulan/{free}/lengkapi").text, f"/usulan/{free}/lengkapi") | WRITTEN
    path = f"/usulan/{gated}/lengkapi"
    typed = fields | {"form_version": read_version(town, gated), "title": "Judul baru", "sections.idea": "Kata-kata yang panjang"}
    answer = browser.post(path, data=typed)
    assert answer.status_code == 409
    assert "Dengar pendapat" in re.findall(r'role="alert".*?</div>', answer.text, re.S)[0]
    assert "Kata-kata yang panjang</textarea>" in answer.text
    assert fields_of(answer.text, path)["form_key"]
    more = browser.post(path, data=typed | {"do": "rows"})
    assert (more.status_code, "Kata-kata yang panjang</textarea>" in more.text) == (200, True)
    town.do(pass_gate, gated, "hearing", by="secretary")
    again = fields_of(browser.get(path).text, path) | WRITTEN | {"title": "Judul baru"}  # which nobody asked for
    again |= {"sections.background": SENTENCE, "sections.idea": SENTENCE}
    assert browser.post(path, data=again).headers["location"] == f"/usulan/{gated}?ok=supplemented"
    assert (town.idea(gated).stage, town.idea(gated).title) == (IdeaStage.SCREENING, "Antrean daring kelurahan")


@pytest.mark.parametrize(
    ("stage", "below", "step", "after"),
    [("draft", "ubah", "withdraw", "withdrawn"), ("supplement_asked", "lengkapi", "supplement", "screening")],
)
def test_what_was_typed_is_kept_where_the_stage_moved_meanwhile(town: Town, stage: str, below: str, step: str, after: str) -> None:
    idea, browser = town.build_idea(IdeaStage(stage)), open_browser(town, "lead")
    path = f"/usulan/{idea}/{below}"
    fields = fields_of(browser.get(path).text, path) | WRITTEN | {"title": "Judul dari ponsel", "sections.idea": TYPED}
    town.take(idea, step)
    assert browser.get(path).headers["location"] == f"/usulan/{idea}"
    first = browser.post(path, data=fields)
    assert (first.status_code, TYPED in first.text) == (412, True)
    second = browser.post(path, data=fields_of(first.text, path) | WRITTEN | {"title": "Judul dari ponsel", "sections.idea": TYPED})
    assert (second.status_code, TYPED in second.text) == (409, True)
    assert (town.idea(idea).stage, town.idea(idea).title == "Judul dari ponsel") == (after, False)


def test_only_the_lead_is_led_to_the_writing_form(town: Town) -> None:
    idea = town.build_idea()
    assert f'href="/usulan/{idea}/ubah"' in open_browser(town, "lead").get("/usulan").text
    mate = open_browser(town, "mate")
    assert f'href="/usulan/{idea}"' in mate.get("/usulan").text
    assert mate.get(f"/usulan/{idea}/ubah").headers["location"] == f"/usulan/{idea}"
    path = f"/usulan/{idea}/ubah"
    lead_form = fields_of(open_browser(town, "lead").get(path).text, path)
    token = re.findall(r'name="form_token" value="([^"]+)"', mate.get(f"/usulan/baru?call={town.call}").text)[0]
    refused = mate.post(path, data=lead_form | WRITTEN | {"form_token": token, "title": "Judul rekan"})
    assert (refused.status_code, "Judul rekan" in refused.text) == (403, True)
    apart_from_the_switch = re.sub(r'<form class="tongue".*?</form>', "", refused.text, flags=re.S)
    assert f'action="{path}"' not in apart_from_the_switch


def test_a_call_that_is_not_open_offers_no_new_draft(town: Town) -> None:
    page, browser = f"/usulan/baru?call={town.call}", open_browser(town, "lead")
    fields = fields_of(browser.get(page).text, "/usulan/baru") | WRITTEN | {"title": "Terlambat"}
    with town.store.unit_of_work() as session:
        session.get_one(Call, town.call).state = "closed"
    assert browser.get(page).headers["location"] == "/usulan/baru"
    answer = browser.post("/usulan/baru", data=fields)
    assert (answer.status_code, 'value="Terlambat"' in answer.text) == (409, True)
    assert 'action="/usulan/baru"' in answer.text


def test_a_call_that_takes_nothing_in_offers_no_submission(town: Town) -> None:
    idea = town.build_idea()
    with town.store.unit_of_work() as session:
        session.get_one(Call, town.call).state = "closed"
    text = open_browser(town, "lead").get(f"/usulan/{idea}/ubah").text
    assert "Simpan draf" in text
    assert 'value="submit"' not in text
