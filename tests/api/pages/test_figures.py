"""Figures on forms: what may mean two numbers is asked back with what was typed kept, and a wrong measurement is corrected."""

import re
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.instants import today
from models.pilots import Indicator, Measurement
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask
from tests.building import Town

TYPED = {"id": ("1.240", "1240", "1,24"), "en": ("1.240", "1240", "1.24")}


@pytest.mark.parametrize(("language", "meant"), [("id", "1.24"), ("en", "1240")])
def test_a_number_that_may_mean_two_is_asked_back_with_both_readings_and_kept(town: Town, language: str, meant: str) -> None:
    idea, browser = town.build_idea(IdeaStage.IN_PILOT), open_browser(town, "owner")
    browser.cookies.set("language", language, domain="testserver.local", path="/")
    (indicator,) = town.rows(select(Indicator.id))
    typed, more, less = TYPED[language]
    fields = {"indicator_id": indicator, "measured_on": today().isoformat(), "value": typed, "note": "Dihitung dua kali"}
    asked = send(browser, f"/usulan/{idea}", f"/usulan/{idea}/ukur", **fields)
    assert (asked.status_code, town.rows(select(Measurement))) == (422, [])
    assert f'value="{typed}"' in asked.text
    assert "Dihitung dua kali</textarea>" in asked.text
    (error,) = re.findall(r'id="measure-value-error">([^<]*)', asked.text)
    assert (more in error, less in error) == (True, True)
    assert re.findall(r'name="meant.value" value="([^"]*)"', asked.text) == ["1240", "1.24"]
    assert send(browser, f"/usulan/{idea}", f"/usulan/{idea}/ukur", **fields, meant__value=meant).status_code == 303
    assert town.rows(select(Measurement.value)) == [Decimal(meant)]


def test_a_measurement_is_corrected_on_the_page_and_shows_what_it_said(town: Town) -> None:
    idea, browser = town.build_idea(IdeaStage.IN_PILOT), open_browser(town, "owner")
    assert "perbaiki-ukur" not in browser.get(f"/usulan/{idea}").text
    town.take(idea, "measure")
    (reading,) = town.rows(select(Measurement.id))
    path = f"/usulan/{idea}/perbaiki-ukur"
    wrong = send(browser, f"/usulan/{idea}", path, measurement_id="", value="dua", reason="Salah")
    assert set(re.findall(r'id="correct-([a-z_]+)-error"', wrong.text)) == {"measurement_id", "value", "reason"}
    right = {"measurement_id": reading, "value": "7,5", "reason": "Koma terlewat ketika diketik."}
    assert send(browser, f"/usulan/{idea}", path, **right).headers["location"] == f"/usulan/{idea}?ok=corrected"
    told = open_browser(town, "lead").get(f"/usulan/{idea}").text
    for words in ("diperbaiki, semula 75", "Lama antre · Nilai: 75 → 7,5", "Koma terlewat ketika diketik.", town["owner"].name):
        assert words in told, words


@pytest.mark.parametrize(
    ("given", "status"), [(1240, 201), (1.24, 201), ("1.240", 201), ("1,24", 422), ("1_240", 422), ("1e3", 422), (True, 422)]
)
def test_a_figure_in_the_api_is_a_json_number_or_a_decimal_string(town: Town, client: TestClient, given: object, status: int) -> None:
    idea = town.build_idea(IdeaStage.IN_PILOT)
    (indicator,) = town.rows(select(Indicator.id))
    body = {"indicator_id": indicator, "measured_on": today().isoformat(), "value": given}
    answer = ask(client, town["owner"], f"POST /ideas/{idea}/pilot/measurements", body)
    assert answer.status_code == status, answer.text
    if status == 201:
        assert Decimal(answer.json()["value"]) == Decimal(str(given))
    else:
        assert (answer.json()["type"], answer.json()["field"]) == ("urn:gagas:problem:number_format", "value")
