"""The sample offices are held by the sample people who decide there, and could belong to nobody."""

from collections import Counter
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlmodel import select

from models.offices import OfficeHolder
from tests.building import Town
from tests.examples.test_samples import PEOPLE, UNITS, holders, json_of
from workflows.region.holders import NewHolder
from workflows.region.offices import NewOffice, set_office

OFFICES = {office["unit"]: office for office in json_of("offices.json")}
each_office = pytest.mark.parametrize("office", OFFICES.values(), ids=OFFICES)


@each_office
def test_an_office_is_marked_as_invented_and_drawn_without_a_coat_of_arms(office: dict[str, Any]) -> None:
    assert office["fictitious"] == "yes"
    assert office["office"]["address"].endswith("(alamat contoh)")
    assert office["office"]["contact"].endswith("@contoh.example")
    assert "emblem" not in office["office"]


@each_office
def test_an_office_is_held_by_those_who_decide_there(office: dict[str, Any]) -> None:
    role = "leader" if office["office"]["head_kind"] == "regional_head" else "unit_head"
    for holder in office["holders"]:
        person = PEOPLE[holder["person"]]
        assert (holder["capacity"] == "") == (person["position"] == office["office"]["position"])
        assert (holder["capacity"] == "Plh.") == (holder["person"] not in holders(role, office["unit"]))


def test_the_offices_are_of_every_level_and_know_an_acting_and_a_daily_holder() -> None:
    assert len(OFFICES) == len(json_of("offices.json"))
    assert [UNITS[unit]["kind"] for unit in OFFICES] == ["city", "agency", "office", "district", "urban_village"]
    held = Counter(holder["capacity"] for office in OFFICES.values() for holder in office["holders"])
    assert held == {"": 4, "Plt.": 1, "Plh.": 1}


def test_the_offices_can_be_set_and_held_as_they_are_written(town: Town) -> None:
    for place, office in enumerate(OFFICES.values()):
        unit = ("KOTA", "BAPPEDA", "DINKES", "ANDIR", "MALEBER")[place]
        new = TypeAdapter(NewOffice).validate_python(office["office"])
        town.do(set_office, unit, new, by="admin")
        for holder in office["holders"]:
            who = {**holder, "who": town[("leader", "chair", "walker", "head", "owner")[place]].id}
            town.appoint(unit, TypeAdapter(NewHolder).validate_python(who))
    assert len(town.rows(select(OfficeHolder))) == 6
