"""The sample data hold together, keep to the calls' policies, and could belong to nobody."""

import csv
import json
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from models.people import CIVIL_SERVANTS, Role
from models.policy import Policy
from tests.each import over
from workflows.calculations.employee_number import read_employee_number
from workflows.intake.draft import IdeaForm, Medium
from workflows.process.wording import count_words, read_line, read_text
from workflows.region.call_files.call import CallFile
from workflows.region.call_files.reading import read_file
from workflows.region.soundness import validate_policy

EXAMPLES = Path(__file__).parents[2] / "examples"
CALL_OF = {"district": "standing_track", "city": "city_contest"}
PNS_NUMBER = re.compile(r"(\d{8})(\d{4})(0[1-9]|1[0-2])([12])(9\d\d)")
PPPK_NUMBER = re.compile(r"(\d{8})(\d{4})2([1-9])([12])(9\d\d)")
RANKS = {
    "II/c": "Pengatur",
    "II/d": "Pengatur Tingkat I",
    "III/a": "Penata Muda",
    "III/b": "Penata Muda Tingkat I",
    "III/c": "Penata",
    "III/d": "Penata Tingkat I",
    "IV/a": "Pembina",
    "IV/b": "Pembina Tingkat I",
    "IV/c": "Pembina Utama Muda",
    "IV/d": "Pembina Utama Madya",
    "IV/e": "Pembina Utama",
}


def rows_of(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def json_of(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


UNITS = {row["code"]: row for row in rows_of("units.csv")}
PEOPLE = {row["key"]: row for row in rows_of("people.csv")}
IDEAS = {idea["key"]: idea for idea in json_of("ideas.json")}
CALLS = {track: read_file((EXAMPLES / f"calls/{name}.yaml").read_bytes()).body for track, name in CALL_OF.items()}

each_person, each_idea = over(PEOPLE), over(IDEAS)
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@cache
def policy_of(track: str) -> Policy:
    return validate_policy(CALLS[track]["policy"])


def roles_of(person: dict[str, str]) -> list[tuple[str, str]]:
    return [(role, unit) for role, _, unit in (grant.partition("@") for grant in person["roles"].split(";"))]


def holders(role: str, unit: str) -> list[str]:
    return [key for key, person in PEOPLE.items() if (role, unit) in roles_of(person)]


def is_below(unit: str, ancestor: str) -> bool:
    while unit and unit != ancestor:
        unit = UNITS[unit]["parent_code"]
    return unit == ancestor


# Units


def test_no_code_key_or_number_occurs_twice() -> None:
    assert len(rows_of("units.csv")) == len(UNITS) == 226
    assert len(rows_of("people.csv")) == len(PEOPLE)
    assert len(json_of("ideas.json")) == len(IDEAS)
    for column in ("employee_number", "email", "name"):
        assert len({person[column] for person in PEOPLE.values()}) == len(PEOPLE)


def test_every_unit_stands_below_one_that_came_before_it() -> None:
    seen: set[str] = set()
    for code, unit in UNITS.items():
        assert unit["parent_code"] in seen or (not seen and unit["parent_code"] == "")
        seen.add(code)


def test_the_city_has_thirty_districts_and_their_urban_villages() -> None:
    kinds = Counter(unit["kind"] for unit in UNITS.values())
    assert (kinds["city"], kinds["district"], kinds["urban_village"]) == (1, 30, 151)
    villages = [unit for unit in UNITS.values() if unit["kind"] == "urban_village"]
    assert {UNITS[unit["parent_code"]]["kind"] for unit in villages} == {"district"}
    assert sum(unit["parent_code"] == "KEC-ANDIR" for unit in villages) == 6


# People


@each_person
def test_a_number_is_well_formed_and_can_be_nobodys(person: dict[str, str]) -> None:
    pattern = PNS_NUMBER if person["kind"] == "pns" else PPPK_NUMBER
    found = pattern.fullmatch(person["employee_number"])
    assert found, "digits 13 and 14 must agree with the kind, the serial must lie in 900-999"
    born, appointed = date.fromisoformat(found[1]), int(found[2])
    assert 18 <= appointed - born.year <= 56
    assert date(2026, 1, 1).year - born.year <= 58
    read = read_employee_number(person["employee_number"], on=date(2026, 7, 1))
    assert read.valid
    assert read.kind == ("pns" if person["kind"] == "pns" else "pppk")


@each_person
def test_a_person_is_marked_as_invented(person: dict[str, str]) -> None:
    assert person["fictitious"] == "yes"
    assert person["email"].endswith("@contoh.example")


@each_person
def test_grade_and_rank_fit_the_kind_of_employment(person: dict[str, str]) -> None:
    assert person["kind"] in CIVIL_SERVANTS
    if person["kind"] == "pns":
        assert person["rank_name"] == RANKS[person["grade"]]
    else:
        assert person["rank_name"] == ""
        assert re.fullmatch(r"[IVX]+", person["grade"])


@each_person
def test_unit_and_roles_resolve(person: dict[str, str]) -> None:
    assert person["unit_code"] in UNITS
    for role, unit in roles_of(person):
        assert role in set(Role)
        assert unit in UNITS


def test_about_a_third_of_the_people_are_pppk() -> None:
    kinds = Counter(person["kind"] for person in PEOPLE.values())
    assert set(kinds) == CIVIL_SERVANTS
    assert 0.28 <= 1 - kinds["pns"] / len(PEOPLE) <= 0.38


def test_every_role_is_held_and_reviewers_come_from_units_that_compete() -> None:
    held = Counter(role for person in PEOPLE.values() for role, _ in roles_of(person))
    assert set(held) == set(Role)
    assert held["reviewer"] == 9
    assert held["proposer"] == 40
    own = {PEOPLE[key]["unit_code"] for key in holders("reviewer", "KBDG")} & {idea["unit_code"] for idea in IDEAS.values()}
    assert len(own) >= 3, "without reviewers of competing units, nobody would ever have to be kept from their own"


# Ideas


def test_there_are_enough_ideas_on_both_tracks() -> None:
    tracks = Counter(idea["track"] for idea in IDEAS.values())
    assert tracks["district"] >= 30
    assert tracks["city"] >= 36
    assert {idea["form"] for idea in IDEAS.values()} == set(IdeaForm)
    assert {idea["medium"] for idea in IDEAS.values()} == set(Medium)


@each_idea
def test_an_idea_names_what_inspired_it(idea: dict[str, Any]) -> None:
    source = idea["inspired_by"]
    assert set(source) == {"title", "region", "year"}
    assert source["title"]
    assert source["region"]
    assert source["year"] is None or 1990 <= source["year"] <= 2026


@each_idea
def test_an_idea_belongs_to_a_unit_of_its_call_whose_head_can_permit_it(idea: dict[str, Any]) -> None:
    assert is_below(idea["unit_code"], CALLS[idea["track"]]["unit_code"])
    assert PEOPLE[idea["proposer"]]["unit_code"] == idea["unit_code"]
    assert len(holders("unit_head", idea["unit_code"])) == 1
    assert idea["proposer"] not in holders("unit_head", idea["unit_code"])


@each_idea
def test_an_idea_is_in_one_category_of_its_call_where_it_has_any(idea: dict[str, Any]) -> None:
    categories = policy_of(idea["track"]).categories
    fitting = [category.name for category in categories if category.fits(UNITS[idea["unit_code"]]["kind"])]
    assert len(fitting) == bool(categories)


@each_idea
def test_every_section_keeps_to_the_words_its_call_allows(idea: dict[str, Any]) -> None:
    sections = policy_of(idea["track"]).sections
    assert set(idea["sections"]) == {section.name for section in sections}
    for section in sections:
        words = count_words(idea["sections"][section.name])
        assert section.minimum_words <= words <= section.maximum_words, (section.name, words)


@each_idea
def test_a_text_is_taken_as_it_stands(idea: dict[str, Any]) -> None:
    assert read_line("title", idea["title"], maximum=300) == idea["title"]
    for name, text in idea["sections"].items():
        assert read_text(name, text) == text
    assert 0 < len(idea["theme"]) <= 100
    assert all(idea["affairs"])


@each_idea
def test_money_is_whole_rupiah_and_times_fit_the_track(idea: dict[str, Any]) -> None:
    assert all(type(idea[name]) is int and 0 <= idea[name] < 10**10 for name in ("budget_rupiah", "savings_rupiah_per_year"))
    assert ("trial_period" in idea) == (idea["track"] == "district")
    assert ("in_use_since" in idea) == (idea["track"] == "city")
    if idea["track"] == "district":
        pilot = policy_of("district").pilot
        assert pilot.minimum_days <= idea["trial_period"]["months"] * 30 <= pilot.maximum_days
    else:
        closes = date.fromisoformat(CALLS["city"]["closes_at"])
        assert (closes - date.fromisoformat(idea["in_use_since"])).days >= 730


@each_idea
def test_shares_of_a_team_add_up_and_the_lead_stands_first(idea: dict[str, Any]) -> None:
    team = idea.get("team", [{"person": idea["proposer"], "role": "Pengusul", "share_hundredths": 10_000}])
    assert team[0]["person"] == idea["proposer"]
    assert sum(member["share_hundredths"] for member in team) == 10_000
    assert len({member["person"] for member in team} & set(PEOPLE)) == len(team)
    assert len(team) <= policy_of(idea["track"]).team_limit


def test_likeness_points_to_earlier_ideas_of_the_same_track() -> None:
    order = list(IDEAS)
    pairs = [(key, other) for key, idea in IDEAS.items() for other in idea.get("similar_to", [])]
    assert len(pairs) >= 3
    for key, other in pairs:
        assert order.index(other) < order.index(key)
        assert IDEAS[other]["track"] == IDEAS[key]["track"]


def test_no_two_ideas_share_a_sentence() -> None:
    sentences = Counter(
        sentence.strip()
        for idea in IDEAS.values()
        for text in idea["sections"].values()
        for sentence in re.split(r"(?<=[.?!])\s+", text)
        if count_words(sentence) >= 6
    )
    assert [sentence for sentence, times in sentences.items() if times > 1] == []


# Calls


def test_every_kind_of_unit_of_the_city_but_itself_is_in_one_category_of_its_contest() -> None:
    kinds = {unit["kind"] for unit in UNITS.values()} - {"city"}
    categories = policy_of("city").categories
    assert {kind: sum(category.fits(kind) for category in categories) for kind in kinds} == dict.fromkeys(kinds, 1)


@each_call
def test_a_call_is_one_that_can_be_opened(call: dict[str, Any]) -> None:
    assert set(call) == {"code", "title", "unit_code", "opens_at", "closes_at", "policy"}
    assert call["unit_code"] in UNITS
    read = CallFile.model_validate(call)
    assert read.opens_at.utcoffset() is not None
    assert read.opens_at < read.closes_at
    policy = validate_policy(call["policy"])
    assert len(policy.requirements) == 5
    assert sum(criterion.weight for criterion in policy.rubric) == 100
    assert policy.reviewers == 3


@each_call
def test_a_signatory_is_one_of_the_invented_people_without_titles(call: dict[str, Any]) -> None:
    signatory = call["policy"]["documents"]["signatory"]
    person = next(person for person in PEOPLE.values() if person["name"] == signatory["name"])
    assert signatory["position"] == person["position"]
    assert signatory["employee_number"] in (None, person["employee_number"])
    assert "contoh" in call["policy"]["documents"]["legal_basis"]


@each_call
def test_someone_keeps_the_call_and_someone_may_decide(call: dict[str, Any]) -> None:
    assert holders("secretariat", call["unit_code"])
    assert [len(holders(role, "KBDG")) for role in ("chair", "leader", "verifier")] == [1, 2, 1]  # who determines approves no award
