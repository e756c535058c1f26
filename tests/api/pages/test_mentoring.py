"""Mentors through the pages: the secretariat sets them, the lead asks, the mentor answers and advises, without script."""

from sqlmodel import select

from models.mentors import Mentor, Mentorship
from models.people import EmploymentKind
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.building import Town
from tests.outsiders import outsider, welcome
from tests.workflows.intake.mentored import ADVICE, WISH, add_mentor, ask

NAME = "pendamping.mentor"


def test_the_whole_way_of_a_mentorship_through_the_pages(town: Town) -> None:
    welcome(town, "mentor", outsider(EmploymentKind.MENTOR, NAME))
    secretary, lead, mentor = (open_browser(town, who) for who in ("secretary", "lead", "mentor"))
    call = f"/periode-usulan/{town.call}"
    assert f'href="{call}/pendamping"' in secretary.get(call).text
    saved = send(secretary, f"{call}/pendamping", f"{call}/pendamping", identifier=NAME, themes="Kesehatan\nTata kota", capacity="2")
    assert (saved.status_code, saved.headers["location"]) == (303, f"{call}/pendamping?ok=mentor_set")
    assert "0 dari 2 tempat terpakai" in secretary.get(f"{call}/pendamping").text

    idea = f"/usulan/{town.build_idea(theme='Kesehatan ibu dan anak')}"
    asked = send(lead, idea, f"{idea}/pendamping", wish=WISH)
    assert (asked.status_code, asked.headers["location"]) == (303, f"{idea}?ok=mentor_asked")
    shown = lead.get(idea).text
    assert all(each in shown for each in (town["mentor"].name, "temanya cocok (Kesehatan); 2 dari 2", WISH, "Tarik permintaan"))

    waiting = mentor.get("/bimbingan").text
    assert all(each in waiting for each in (WISH, town["lead"].name, "Menunggu jawaban"))
    assert "Antrean daring kelurahan" not in waiting
    assert mentor.get(idea).status_code == 404
    [mentorship] = town.rows(select(Mentorship.id))
    answer = f"/bimbingan/{mentorship}"
    assert "Pilih salah satu" in send(mentor, "/bimbingan", answer).text
    assert send(mentor, "/bimbingan", answer, outcome="accepted").headers["location"] == "/bimbingan?ok=mentor_answered"
    assert f'href="{idea}#mentoring"' in mentor.get("/bimbingan").text
    short = send(mentor, idea, f"{idea}/saran", text="Bagus")
    assert (short.status_code, "Teks terlalu pendek" in short.text) == (422, True)
    assert send(mentor, idea, f"{idea}/saran", text=ADVICE).headers["location"] == f"{idea}?ok=mentor_advised"
    assert ADVICE in lead.get(idea).text
    assert "Pendamping memberi saran untuk usulan Anda" in lead.get("/akun").text

    over = send(mentor, idea, f"{idea}/pendamping/{mentorship}", reason="Sudah cukup.")
    assert over.headers["location"] == "/bimbingan?ok=mentorship_ended"
    assert (mentor.get(idea).status_code, "Sudah cukup." in lead.get(idea).text) == (404, True)
    [row] = town.rows(select(Mentor))
    assert send(secretary, f"{call}/pendamping", f"{call}/pendamping/{row.id}").status_code == 303
    assert "Tidak lagi dalam daftar" in secretary.get(f"{call}/pendamping").text


def test_the_menu_shows_my_mentoring_to_who_may_be_a_mentor_alone(town: Town) -> None:
    add_mentor(town)
    for who, has in (("mentor", True), ("lead", False), ("secretary", False), ("admin", False)):
        assert ('href="/bimbingan"' in open_browser(town, who).get("/akun").text) == has, who


def test_a_refused_form_is_shown_where_it_stood_with_what_was_typed(town: Town) -> None:
    idea = f"/usulan/{town.build_idea(IdeaStage.IN_PILOT)}"
    refused = send(open_browser(town, "lead"), idea, f"{idea}/pendamping", wish=WISH)
    assert (refused.status_code, WISH in refused.text, "tidak ada pendamping dengan tempat bebas" in refused.text) == (409, True, True)
    add_mentor(town)
    mentorship = ask(town, town.build_idea())
    mentor = open_browser(town, "mentor")
    refused = send(mentor, "/bimbingan", f"/bimbingan/{mentorship.id}", outcome="declined", reason="a\0")
    assert (refused.status_code, 'id="answer-' in refused.text) == (422, True)
    assert open_browser(town, "chair").get(f"/periode-usulan/{town.call}/pendamping").status_code == 403
