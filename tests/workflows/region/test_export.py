"""What is taken out comes back in without a change; who took it out, and of which units, stands in the chain.

Who cheats: an operator, or the admin of one district, who carries off the whole region's numbers. Who errs: a spreadsheet that computes
what somebody wrote into a name. An inspector asks who has these files.
"""

import csv
import io
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from models.instants import today
from models.ledger import LedgerEntry
from models.people import CIVIL_SERVANTS, EmploymentKind, Person
from models.units import Unit
from tests.building import Town
from tests.town import employee_number
from workflows.process.actors import Actor, flow_actor
from workflows.process.refusals import Forbidden, Invalid
from workflows.region.export import Exported, begin_export, write_export
from workflows.region.import_people import check_people, import_people
from workflows.region.import_report import ImportReport
from workflows.region.import_units import check_units
from workflows.region.people import NewPerson, register_person
from workflows.region.retirement import Leaving, retire_person
from workflows.region.sheet_writing import Kind, defuse, write_csv

PEOPLE, UNITS = Exported.PEOPLE, Exported.UNITS
STRANGE = ('=HYPERLINK("http://x")', "+62 Budi", "-Minus", "@cmd", "'Aisyiyah Nur'aini", "''Dua Kutip", 'a;b "c"', "D'Arc, S.H.")


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def take(town: Town, what: Exported = PEOPLE, kind: Kind = Kind.CSV, unit: str = "", by: str = "admin") -> bytes:
    chosen: Unit = town.do(begin_export, what, unit, kind, by=by)
    file = io.BytesIO()
    with town.store.reading() as session:
        write_export(session, what, chosen, kind, file)
    return file.getvalue()


def look(town: Town, what: Exported, content: bytes, by: str = "admin") -> ImportReport:
    def read(session: Session, actor: Actor) -> ImportReport:
        return (check_people if what == PEOPLE else check_units)(session, content, actor=actor)

    with town.store.reading() as session:
        return read(session, flow_actor("import") if not by else town.actor(session, by))


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def register_strange(town: Town) -> None:
    for place, name in enumerate(STRANGE):
        new = NewPerson(name, employee_number(60 + place), EmploymentKind.PNS, "DAGO", position=name, grade="-", rank_name="'")
        town.do(register_person, new, by="admin")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("what", Exported)
def test_what_is_taken_out_comes_in_again_without_a_change(town: Town, what: Exported, kind: Kind) -> None:
    register_strange(town)
    town.do(import_people, b"NIP;Nama;Unit;Status\n199305172021221968;Sri;DAGO;PPPK Paruh Waktu", by="flow:import")
    for place, outside in enumerate(set(EmploymentKind) - CIVIL_SERVANTS):
        town.do(register_person, NewPerson("Rini", "", outside, "DAGO", sign_in_name=f"{'rini' * (place + 1)}.dago"), by="admin")
    found = look(town, what, take(town, what, kind))
    assert (found.wrong, found.counts) == (0, {}), found.faults
    assert found.unchanged == found.rows == len(town.rows(select((Person if what == PEOPLE else Unit).id)))


def test_no_cell_is_a_formula_and_no_number_loses_its_digits(town: Town) -> None:
    register_strange(town)
    (written,) = [row for row in read_csv(take(town)) if row[0] == f"'{employee_number(60)}"]
    assert written[2] == f"'{STRANGE[0]}"
    cells = [cell for row in read_csv(take(town)) for cell in row if cell]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    sheet = load_workbook(io.BytesIO(take(town, kind=Kind.XLSX))).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} <= {"s", "inlineStr"}
    assert town["lead"].number in [cell.value for cell in sheet["A"]]


@pytest.mark.parametrize("text", ["", "Budi", *STRANGE])
def test_an_apostrophe_stands_before_what_would_be_computed_and_nothing_else(text: str) -> None:
    assert defuse(text) == (f"'{text}" if text[:1] in {"=", "+", "-", "@", "'"} and text else text)


def test_an_admin_takes_out_their_own_units_alone_and_nobody_else_anything(town: Town) -> None:
    town.give_role("walker", "admin", "ANDIR")
    for who, unit, code in (
        ("walker", "", "only_admin"),
        ("walker", "DAGO", "only_admin"),
        *((who, "ANDIR", "only_admin") for who in ("operator", "head", "secretary", "leader", "auditor", "lead")),
    ):
        for what in Exported:
            with pytest.raises(Forbidden, match=code):
                take(town, what, unit=unit, by=who)
    with pytest.raises(Invalid, match="unit_unknown"):
        take(town, unit="NIHIL")
    numbers = {row[0].removeprefix("'") for row in read_csv(take(town, unit="ANDIR", by="walker"))[1:]}
    here = select(Person.id).join(Unit).where(col(Unit.path).startswith(town.units["ANDIR"][1]))
    assert numbers == {one.number for one in town.people.values() if one.id in town.rows(here)}
    assert [row[0] for row in read_csv(take(town, UNITS, unit="ANDIR", by="walker"))[1:]] == sorted(
        ("ANDIR", "MALEBER", "CIROYOM"), key=lambda code: town.units[code][1]
    )


def test_the_admin_of_a_district_imports_what_they_took_out(town: Town) -> None:
    town.give_role("walker", "admin", "ANDIR")
    for what in Exported:
        found = look(town, what, take(town, what, unit="ANDIR", by="walker"), by="walker")
        assert (found.wrong, found.counts, found.unchanged > 0) == (0, {}, True), found.faults


def test_whoever_retired_is_not_among_the_staff(town: Town) -> None:
    town.do(retire_person, town["mate"].id, Leaving(today(), "Pensiun"), by="admin")
    assert town["mate"].number not in take(town).decode()


def test_each_file_that_leaves_is_a_fact_without_a_name_or_number(town: Town) -> None:
    take(town)
    take(town, UNITS, Kind.XLSX, "ANDIR", by="second_admin")
    take(town, by="flow:export")
    facts = town.rows(select(LedgerEntry.payload).where(col(LedgerEntry.kind).endswith(".export")).order_by(col(LedgerEntry.seq)))
    told = [(fact["kind"], fact["actor"], fact["detail"]) for fact in facts]
    root, andir = town.units["KOTA"][0], town.units["ANDIR"][0]
    assert told == [
        ("person.export", town["admin"].id, {"unit": root, "format": "csv"}),
        ("unit.export", town["second_admin"].id, {"unit": andir, "format": "xlsx"}),
        ("person.export", "flow:export", {"unit": root, "format": "csv"}),
    ]


def test_rows_are_written_as_they_are_read_and_not_gathered(town: Town) -> None:
    """The table of a large region never lies in memory as a whole."""
    file = io.BytesIO()
    sizes: list[int] = []

    def rows() -> Iterator[list[str]]:
        for number in range(3):
            yield [str(number) * 10_000]
            sizes.append(file.tell())

    assert write_csv(file, ["Kode"], rows()) == 3
    assert sizes == sorted(set(sizes))
