"""The words of people's names stay as their names and units are, whatever happens to a person."""

from sqlmodel import select

from models.instants import today
from models.names import NameWord
from models.people import EmploymentKind, Person
from tests.building import Town
from tests.outsiders import welcome
from tests.town import employee_number
from workflows.calculations.names import split_name
from workflows.region.details import Details, change_details
from workflows.region.doubles import Double, merge_double
from workflows.region.founding import add_admin
from workflows.region.import_people import import_people
from workflows.region.people import NewPerson, move_person, register_person
from workflows.region.posts import Dated
from workflows.region.retirement import Leaving, restore_person, retire_person


def check_words(town: Town) -> int:
    """Compare the words with those of everybody's name, and answer how many there are."""
    kept = {(row.person_id, row.word, row.unit_id) for row in town.rows(select(NameWord))}
    assert kept == {(person.id, word, person.unit_id) for person in town.rows(select(Person)) for word in split_name(person.name)}
    return len(kept)


def test_words_are_written_with_names_and_units(either_town: Town) -> None:
    town = either_town
    before = check_words(town)
    welcome(town, "mayor")
    with town.store.unit_of_work() as session:
        add_admin(session, NewPerson("Admin Ketiga", employee_number(260), EmploymentKind.PNS, "KOTA"))
    assert check_words(town) == before + 4
    new = NewPerson("Sari \u00c9lodie Sari", employee_number(261), EmploymentKind.PNS, "MALEBER")
    sari = town.do(register_person, new, by="admin")[0].id
    assert check_words(town) == before + 6
    town.do(change_details, sari, Details("Dewi Al-Amin Sari"), Dated(), by="admin")
    assert check_words(town) == before + 8
    town.do(move_person, sari, "DAGO", by="admin")
    town.do(retire_person, sari, Leaving(today(), "Pensiun"), by="admin")
    town.do(restore_person, sari, Dated(), by="admin")
    assert check_words(town) == before + 8


def test_words_follow_a_file_and_a_merged_double(either_town: Town) -> None:
    town = either_town
    before = check_words(town)
    rows = (
        f"{town['lead'].number};{town['lead'].name};DAGO",
        f"{town['mate'].number};Tono Hartono Gambiranom;CIROYOM",
        f"{employee_number(262)};Ma'ruf Al-Amin;MALEBER",
    )
    file = "\n".join(("NIP;Nama;Unit", *rows)).encode()
    for _ in range(2):
        town.do(import_people, file, by="flow:import")
        assert check_words(town) == before + 1 + 3
    town.do(merge_double, town["mate"].id, Double(employee_number(262), False, "Tercatat dua kali"), by="admin")
    assert check_words(town) == before + 1 + 3
