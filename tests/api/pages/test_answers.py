"""The writing form asks what the answers so far ask for, takes what people type, and loses nothing when an answer is changed."""

import html
import re
from typing import Any

import pytest
from sqlmodel import col, select

from models.ideas import Revision
from models.stages import IdeaStage
from tests.answers import ANSWERS, CHANNELS, FORM, PEOPLE, REACHED, SAID, TEXTS, named
from tests.api.pages.browsing import fields_of, open_browser, send
from tests.api.pages.test_all_at_once import fields_at_fault
from tests.building import POLICY, SECTIONS, Town
from workflows.intake.screen import Findings, Screening, screen_idea

HOSTILE = '<img src=x onerror="alert(1)">'
TYPED = {"form": "other", "medium": "digital", "title": "Judul"} | {f"sections.{name}": text for name, text in SECTIONS.items()}
CHOSEN = {"answers.reached": "applied", "answers.channels": "", "answers.channels.website": "yes"}
ADDRESS = 'id="writing-sections-address"'


def present(town: Town, idea: str) -> Revision:
    newest = select(Revision).where(Revision.idea_id == idea).order_by(col(Revision.number).desc())
    return town.rows(newest)[0]  # type: ignore[no-any-return]


def values(page: str, prefix: str) -> dict[str, str]:
    """What stands in the fields of a page below a prefix, hidden ones too; of boxes and radios those that are picked."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        given = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if given.get("name", "").startswith(prefix) and (given.get("type") not in ("checkbox", "radio") or " checked" in tag):
            found[given["name"]] = given["value"]
    return found


def hidden_in(page: str, action: str = "/usulan/baru") -> dict[str, str]:
    """The hidden fields of the writing form itself, not of the switch to the other language above it."""
    return fields_of(page[page.index("<main") :], action)


@pytest.fixture
def call(town: Town) -> str:
    return town.build_call(**FORM)


def test_a_new_form_asks_only_what_is_asked_of_everybody(town: Town, call: str) -> None:
    page = open_browser(town, "lead").get(f"/usulan/baru?call={call}").text
    shown = [f'id="writing-{name}"' in page for name in ("answers-reached", "answers-channels", "answers-people", "answers-applied_on")]
    assert (shown, ADDRESS in page) == ([True, True, True, False], False)
    assert page.count('name="do" value="refresh"') == 2, "beside each choice that decides what else is asked"
    assert page.index('id="writing-answers-reached"') < page.index('id="writing-answers-people"') < page.index('id="writing-sections-idea"')
    assert not values(page, "answers.").get("answers.reached")


def test_an_updated_form_asks_what_the_answers_ask_for_and_saves_nothing(town: Town, call: str) -> None:
    browser = open_browser(town, "lead")
    typed = {**TYPED, **CHOSEN, "answers.people": "seribu", "sections.idea": "Belum selesai", "do": "refresh"}
    page = send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **typed)
    assert (page.status_code, town.rows(select(Revision))) == (200, [])
    assert all(each in page.text for each in (ADDRESS, 'id="writing-answers-applied_on"', "Belum selesai</textarea>", 'value="seribu"'))
    assert "Hanya bila Saluran layanan dijawab Situs web." in page.text
    assert "Hanya bila Tahapan inovasi dijawab Penerapan. Mulai 1 Januari 2020. Paling lambat 31 Desember 2026." in page.text
    assert values(page.text, "answers.") | CHOSEN == values(page.text, "answers.")
    back = {**hidden_in(page.text), **typed, "answers.reached": "trial", "answers.applied_on": "2025-03-17"}
    back |= {"sections.address": "Alamat\nyang sudah ditulis"}
    del back["answers.channels.website"]
    away = browser.post("/usulan/baru", data=back)
    assert (ADDRESS in away.text, 'id="writing-answers-applied_on"' in away.text) == (False, False)
    hidden = hidden_in(away.text)
    assert hidden["answers.applied_on"] == "2025-03-17"
    assert hidden["sections.address"] == "Alamat\nyang sudah ditulis"
    assert "Isian yang tidak ditanyakan tidak ikut diajukan." in away.text
    again = browser.post("/usulan/baru", data={**hidden, **typed})
    assert "Alamat\nyang sudah ditulis</textarea>" in again.text
    assert values(again.text, "answers.applied_on") == {"answers.applied_on": "2025-03-17"}


def test_what_is_typed_is_kept_as_people_mean_it_and_shown_with_its_labels(town: Town, call: str) -> None:
    browser = open_browser(town, "lead")
    typed = {**TYPED, **CHOSEN, "answers.applied_on": "17-03-2025", "answers.people": "1.200,5", "sections.address": TEXTS["address"]}
    typed |= {"answers.channels.counter": "yes", "do": "submit"}
    sent = send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **typed)
    assert sent.status_code == 303, sent.text
    idea = sent.headers["location"].split("/")[2].partition("?")[0]
    assert (present(town, idea).answers, present(town, idea).sections) == (ANSWERS, TEXTS)
    page = browser.get(f"/usulan/{idea}").text
    for label, answer in (
        ("Tahapan inovasi", "Penerapan"),
        ("Waktu penerapan", "17 Maret 2025"),
        ("Saluran layanan", "Loket; Situs web"),
        ("Penerima manfaat", "1.200,5"),
    ):
        assert f"<dt>{label}</dt><dd>{answer}</dd>" in page


def test_a_draft_opens_with_what_it_says_and_unticked_boxes_are_unticked(town: Town, call: str) -> None:
    idea, browser = town.build_idea(call=call, **SAID), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    stored = values(browser.get(path).text, "answers.")
    assert stored == {
        "answers.reached": "applied",
        "answers.applied_on": "2025-03-17",
        "answers.people": "1200,5",
        "answers.channels": "",
        "answers.channels.counter": "yes",
        "answers.channels.website": "yes",
    }
    typed = {**TYPED, **{name: value for name, value in stored.items() if not name.startswith("answers.channels.")}}
    shown = send(browser, path, path, **typed, do="refresh")
    assert values(shown.text, "answers.channels") == {"answers.channels": ""}
    saved = send(browser, path, path, **typed, do="save")
    assert saved.headers["location"] == f"{path}?ok=draft_saved"
    assert present(town, idea).answers == {name: answer for name, answer in ANSWERS.items() if name != "channels"}


def test_a_saved_draft_keeps_what_a_changed_choice_hides(town: Town, call: str) -> None:
    idea, browser = town.build_idea(call=call, **SAID), open_browser(town, "lead")
    path = f"/usulan/{idea}/ubah"
    typed = {**TYPED, "answers.reached": "applied", "answers.applied_on": "2025-03-17", "answers.channels": "", "answers.people": "5"}
    shown = send(browser, path, path, **typed, do="refresh")
    saved = browser.post(path, data={**hidden_in(shown.text, path), **typed, "do": "save"})
    assert saved.status_code == 303
    assert present(town, idea).sections == TEXTS
    sent = send(browser, path, path, **typed, do="submit")
    assert sent.headers["location"] == f"/usulan/{idea}?ok=submitted"
    assert present(town, idea).sections == SECTIONS


def test_a_figure_that_may_mean_two_is_asked_about_and_an_unreadable_one_is_told_of_once(town: Town, call: str) -> None:
    browser, page = open_browser(town, "lead"), f"/usulan/baru?call={call}"
    asked = send(browser, page, "/usulan/baru", **{**TYPED, "answers.reached": "trial", "answers.people": "1.200", "do": "submit"})
    assert (asked.status_code, fields_at_fault(asked.text, "writing")) == (422, ["answers-people"])
    assert sorted(re.findall(r'name="meant.answers.people" value="([^"]*)"', asked.text)) == ["1.2", "1200"]
    chosen = {**hidden_in(asked.text), **TYPED, "answers.reached": "trial", "answers.people": "1.200"}
    saved = browser.post("/usulan/baru", data=chosen | {"meant.answers.people": "1200", "do": "save"})
    idea = saved.headers["location"].split("/")[2]
    assert present(town, idea).answers == {"reached": "trial", "people": "1200"}
    wrong = send(browser, page, "/usulan/baru", **{**TYPED, "answers.people": "1e400", "do": "submit"})
    assert fields_at_fault(wrong.text, "writing") == ["answers-reached", "answers-people"]


def test_all_that_is_missing_is_told_in_the_order_of_the_form(town: Town, call: str) -> None:
    typed = {"form": "other", "medium": "digital", "title": "Judul", **CHOSEN, "do": "submit"}
    shown = send(open_browser(town, "lead"), f"/usulan/baru?call={call}", "/usulan/baru", **typed)
    assert fields_at_fault(shown.text, "writing") == [
        *("answers-applied_on", "answers-people", "sections-background", "sections-idea", "sections-address")
    ]


def test_an_unreadable_answer_that_is_not_asked_stands_in_nobodys_way(town: Town, call: str) -> None:
    typed = {**TYPED, "answers.reached": "trial", "answers.applied_on": "kemarin", "answers.people": "5", "do": "submit"}
    sent = send(open_browser(town, "lead"), f"/usulan/baru?call={call}", "/usulan/baru", **typed)
    assert sent.status_code == 303
    assert town.rows(select(Revision.answers)) == [{"reached": "trial", "people": "5"}]


@pytest.mark.parametrize("smuggled", [{"answers.reached": "counter"}, {"answers.reached": HOSTILE}, {"answers.poem": "x"}])
def test_what_no_form_offers_is_refused(town: Town, call: str, smuggled: dict[str, str]) -> None:
    typed = {**TYPED, **smuggled, "do": "save"}
    refused = send(open_browser(town, "lead"), f"/usulan/baru?call={call}", "/usulan/baru", **typed)
    assert (refused.status_code, HOSTILE in refused.text) == (422, False)
    assert town.rows(select(Revision)) == []


def test_labels_are_text_wherever_they_stand(town: Town) -> None:
    fields = [{**REACHED, "label": HOSTILE, "options": [named("trial", HOSTILE, HOSTILE), named("applied", "Penerapan", "In use")]}, PEOPLE]
    fields[1] = {**PEOPLE, "depends_on": "reached", "answers_needed": ["trial"]}
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(fields=fields), answers={"reached": "trial", "people": "5"}, team=())
    for who, path in (
        ("lead", f"/usulan/baru?call={town.idea(idea).call_id}"),
        ("lead", f"/usulan/{idea}"),
        ("secretary", f"/usulan/{idea}"),
    ):
        page = open_browser(town, who).get(path).text
        assert (HOSTILE in page, html.escape(HOSTILE) in page or "&lt;img" in page) == (False, True), path


def test_many_options_are_a_list_to_open_and_few_stand_below_each_other(town: Town) -> None:
    many = [named(f"option_{number}", f"Pilihan {number}", f"Option {number}") for number in range(60)]
    fields = [{**REACHED, "is_required": False}, {**REACHED, "name": "many", "options": many}, {**CHANNELS, "name": "all", "options": many}]
    call, browser = town.build_call(fields=fields), open_browser(town, "lead")
    page = browser.get(f"/usulan/baru?call={call}").text
    assert page.count('type="radio" name="answers.reached"') == 3, "two options and none, as it need not be answered"
    assert len(re.findall(r'<option value="option_\d+"', page)) == 60
    ticked = {f"answers.all.option_{number}": "yes" for number in range(60)}
    typed = {**TYPED, "answers.all": "", "answers.many": "option_59", **ticked, "do": "submit"}
    sent = send(browser, f"/usulan/baru?call={call}", "/usulan/baru", **typed)
    assert sent.status_code == 303
    (answers,) = town.rows(select(Revision.answers))
    assert (answers["many"], len(answers["all"].split(","))) == ("option_59", 60)


def completing(town: Town, *parts: str, said: dict[str, Any] = SAID, **notes: str) -> str:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(**FORM), **said)
    findings = Findings(reason="Beberapa isian perlu diperbaiki.", parts=parts, notes=notes)
    town.do(screen_idea, idea, Screening.RETURNED, findings, by="secretary")
    return idea


def test_a_returned_idea_opens_the_fields_that_were_asked_for_with_their_notes(town: Town) -> None:
    idea, browser = completing(town, people="Sebutkan jumlah tahun lalu."), open_browser(town, "lead")
    path = f"/usulan/{idea}/lengkapi"
    page = browser.get(path).text
    assert '<li><a href="#writing-answers-people">Penerima manfaat</a>: Sebutkan jumlah tahun lalu.</li>' in page
    assert "Catatan sekretariat:</strong> Sebutkan jumlah tahun lalu.</p>" in page
    assert values(page, "answers.") == {"answers.people": "1200,5"}
    assert "<h3>Saluran layanan</h3><p>Loket; Situs web</p>" in page
    smuggled = {"answers.reached": "trial", "answers.channels": "", "answers.applied_on": "2021-01-01", "sections.address": "lain"}
    sent = send(browser, path, path, **smuggled, **{"answers.people": "900", "do": "submit"})
    assert sent.headers["location"] == f"/usulan/{idea}?ok=supplemented"
    assert (present(town, idea).answers, present(town, idea).sections) == ({**ANSWERS, "people": "900"}, TEXTS)


def test_a_returned_idea_may_write_what_its_new_answer_asks_for(town: Town) -> None:
    said = {**SAID, "answers": {**ANSWERS, "channels": "counter"}, "sections": SECTIONS}
    idea, browser = completing(town, "answers.channels", said=said), open_browser(town, "lead")
    path = f"/usulan/{idea}/lengkapi"
    assert ADDRESS not in browser.get(path).text
    typed = {"answers.channels": "", "answers.channels.website": "yes"}
    shown = send(browser, path, path, **typed, do="refresh")
    assert ADDRESS in shown.text
    refused = send(browser, path, path, **typed, do="submit")
    assert fields_at_fault(refused.text, "writing") == ["sections-address"]
    sent = send(browser, path, path, **typed, **{"sections.address": TEXTS["address"], "do": "submit"})
    assert sent.headers["location"] == f"/usulan/{idea}?ok=supplemented"
    assert (present(town, idea).answers["channels"], present(town, idea).sections) == ("website", TEXTS)


def test_the_secretariat_is_offered_a_note_and_a_box_for_each_part_that_is_asked(town: Town) -> None:
    said = {**SAID, "answers": {**ANSWERS, "channels": "counter"}, "sections": SECTIONS}
    idea, browser = town.build_idea(IdeaStage.SCREENING, call=town.build_call(**FORM), **said), open_browser(town, "secretary")
    page = browser.get(f"/usulan/{idea}").text
    assert re.findall(r'name="notes\.(\w+)"', page) == ["reached", "applied_on", "channels", "people", "background", "idea"]
    assert {"answers.people", "sections.idea", "title"} <= set(re.findall(r'name="parts\.([\w.]+)"', page))
    assert "parts.sections.address" not in page
    typed = {"outcome": "returned", "notes.people": "Sebutkan jumlah tahun lalu.", "parts.answers.channels": "yes"}
    assert send(browser, f"/usulan/{idea}", f"/usulan/{idea}/seleksi", **typed).status_code == 303
    assert town.idea(idea).stage == IdeaStage.SUPPLEMENT_ASKED


def test_a_blind_reviewer_reads_the_answers_and_no_code_of_the_program(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(**FORM), **SAID)
    page = open_browser(town, town.reviewers(idea)[0]).get(f"/usulan/{idea}").text
    assert "<dt>Saluran layanan</dt><dd>Loket; Situs web</dd>" in page
    assert "applied" not in re.sub(r"<[^>]*>", "", page)
    assert town["lead"].name not in page


def test_a_form_without_fields_is_as_it_was(town: Town) -> None:
    page = open_browser(town, "lead").get(f"/usulan/baru?call={town.call}").text
    assert ("Isian singkat" in page, 'value="refresh"' in page, POLICY.get("fields")) == (False, False, None)
