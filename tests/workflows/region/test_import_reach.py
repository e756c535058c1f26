"""An operator's file of people: what its operator may not do by hand, it does not do either.

Who cheats: the operator of a district who lists the city's leader or a neighbour's staff, moves the head away, gives a colleague an address
of their own, or asks by a file who is who elsewhere. An inspector expects that a file is as strong as its sender's hands, and no stronger.
"""

import pytest
from sqlmodel import col, select, update

from models.instants import today
from models.ledger import LedgerEntry
from models.people import Account, EmployeeNumber, EmploymentKind, Person, Role
from tests.building import Town
from tests.town import employee_number
from tests.workflows.region.test_import_people import HEADS, NEW, NI_PPPK, OTHER, bring, check, find, head_of, write
from workflows.process.refusals import Conflict, Forbidden
from workflows.region.details import Details, change_details
from workflows.region.import_units import check_units, import_units
from workflows.region.people import NewPerson, move_person, register_person
from workflows.region.posts import FROM_TODAY
from workflows.region.retirement import Leaving, retire_person

KINDS = "NIP;Nama;Jenis Pegawai;Unit Kerja"


def row_of(town: Town, who: str, unit: str, name: str = "", email: str = "") -> str:
    return f"{town[who].number};{name or town[who].name};;;;{unit};{email}"


def faults(town: Town, *rows: str, heads: str = HEADS, by: str = "operator") -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in check(town, write(*rows, heads=heads), by=by).faults]


def test_an_operator_registers_moves_and_changes_the_people_of_their_units(town: Town) -> None:
    new = f"{NEW};Ani Kuswara;;;Analis;ANDIR;ani@contoh.example"
    done = bring(town, write(new, row_of(town, "lead", "CIROYOM"), row_of(town, "mate", "CIROYOM", "Tono G.")), by="operator")
    assert (done.registered, done.moved, done.changed, done.wrong) == (1, 1, 1, 0)
    assert find(town, NEW).unit_id == town.units["ANDIR"][0]
    facts = town.rows(select(LedgerEntry).order_by(col(LedgerEntry.seq).desc()).limit(4))
    assert sorted(fact.kind for fact in facts) == ["person.change", "person.move", "person.register", "region.import_people"]
    assert {fact.payload["actor"] for fact in facts} == {town["operator"].id}
    assert town.rows(select(Account.person_id).where(Account.person_id == find(town, NEW).id)) == [], "and nobody has a code by it"


def test_a_row_of_a_unit_or_a_person_elsewhere_keeps_all_of_an_operators_file_out(town: Town) -> None:
    before = head_of(town)
    rows = (
        f"{NEW};Ani;;;;MALEBER;",
        f"{OTHER};Budi;;;;DAGO;",
        row_of(town, "stranger", "ANDIR"),
        row_of(town, "leader", "KOTA", "Nama Lain"),
        row_of(town, "lead", "DAGO"),
    )
    assert [(row, code) for row, _column, code in faults(town, *rows)] == [(number, "import_beyond_reach") for number in (3, 4, 5, 6)]
    with pytest.raises(Conflict, match="import_refused"):
        bring(town, write(*rows), by="operator")
    assert head_of(town) == before
    assert town.rows(select(EmployeeNumber.id).where(EmployeeNumber.number == NEW)) == []


@pytest.mark.parametrize("by", ["operator", "walker"])
def test_a_file_tells_nothing_of_people_elsewhere(town: Town, by: str) -> None:
    """What is known of them, that they left, that they hold an office or had another number: each row answers the same."""
    town.give_role("walker", Role.ADMIN, "ANDIR")
    town.do(retire_person, town["stranger"].id, Leaving(today(), "Pensiun"), by="admin")
    with town.store.unit_of_work() as session:
        session.execute(update(EmployeeNumber).where(col(EmployeeNumber.person_id) == town["mate"].id).values(valid_until=today()))
        session.execute(update(Person).where(col(Person.id) == town["mate"].id).values(unit_id=town.units["DAGO"][0]))
    [known] = town.rows(select(Person).where(Person.id == town["other_head"].id))
    rows = (
        f"{town['other_head'].number};{known.name};;;;COBLONG;",
        row_of(town, "other_head", "COBLONG", "Bukan Dia"),
        row_of(town, "stranger", "DAGO", "Bukan Dia"),
        row_of(town, "leader", "ANDIR"),
        row_of(town, "mate", "DAGO"),
    )
    for row in rows:
        assert faults(town, row, by=by) == [(2, "employee_number", "import_beyond_reach")], row


def _rename(town: Town, who: str) -> object:
    return town.do(change_details, town[who].id, Details(name="Nama Lain"), FROM_TODAY, by="operator")


@pytest.mark.parametrize(("who", "unit"), [("head", "MALEBER"), ("owner", "ANDIR"), ("operator", "MALEBER")])
def test_whoever_holds_an_office_is_neither_moved_nor_renamed_by_an_operators_file_as_by_hand(town: Town, who: str, unit: str) -> None:
    for by_hand in (lambda: town.do(move_person, town[who].id, unit, by="operator"), lambda: _rename(town, who)):
        with pytest.raises(Forbidden, match="office_beyond_reach"):
            by_hand()
    [home] = town.rows(select(Person.unit_id).where(Person.id == town[who].id))
    here = next(code for code, (unit_id, *_) in town.units.items() if unit_id == home)
    renamed = row_of(town, who, here, "Nama Lain")
    for row in (row_of(town, who, unit), renamed, f"{renamed}pencuri@contoh.example"):
        assert faults(town, row) == [(2, "employee_number", "office_beyond_reach")], row


def test_a_head_who_is_named_unchanged_stops_no_file(town: Town) -> None:
    assert check(town, write(row_of(town, "head", "ANDIR"), row_of(town, "operator", "ANDIR")), by="operator").unchanged == 2


def test_an_operator_gives_nobody_who_is_known_an_address_but_somebody_new_one_as_by_hand(town: Town) -> None:
    known = town.do(register_person, NewPerson("Dedi", OTHER, EmploymentKind.PNS, "MALEBER"), by="operator")[0]
    row = f"{OTHER};Dedi;;;;MALEBER;operator@contoh.example"
    assert faults(town, row) == [(2, "email", "import_email_by_admin")]
    assert faults(town, row, by="admin") == []
    assert faults(town, f"{NEW};Ani;;;;MALEBER;ani@contoh.example") == []
    assert town.rows(select(Person.email).where(Person.id == known.id)) == [""]


def test_an_operator_changes_nobodys_kind_of_employment_by_a_file(town: Town) -> None:
    assert bring(town, write(f"{NI_PPPK};Budi;PPPK;MALEBER", heads=KINDS), by="operator").registered == 1
    row = f"{NI_PPPK};Budi;PPPK Paruh Waktu;MALEBER"
    assert faults(town, row, heads=KINDS) == [(2, "kind", "import_kind_by_admin")]
    assert faults(town, row, heads=KINDS, by="admin") == []


def test_an_operator_of_one_unit_and_admin_of_another_is_each_where_they_are(town: Town) -> None:
    town.give_role("operator", Role.ADMIN, "COBLONG")
    for unit, number in (("MALEBER", NEW), ("DAGO", OTHER)):
        town.do(register_person, NewPerson("Dedi", number, EmploymentKind.PNS, unit), by="admin")
    moved, named = f"{NEW};Dedi;;;;DAGO;", f"{OTHER};Dedi;;;;DAGO;dedi@contoh.example"
    assert faults(town, moved) == [], "over both units, as by hand"
    assert faults(town, named) == [], "an address, where they are admin"
    assert faults(town, f"{moved}dedi@contoh.example") == [(2, "email", "import_email_by_admin")]


def test_units_come_by_admins_alone_and_nobody_without_an_office_even_looks(town: Town) -> None:
    units = b"Kode;Nama;Induk\nRW1;RW 01;MALEBER\n"
    for action in (check_units, import_units):
        with pytest.raises(Forbidden, match="only_admin"):
            town.do(action, units, by="operator")
    for who in ("lead", "leader", "secretary", "auditor"):
        with pytest.raises(Forbidden, match="only_operator"):
            check(town, write(f"{employee_number(75)};Citra;;;;MALEBER;"), by=who)
