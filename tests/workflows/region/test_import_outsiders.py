"""People without employee number from a file: found again by their sign-in name, every fault by row and column.

Who cheats lists a helper under a name that looks like the mayor's, or turns a juror who holds a role into somebody who may not. Who errs
forgets the kind, writes a number beside the name, or sends the file twice.
"""

from collections import Counter

import pytest
from sqlmodel import col, select

from models.ledger import LedgerEntry
from models.people import EmployeeNumber, EmploymentKind, Person, Role, SignInName
from tests.building import Town
from tests.outsiders import outsider, welcome
from tests.town import employee_number
from tests.workflows.region.test_import_people import bring, check, head_of, list_facts, write
from workflows.process.refusals import Conflict, Invalid
from workflows.region.identifiers import find_by_identifier
from workflows.region.sign_in_names import change_sign_in_name

HEADS = "NIP;Nama Masuk;Nama;Jenis Pegawai;Jabatan;Unit Kerja"
MAYOR = ";walikota.contoh;Erwin Suryakancana;Kepala Daerah;Wali Kota;KOTA"
JUROR = ";Juri.Pers;Laras Kamayanti;Juri Luar;Redaktur;KOTA"
NEW = employee_number(70)


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def file(*rows: str) -> bytes:
    return write(*rows, heads=HEADS)


def read(town: Town, name: str) -> Person:
    with town.store.reading() as session:
        person_id = find_by_identifier(session, name)
    (person,) = town.rows(select(Person).where(Person.id == person_id))
    return person  # type: ignore[no-any-return]


def test_a_file_registers_people_with_and_without_number_and_changes_nothing_the_second_time(town: Town) -> None:
    content = file(MAYOR, JUROR, f"{NEW};;Ani Anggraini;PNS;Analis;MALEBER")
    assert bring(town, content).counts == {"registered": 3}
    assert (read(town, "juri.pers").kind, read(town, "walikota.contoh").position) == (EmploymentKind.OUTSIDE_JUROR, "Wali Kota")
    assert (read(town, NEW).kind, len(town.rows(select(SignInName)))) == (EmploymentKind.PNS, 2)
    assert town.rows(select(EmployeeNumber).where(EmployeeNumber.person_id == read(town, "juri.pers").id)) == []
    before = head_of(town)
    again = bring(town, content)
    assert (again.counts, again.unchanged, list_facts(town, before)) == ({}, 3, [])


def test_a_file_of_guests_alone_needs_no_column_of_numbers_but_one_of_the_two(town: Town) -> None:
    guests = write("juri.pers;Laras Kamayanti;Juri Luar;KOTA", heads="Nama Masuk;Nama;Jenis Pegawai;Unit Kerja")
    assert bring(town, guests).counts == {"registered": 1}
    with pytest.raises(Invalid, match="sheet_without_columns"):
        check(town, write("Laras;Juri Luar;KOTA", heads="Nama;Jenis Pegawai;Unit Kerja"))


def test_a_guest_is_found_by_name_and_moved_and_changed(town: Town) -> None:
    bring(town, file(JUROR))
    juror = read(town, "juri.pers").id
    done = bring(town, file(";juri.pers;Laras Kamayanti;Akademisi;Dosen;ANDIR"))
    assert (done.counts, read(town, "juri.pers").id) == ({"moved": 1, "changed": 1}, juror)
    assert (read(town, "juri.pers").kind, read(town, "juri.pers").position) == (EmploymentKind.ACADEMIC, "Dosen")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (";juri.dua;Laras;;Redaktur;KOTA", "kind", "kind_missing_without_number"),
        (";juri.dua;Laras;Magang;Redaktur;KOTA", "kind", "employment_unknown"),
        (";juri.dua;Laras;PNS;Redaktur;KOTA", "sign_in_name", "sign_in_name_beside_number"),
        (f"{NEW};juri.dua;Laras;Juri Luar;Redaktur;KOTA", "employee_number", "number_of_no_civil_servant"),
        (f"{NEW};juri.dua;Laras;PNS;Redaktur;KOTA", "sign_in_name", "sign_in_name_beside_number"),
        (f"{NEW};juri.dua;Laras;;Redaktur;KOTA", "sign_in_name", "sign_in_name_beside_number"),
        (";;Laras;Juri Luar;Redaktur;KOTA", "sign_in_name", "sign_in_name_missing"),
        (";;Laras;;Redaktur;KOTA", "employee_number", "employee_number_impossible"),
        (";a.;Laras;Juri Luar;Redaktur;KOTA", "sign_in_name", "sign_in_name_impossible"),
        (";wa1ikota.contoh;Laras;Juri Luar;Redaktur;KOTA", "sign_in_name", "sign_in_name_taken"),
        (";walikotacontoh;Erwin;Kepala Daerah;Wali Kota;KOTA", "sign_in_name", "sign_in_name_taken"),
        (";WALIKOTA.CONTOH;Erwin;Kepala Daerah;Wali Kota;KOTA", "sign_in_name", "row_twice"),
    ],
)
@pytest.mark.parametrize("is_known", [False, True], ids=["in the file", "in the region"])
def test_every_fault_stands_at_its_row_and_column_and_nothing_is_changed(
    town: Town, row: str, column: str, code: str, is_known: bool
) -> None:
    if is_known:
        bring(town, file(MAYOR))
    before = head_of(town)
    found = check(town, file(MAYOR, row))
    assert (3, column, code) in [(fault.row, fault.column, fault.code) for fault in found.faults]
    with pytest.raises(Conflict, match="import_refused"):
        bring(town, file(MAYOR, row))
    assert (head_of(town), list_facts(town, before)) == (before, [])


def test_a_row_that_names_a_known_guest_beside_a_number_is_no_unchanged_row(town: Town) -> None:
    bring(town, file(JUROR, f"{NEW};;Ani Anggraini;PNS;Analis;MALEBER"))
    wrong = check(town, file(f"{NEW};juri.pers;Ani Anggraini;PNS;Analis;MALEBER", "juri.pers;;Laras Kamayanti;Juri Luar;Redaktur;KOTA"))
    assert Counter(fault.code for fault in wrong.faults) == {
        "sign_in_name_beside_number": 1,
        "number_of_no_civil_servant": 1,
        "sign_in_name_missing": 1,
    }


def test_a_former_name_is_told_to_be_one(town: Town) -> None:
    welcome(town, "mayor")
    town.do(change_sign_in_name, town["mayor"].id, "bapak.walikota", by="admin")
    assert [fault.code for fault in check(town, file(MAYOR)).faults] == ["sign_in_name_former"]


def test_who_holds_a_role_does_not_become_of_another_kind_by_a_file(town: Town) -> None:
    """A juror who reviews would else become a mentor who reviews."""
    welcome(town, "juror", outsider(EmploymentKind.OUTSIDE_JUROR, "juri.pers"))
    town.give_role("juror", Role.REVIEWER, "KOTA")
    row = ";juri.pers;Rahmat Wiranata;Pendamping;Redaktur;KOTA"
    for by in ("", "admin"):
        assert [(fault.column, fault.code) for fault in check(town, file(row), by).faults] == [("kind", "kind_of_office_holder")]


def test_no_admin_alone_changes_by_a_file_the_name_of_a_mayor_who_decides(town: Town) -> None:
    welcome(town, "mayor")
    town.give_role("mayor", Role.LEADER, "KOTA")
    row = ";walikota.contoh;Erwin Lain;Kepala Daerah;Wali Kota;KOTA"
    assert [(fault.column, fault.code) for fault in check(town, file(row), "admin").faults] == [("sign_in_name", "import_of_office")]


def test_each_is_a_fact_that_tells_no_name(town: Town) -> None:
    before = head_of(town)
    bring(town, file(MAYOR))
    facts = town.rows(select(LedgerEntry).where(LedgerEntry.seq > before).order_by(col(LedgerEntry.seq)))
    assert [fact.kind for fact in facts] == ["person.register", "region.import_people"]
    assert "walikota" not in str([fact.payload for fact in facts])
