"""The pages say which ideas a call takes before anybody writes, ask only what it asks, and say what is wrong beside the field."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from api.pages.texts import Words
from models.documents import Document
from models.entry_rules import Initiator
from models.instants import local_day, now
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import SENTENCE, fields_of, open_browser
from tests.building import Town
from workflows.calculations.months import months_before
from workflows.documents.kinds.receipt import INITIATORS
from workflows.intake.withdraw import withdraw_idea
from workflows.recognition.letters import number_receipt

WRITTEN = {
    "form": "public_service",
    "medium": "digital",
    "title": "Papan harga",
    "sections.background": SENTENCE,
    "sections.idea": SENTENCE,
}
ALL = {"initiators": ["council", "civil_servant"], "quota": 1, "minimum_months": 24, "earlier_awards": 1}
CODE = "IDE-1999-000001"


def call_of(town: Town, **rule: Any) -> str:
    return town.build_call(entry="in_trial", eligibility=rule)


def latest() -> date:
    """Two years before the day on which the call of the tests closes."""
    return months_before(local_day(now() + timedelta(days=30)), 24)


def write(town: Town, call: str, who: str = "lead", do: str = "submit", **typed: str) -> Any:
    browser = open_browser(town, who)
    shown = browser.get(f"/usulan/baru?call={call}")
    return browser.post("/usulan/baru", data=fields_of(shown.text, "/usulan/baru") | WRITTEN | {"do": do} | typed)


def errors_in(page: str) -> list[str]:
    """The fields that are told of as wrong."""
    return re.findall(r'<p class="error" id="writing-([a-z_-]+)-error"', page)


def test_the_form_asks_what_the_call_asks_and_says_which_day_would_do(town: Town) -> None:
    browser = open_browser(town, "lead")
    plain = browser.get(f"/usulan/baru?call={town.call}").text
    asked = browser.get(f"/usulan/baru?call={call_of(town, **ALL)}").text
    for name in ("initiator", "in_use_since", "earlier_code"):
        assert (f'name="{name}"' in asked, f'name="{name}"' in plain) == (True, False), name
    assert "Anggota DPRD" in asked
    assert f"paling lambat {Words('id').day(latest())}" in asked
    assert 'value="submit"' in asked, "what is to be filled in keeps nobody from handing in"


def test_one_initiator_alone_is_told_and_not_asked(town: Town) -> None:
    call = call_of(town, initiators=["civil_servant"])
    shown = open_browser(town, "lead").get(f"/usulan/baru?call={call}").text
    assert ("Inisiator inovasi: ASN." in shown, 'name="initiator"' in shown) == (True, False)
    answer = write(town, call)
    assert answer.headers["location"].endswith("?ok=submitted"), answer.text


def test_all_that_is_wrong_is_told_beside_its_field_and_the_draft_is_kept(town: Town) -> None:
    answer = write(town, call_of(town, **ALL), **{"sections.idea": ""})
    assert (answer.status_code, errors_in(answer.text)) == (422, ["initiator", "in_use_since", "sections-idea"])
    assert "Draf sudah tersimpan" in answer.text


@pytest.mark.parametrize("typed", ["2025-02-30", "30-02-2025", "0001-01-01", "kemarin"])
def test_a_day_that_cannot_be_is_told_of_with_everything_else(town: Town, typed: str) -> None:
    answer = write(town, call_of(town, **ALL), in_use_since=typed, earlier_code=CODE)
    assert answer.status_code == 422
    assert set(errors_in(answer.text)) == {"initiator", "in_use_since", "earlier_code"}
    assert f'value="{typed}"' in answer.text


def test_an_idea_is_handed_in_and_its_page_says_what_was_said(town: Town) -> None:
    earlier = town.idea(town.build_idea(IdeaStage.SCREENING))
    typed = {"initiator": "council", "in_use_since": latest().isoformat(), "earlier_code": str(earlier.code)}
    answer = write(town, call_of(town, **ALL), **typed)
    assert answer.status_code == 303, answer.text
    idea = answer.headers["location"].split("/")[2].split("?")[0]
    shown = open_browser(town, "lead").get(f"/usulan/{idea}").text
    for said in ("Anggota DPRD", Words("id").day(latest()), str(earlier.code)):
        assert f"<dd>{said}</dd>" in shown
    town.do(number_receipt, idea, by="flow:recognition")
    (said_on_paper,) = town.rows(select(Document.content).where(Document.idea_id == idea))
    told = {name: said_on_paper[name] for name in ("initiator", "in_use_since", "earlier_code")}
    assert told == {"initiator": "Anggota DPRD", "in_use_since": latest().isoformat(), "earlier_code": earlier.code}


def test_a_draft_goes_on_with_what_was_typed(town: Town) -> None:
    answer = write(town, call_of(town, **ALL), do="save", in_use_since="2020-05-17", initiator="civil_servant")
    shown = open_browser(town, "lead").get(answer.headers["location"]).text
    assert 'type="date" value="2020-05-17"' in shown
    assert 'name="initiator" value="civil_servant" checked' in shown


def test_a_proposer_reads_how_many_places_are_left_before_they_write(town: Town) -> None:
    call = call_of(town, quota=1)
    page = f"/usulan/baru?call={call}"
    lead, mate = open_browser(town, "lead"), open_browser(town, "mate")
    assert "0 dari 1 usulan Kecamatan Andir sudah diajukan" in mate.get(page).text
    idea = town.build_idea(IdeaStage.SUBMITTED, call=call)
    for browser in (lead, mate):
        full = browser.get(page).text
        assert "1 dari 1 usulan Kecamatan Andir sudah diajukan" in full
        assert ("Tidak ada tempat lagi." in full, 'value="submit"' in full, 'value="save"' in full) == (True, False, True)
    assert "0 dari 1 usulan Kecamatan Coblong" in open_browser(town, "stranger").get(page).text
    refused = write(town, call, "mate")
    assert (refused.status_code, "Kecamatan Andir sudah mengajukan 1 usulan" in refused.text) == (409, True)
    town.do(withdraw_idea, idea, by="lead")
    assert "0 dari 1" in mate.get(page).text
    assert write(town, call, "mate").status_code == 303


def test_a_call_without_a_quota_says_nothing_of_one(town: Town) -> None:
    assert "sudah diajukan pada periode" not in open_browser(town, "lead").get(f"/usulan/baru?call={town.call}").text


def test_the_calls_page_says_its_conditions_in_sentences(town: Town) -> None:
    call, closes = call_of(town, **ALL, earlier_years=5), local_day(now() + timedelta(days=30))
    shown = html.unescape(open_browser(town).get(f"/periode-usulan/{call}").text)
    for said in (
        "Inisiator inovasi salah satu dari: Anggota DPRD; ASN.",
        f"Inovasi sudah diterapkan paling sedikit 24 bulan pada {Words('id').day(closes)}",
        "Setiap perangkat daerah, dengan semua unit di bawahnya, mengajukan paling banyak 1 usulan.",
        "Inovasi yang sudah menerima 1 penghargaan dalam 5 tahun sebelum penutupan tidak dapat ikut lagi.",
    ):
        assert said in shown
    assert "Syarat usulan" not in open_browser(town).get(f"/periode-usulan/{town.call}").text


def test_the_page_of_a_new_call_shows_the_questions_of_its_proposal_form(town: Town) -> None:
    shown = html.unescape(open_browser(town, "secretary").get("/ketentuan/baru?dari=kipp_style").text)
    preview = shown[shown.index('id="preview"') :]
    for said in (
        "paling sedikit 24 bulan pada 31 Maret 2027",
        "paling banyak 3 usulan",
        "○ Kepala daerah",
        "Diterapkan sejak",
        "Kelanjutan dari usulan",
    ):
        assert said in preview


def test_whoever_screens_sees_what_the_team_was_given_before(town: Town) -> None:
    given = town.idea(town.award(town.build_award(AwardStage.ANNOUNCED, title="Loket keliling")).idea_id)
    hidden = town.idea(town.award(town.build_award(AwardStage.SCHEDULED, title="Belum diumumkan")).idea_id)
    asked, plain = (town.build_idea(IdeaStage.SCREENING, call=call) for call in (call_of(town, earlier_awards=1), town.call))
    secretary = open_browser(town, "secretary")
    shown = secretary.get(f"/usulan/{asked}").text
    assert "Penghargaan terdahulu tim ini" in shown
    assert f"{given.code}, Loket keliling: Emas" in shown
    assert f"{hidden.code}, " not in shown
    assert "Penghargaan terdahulu" not in secretary.get(f"/usulan/{plain}").text
    assert "Penghargaan terdahulu" not in open_browser(town, "lead").get(f"/usulan/{asked}").text


def test_papers_and_pages_name_the_initiators_alike() -> None:
    assert {each: Words("id").word(each) for each in Initiator} == INITIATORS
