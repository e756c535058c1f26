"""Coaching clinics through the pages: planned by the secretariat, booked and given back by a team, cancelled with a reason."""

from datetime import timedelta

from sqlmodel import select

from models.clinics import Clinic, ClinicBooking
from models.instants import now
from tests.api.pages.browsing import open_browser, send
from tests.building import Town
from tests.steps import REASON


def test_a_clinic_is_planned_booked_given_back_and_cancelled(town: Town) -> None:
    secretary, lead = open_browser(town, "secretary"), open_browser(town, "lead")
    call, idea = f"/periode-usulan/{town.call}", f"/usulan/{town.build_idea()}"
    begins = f"{now() + timedelta(days=5):%Y-%m-%dT%H:%M}"
    planned = send(
        secretary, f"{call}/klinik", f"{call}/klinik", title="Klinik putaran 1", place="Aula BAPPEDA", starts_at=begins, places="1"
    )
    assert (planned.status_code, planned.headers["location"]) == (303, f"{call}/klinik?ok=clinic_planned")
    [clinic] = town.rows(select(Clinic.id))
    place = f"{idea}/klinik/{clinic}"
    assert all(each in lead.get(idea).text for each in ("Klinik putaran 1", "1 dari 1 tempat bebas", "Pesan tempat"))
    assert send(lead, idea, place).headers["location"] == f"{idea}?ok=clinic_booked"
    assert "Tim ini memiliki tempat" in lead.get(idea).text
    assert town["lead"].name in secretary.get(f"{call}/klinik").text
    [booking] = town.rows(select(ClinicBooking.id))
    assert send(lead, idea, f"{place}/{booking}").headers["location"] == f"{idea}?ok=clinic_left"

    assert "Pesan tempat" in lead.get(idea).text
    send(lead, idea, place)
    short = send(secretary, f"{call}/klinik", f"{call}/klinik/{clinic}", reason="Sakit")
    assert (short.status_code, "paling sedikit 10 karakter" in short.text) == (422, True)
    assert send(secretary, f"{call}/klinik", f"{call}/klinik/{clinic}", reason=REASON).status_code == 303
    assert all(each in lead.get(idea).text for each in ("Dibatalkan", REASON))
    assert "Klinik pendampingan yang Anda pesan dibatalkan" in lead.get("/akun").text


def test_a_place_that_went_meanwhile_is_refused_on_the_idea(town: Town) -> None:
    secretary, call = open_browser(town, "secretary"), f"/periode-usulan/{town.call}"
    begins = f"{now() + timedelta(days=5):%Y-%m-%dT%H:%M}"
    send(secretary, f"{call}/klinik", f"{call}/klinik", title="Klinik", place="Aula", starts_at=begins, places="1")
    [clinic] = town.rows(select(Clinic.id))
    mine, other = town.build_idea(), town.build_idea(lead="stranger")
    lead = open_browser(town, "lead")
    shown = lead.get(f"/usulan/{mine}").text
    send(open_browser(town, "stranger"), f"/usulan/{other}", f"/usulan/{other}/klinik/{clinic}")
    assert f'action="/usulan/{mine}/klinik/{clinic}"' in shown
    assert f'action="/usulan/{mine}/klinik/{clinic}"' not in lead.get(f"/usulan/{mine}").text
