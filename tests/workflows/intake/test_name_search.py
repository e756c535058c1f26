"""Colleagues are found by how a word of their name begins, in one's own unit alone; nobody by a number, elsewhere, or once they have left.

An inspector asks whether the region's staff can be listed so, whether an id opens a way to people elsewhere, and whether a number is told.
"""

import random

import pytest
from sqlmodel import select

import models.statements.names
from models.ideas import Invitation
from models.instants import today
from models.people import EmploymentKind
from tests.building import Town
from tests.outsiders import outsider, welcome
from tests.town import employee_number
from workflows.intake.draft import draft_idea
from workflows.intake.name_search import MOST_SHOWN, FoundColleagues, find_colleagues
from workflows.intake.team import MemberShare
from workflows.process.refusals import Forbidden, Invalid
from workflows.region.accounts import close_account
from workflows.region.people import NewPerson, move_person, register_person
from workflows.region.retirement import Leaving, retire_person

NAMES = ("Sari Dewi Anggraini", "Sarinah Puspita", "Rosari Élodie", "100% Sari_Ayu", "Bambang Priyono", "M. Ma'ruf Al-Amin")


def register(town: Town, names: tuple[str, ...], unit: str = "MALEBER", first: int = 200) -> dict[str, str]:
    """People of a unit, by their names."""
    made = {}
    for place, name in enumerate(names, start=first):
        new = NewPerson(name, employee_number(place), EmploymentKind.PNS, unit, position="Analis")
        made[name] = town.do(register_person, new, by="admin")[0].id
    return made


def find(town: Town, typed: str, who: str = "lead") -> FoundColleagues:
    return town.do(find_colleagues, typed, by=who)  # type: ignore[no-any-return]


def names(town: Town, typed: str, who: str = "lead") -> list[str]:
    return [each.name for each in find(town, typed, who).people]


def test_each_typed_word_is_looked_for_in_the_names_of_ones_own_unit(either_town: Town) -> None:
    town = either_town
    register(town, NAMES)
    register(town, ("Sari dari Ciroyom", "Sari di Atas"), "CIROYOM", 230)
    register(town, ("Sari Camat",), "ANDIR", 240)
    assert names(town, "SARI") == ["100% Sari_Ayu", "Sari Dewi Anggraini", "Sarinah Puspita"]
    assert names(town, " dewi   sar ") == names(town, "anggraini d") == ["Sari Dewi Anggraini"]
    assert names(town, "ÉLODIE") == names(town, "e\u0301lod") == names(town, "elodie") == ["Rosari Élodie"]
    assert names(town, "sari_ay") == names(town, "sar%ayu") == names(town, "ayu, sari 100") == ["100% Sari_Ayu"]
    assert names(town, "maruf") == names(town, "MA’RUF") == names(town, "al-amin") == ["M. Ma'ruf Al-Amin"]
    for nobodys in ("rinah", "tono", town["lead"].number[:8] + "sari", "sari puspita z"):
        assert names(town, nobodys) == []
    assert names(town, "wulandari") == []  # oneself
    (found,) = find(town, "bambang").people
    assert (found.position, found.unit) == ("Analis", "Kelurahan Maleber")
    assert not find(town, "bambang").is_more


@pytest.mark.parametrize(("typed", "code"), [("", "name_too_short"), ("sa ri", "name_too_short"), ("%%%", "name_too_short")])
def test_less_than_three_letters_of_a_word_find_nobody(town: Town, typed: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        find(town, typed)


def test_a_longer_text_than_a_name_is_refused(town: Town) -> None:
    with pytest.raises(Invalid, match="text_too_long"):
        find(town, "a" * 61)


def test_ten_are_shown_and_it_is_told_that_there_are_more(town: Town) -> None:
    register(town, tuple(f"Sari {chr(65 + place)}ndayani" for place in range(MOST_SHOWN + 1)))
    found = find(town, "sari")
    assert (len(found.people), found.is_more) == (MOST_SHOWN, True)
    assert find(town, "sari bnday") == FoundColleagues(find(town, "bnday").people)


def test_whatever_is_typed_finds_whom_a_look_at_every_name_finds(either_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of few words, so that many fit and some fit twice; read in pages of one to three as in the usual ones."""
    town, draw = either_town, random.Random(14)
    words = ("Sari", "Sarinah", "Sar'i", "Dewi", "Dewanti", "Ayu", "Ayuningtyas", "Maryam", "Mar")
    made = register(town, tuple(dict.fromkeys(" ".join(draw.sample(words, draw.randint(1, 3))) for _ in range(45))))
    for person_id in draw.sample([*made.values()], 8):
        town.do(close_account, person_id, by="admin")
        del made[next(name for name, of in made.items() if of == person_id)]
    many = few = 0
    for first, largest in ((1, 3), (20, 2_000)):
        monkeypatch.setattr(models.statements.names, "FIRST_PAGE", first)
        monkeypatch.setattr(models.statements.names, "LARGEST_PAGE", largest)
        for _ in range(12):
            typed = [draw.choice(words)[: draw.randint(1, 8)].lower().replace("'", "") for _ in range(draw.randint(0, 2))] + ["sar"]
            held = {name: name.lower().replace("'", "").split() for name in made}
            fitting = sorted(name for name, of in held.items() if all(any(word.startswith(part) for word in of) for part in typed))
            found = find(town, " ".join(typed))
            shown = [each.name for each in found.people]
            assert (shown == sorted({*shown} & {*fitting}), len(shown)) == (True, min(len(fitting), MOST_SHOWN)), typed
            assert found.is_more == (len(fitting) > MOST_SHOWN), typed
            many, few = many + found.is_more, few + (not found.is_more)
    assert many >= 3
    assert few >= 3


def test_whole_words_come_before_longer_ones_where_there_are_more_than_ten(town: Town) -> None:
    register(town, (*(f"Sarinah {chr(65 + place)}" for place in range(MOST_SHOWN)), "Zulfa Sari", "Yanti Sari"))
    found = find(town, "sari")
    assert ([each.name for each in found.people][-2:], found.is_more) == (["Yanti Sari", "Zulfa Sari"], True)
    assert found == find(town, "sari")


def test_who_retired_moved_away_or_has_a_closed_account_is_not_found(town: Town) -> None:
    made = register(town, ("Sari Satu", "Sari Dua", "Sari Tiga", "Sari Empat"))
    town.do(retire_person, made["Sari Satu"], Leaving(today(), "Pensiun"), by="admin")
    town.do(close_account, made["Sari Dua"], by="admin")
    town.do(move_person, made["Sari Tiga"], "DAGO", by="admin")
    assert names(town, "sari") == ["Sari Empat"]


def test_who_may_not_propose_finds_nobody_and_is_not_found(town: Town) -> None:
    welcome(town, "guest", outsider(EmploymentKind.MENTOR))
    with pytest.raises(Forbidden, match="only_civil_servants_propose"):
        find(town, "sari", "guest")
    assert names(town, "rahmat", "leader") == []  # of the same unit


def name_for_team(town: Town, person_id: str, number: str = "") -> str:
    team = (MemberShare(town["lead"].number, 6_000), MemberShare(number, 4_000, "", person_id))
    return str(town.do(draft_idea, town.call, town.proposal(team=team), by="lead").idea.id)


def test_a_colleague_who_was_found_is_asked_to_join_as_one_whose_number_was_typed(town: Town) -> None:
    made = register(town, ("Sari Satu",))
    idea = name_for_team(town, made["Sari Satu"])
    (asked,) = town.rows(select(Invitation).where(Invitation.idea_id == idea))
    assert (asked.person_id, asked.share_hundredths) == (made["Sari Satu"], 4_000)


def test_an_id_opens_no_way_to_people_of_other_units(town: Town) -> None:
    """One refusal for whoever may not be named: somebody elsewhere, somebody who left, nobody at all."""
    made = register(town, ("Sari Satu",))
    town.do(retire_person, made["Sari Satu"], Leaving(today(), "Pensiun"), by="admin")
    refused = []
    for person_id in (town["stranger"].id, town["mate"].id, town["head"].id, made["Sari Satu"], "x" * 26, ""):
        with pytest.raises(Invalid) as found:
            name_for_team(town, person_id)
        refused.append((found.value.code, found.value.field, found.value.parameters))
    assert set(map(repr, refused)) == {repr(("colleague_unknown", "team.1.person_id", {}))}
    with pytest.raises(Invalid, match="named_twice_over"):
        name_for_team(town, town["mate"].id, town["mate"].number)
