"""People from a file of the HR office: all of it or nothing, as often as it comes.

Who cheats: an admin of a district who lists the leader under their own unit, or gives somebody an address of their own. Who errs: whoever
sends last year's file, a number twice, or half of the staff. An inspector expects that no account changes hands by a file, that every
change is a fact, and that nobody is lost by being left out.
"""

import hashlib
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlmodel import col, select, update

from models.instants import today
from models.ledger import LedgerEntry
from models.people import Account, AccountNotice, EmployeeNumber, EmploymentKind, NoticeKind, Person
from models.posts import Post
from models.units import Unit
from tests.building import Town
from tests.town import employee_number
from workflows.process.actors import flow_actor
from workflows.process.refusals import Conflict, Forbidden
from workflows.region.import_people import check_people, import_people
from workflows.region.import_report import ImportReport
from workflows.region.people import NewNumber, change_number

HEADS = "NIP;Nama;Gelar Belakang;Gol;Jabatan;Unit Kerja;Surel"
NEW, OTHER = employee_number(70), employee_number(71)
NI_PPPK = "199305172021221968"


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def write(*rows: str, heads: str = HEADS) -> bytes:
    return "\n".join([heads, *rows]).encode()


def bring(town: Town, content: bytes, by: str = "flow:import") -> ImportReport:
    return town.do(import_people, content, by=by)  # type: ignore[no-any-return]


def check(town: Town, content: bytes, by: str = "") -> ImportReport:
    with town.store.reading() as session:
        return check_people(session, content, actor=town.actor(session, by) if by else flow_actor("import"))


def find(town: Town, number: str) -> Person:
    found = select(Person).join(EmployeeNumber).where(EmployeeNumber.number == number)
    return town.rows(found)[0]  # type: ignore[no-any-return]


def list_facts(town: Town, since: int) -> list[tuple[str, str]]:
    facts = select(LedgerEntry).where(LedgerEntry.seq > since).order_by(col(LedgerEntry.seq))
    return [(fact.kind, fact.payload["subject"]) for fact in town.rows(facts)]


def head_of(town: Town) -> int:
    return len(town.rows(select(LedgerEntry.seq)))


def test_a_file_registers_moves_and_changes_and_leaves_alone_whom_it_does_not_name(town: Town) -> None:
    before, everybody = head_of(town), {person.id: person for person in town.rows(select(Person))}
    lead = everybody[town["lead"].id]
    rows = (
        f"'{NEW};Ani Kuswara;S.E.;III/b;Analis;Kecamatan Andir;ani@contoh.example",
        f"{town['lead'].number};{lead.name};;IV/a;;DAGO;",
        f"{town['mate'].number};Tono Gambiranom;;;;CIROYOM;",
    )
    done = bring(town, write(*rows))
    assert (done.rows, done.registered, done.moved, done.changed, done.unchanged, done.wrong) == (3, 1, 1, 1, 1, 0)
    new, moved = find(town, NEW), find(town, town["lead"].number)
    assert (new.full_name, new.grade, new.position, new.kind) == ("Ani Kuswara, S.E.", "III/b", "Analis", EmploymentKind.PNS)
    assert new.unit_id == town.units["ANDIR"][0]
    assert (moved.grade, moved.unit_id, moved.position) == ("IV/a", town.units["DAGO"][0], lead.position)
    untouched = [each for each in town.rows(select(Person)) if each.id not in (new.id, moved.id)]
    assert untouched == [everybody[each.id] for each in untouched]
    sha256 = hashlib.sha256(write(*rows)).hexdigest()
    expected = [("person.register", new.id), ("person.change", moved.id), ("person.move", moved.id), ("region.import_people", sha256)]
    assert list_facts(town, before) == expected
    notices = town.rows(select(AccountNotice.kind).where(AccountNotice.person_id == moved.id))
    assert sorted(notices) == [NoticeKind.DETAILS_CHANGED, NoticeKind.PERSON_MOVED], "a grade that is changed beside a move is told, too"
    assert town.rows(select(Account).where(Account.person_id == new.id)) == [], "nobody has a code or a password by a file"


def test_the_same_file_again_changes_nothing(town: Town) -> None:
    content = write(f"{NEW};Ani Kuswara;S.E.;III/b;Analis;ANDIR;ani@contoh.example", f"{NI_PPPK};Budi;;IX;;MALEBER;")
    assert bring(town, content).registered == 2
    before = head_of(town)
    done = bring(town, content)
    assert (done.registered, done.moved, done.changed, done.unchanged) == (0, 0, 0, 2)
    assert head_of(town) == before
    assert find(town, NI_PPPK).kind == EmploymentKind.PPPK


def test_a_fault_in_one_row_keeps_all_of_a_file_out_and_every_fault_is_told_by_row_and_column(town: Town) -> None:
    before, people = head_of(town), len(town.rows(select(Person.id)))
    content = write(
        f"{NEW};Ani;;;;ANDIR;",
        f"{OTHER};;;;;NIHIL;tanpa-alamat",
        "1,97103E+17;Budi;;;;ANDIR;",
        f"{NEW};Ani lagi;;;;ANDIR;",
        "123;Citra;;;;ANDIR;",
    )
    found = check(town, content)
    assert [(fault.row, fault.column, fault.code) for fault in found.faults] == [
        (3, "unit_code", "unit_unknown"),
        (3, "name", "text_empty"),
        (3, "email", "email_invalid"),
        (4, "employee_number", "number_lost_digits"),
        (5, "employee_number", "row_twice"),
        (6, "employee_number", "employee_number_impossible"),
    ]
    assert found.faults[4].parameters == {"row": 2}
    with pytest.raises(Conflict, match="import_refused") as refused:
        bring(town, content)
    assert refused.value.parameters == {"count": 6}
    assert (head_of(town), len(town.rows(select(Person.id)))) == (before, people)


def test_a_formula_is_no_value_and_a_name_has_letters(town: Town) -> None:
    found = check(town, write(f"{NEW};=1+1;;;@SUM(A1);ANDIR;", f"{OTHER};0;;;;ANDIR;", f"{employee_number(72)};D'Arcy;;;-;ANDIR;"))
    assert [(fault.row, fault.column, fault.code) for fault in found.faults] == [
        (2, "name", "sheet_formula"),
        (2, "position", "sheet_formula"),
        (3, "name", "name_without_letter"),
    ]
    assert found.registered == 1


def test_a_post_begins_on_the_day_that_the_file_names(town: Town) -> None:
    heads, last, long_ago = "NIP;Nama;Unit Kerja;TMT", today() - timedelta(days=9), today() - timedelta(days=4_000)
    name = town["lead"].name
    bring(town, write(f"{NEW};Ani;ANDIR;{long_ago:%d/%m/%Y}", f"{OTHER};Budi;ANDIR;", heads=heads))
    assert [_present(town, find(town, number).id) for number in (NEW, OTHER)] == [long_ago, today()]
    with town.store.unit_of_work() as session:
        session.execute(update(Post).where(col(Post.person_id) == town["lead"].id).values(valid_from=last - timedelta(days=30)))
    bring(town, write(f"{town['lead'].number};{name};DAGO;{last.isoformat()}", heads=heads))
    assert _present(town, town["lead"].id) == last
    ended = town.rows(select(Post.valid_until).where(Post.person_id == town["lead"].id, col(Post.valid_until).is_not(None)))
    assert ended == [last - timedelta(days=1)]
    before = head_of(town)
    bring(town, write(f"{town['lead'].number};{name};DAGO;{last.isoformat()}", heads=heads))
    assert head_of(town) == before, "the same file changes nothing"


def test_a_post_begins_neither_tomorrow_nor_before_the_present_one_nor_on_no_day(town: Town) -> None:
    heads, tomorrow = "NIP;Nama;Unit Kerja;TMT", today() + timedelta(days=1)
    with town.store.unit_of_work() as session:
        session.execute(update(Post).where(col(Post.person_id) == town["lead"].id).values(valid_from=today() - timedelta(days=30)))
    moved = f"{town['lead'].number};{town['lead'].name};DAGO"
    found = check(
        town,
        write(
            f"{NEW};Ani;ANDIR;{tomorrow:%d/%m/%Y}",
            f"{moved};{today() - timedelta(days=31):%d/%m/%Y}",
            f"{OTHER};Budi;ANDIR;segera",
            heads=heads,
        ),
    )
    assert [(fault.row, fault.code) for fault in found.faults] == [
        (2, "post_not_yet"),
        (4, "sheet_day_unreadable"),
        (3, "post_before_last"),
    ]


def _present(town: Town, person_id: str) -> date | None:
    (began,) = town.rows(select(Post.valid_from).where(Post.person_id == person_id, col(Post.valid_until).is_(None)))
    return began  # type: ignore[no-any-return]


def test_a_look_before_writes_nothing_and_says_what_the_file_would_change(town: Town) -> None:
    before = head_of(town)
    found = check(town, write(f"{NEW};Ani;;;;ANDIR;", f"{town['lead'].number};{town['lead'].name};;;;DAGO;"))
    assert (found.registered, found.moved, found.wrong) == (1, 1, 0)
    assert head_of(town) == before
    assert town.rows(select(EmployeeNumber).where(EmployeeNumber.number == NEW)) == []


def test_no_file_gives_somebody_another_address_or_takes_a_former_number(town: Town) -> None:
    lead = town["lead"]
    done = bring(town, write(f"{lead.number};{lead.name};;;;MALEBER;pencuri@contoh.example"))
    assert (done.unchanged, find(town, lead.number).email) == (1, "lead@contoh.example")
    town.do(change_number, lead.id, NewNumber(NEW, EmploymentKind.PNS, find_first_day(town, lead.id)), by="admin")
    found = check(town, write(f"{lead.number};{lead.name};;;;MALEBER;"))
    assert [fault.code for fault in found.faults] == ["employee_number_former"]


def find_first_day(town: Town, person_id: str) -> date:
    return town.rows(select(EmployeeNumber.valid_from).where(EmployeeNumber.person_id == person_id))[0]  # type: ignore[no-any-return]


def test_an_admin_brings_in_their_own_units_alone(town: Town) -> None:
    town.give_role("walker", "admin", "ANDIR")
    assert bring(town, write(f"{NEW};Ani;;;;MALEBER;"), by="walker").registered == 1
    stranger, leader = town["stranger"], town["leader"]
    for row in (f"{OTHER};Budi;;;;DAGO;", f"{stranger.number};{stranger.name};;;;ANDIR;", f"{leader.number};{leader.name};;;;ANDIR;"):
        assert [fault.code for fault in check(town, write(row), by="walker").faults] == ["import_beyond_reach"], row
    for import_or_look in (bring, check):
        with pytest.raises(Forbidden, match="only_operator"):
            import_or_look(town, write(f"{OTHER};Budi;;;;MALEBER;"), by="head")


def test_a_holder_of_an_office_elsewhere_is_not_changed_by_the_admin_of_where_they_live(town: Town) -> None:
    town.give_role("walker", "admin", "ANDIR")
    town.give_role("lead", "auditor", "KOTA")
    row = f"{town['lead'].number};Nama Lain;;;;MALEBER;"
    assert [fault.code for fault in check(town, write(row), by="walker").faults] == ["office_beyond_reach"]
    assert [fault.code for fault in check(town, write(row), by="admin").faults] == ["import_of_office"], "nor by one admin alone"
    assert check(town, write(f"{town['lead'].number};{town['lead'].name};;;;ANDIR;"), by="admin").moved == 1
    assert check(town, write(row)).changed == 1


def test_a_unit_is_found_by_its_name_unless_two_have_it(town: Town) -> None:
    with town.store.unit_of_work() as session:
        session.get_one(Unit, town.units["DAGO"][0]).name = "Kelurahan Ciroyom"
    assert [fault.code for fault in check(town, write(f"{NEW};Ani;;;;kelurahan ciroyom;")).faults] == ["unit_ambiguous"]
    assert check(town, write(f"{NEW};Ani;;;;KELURAHAN MALEBER;")).registered == 1


def test_kinds_of_employment_are_read_as_hr_writes_them_and_must_fit_the_number(town: Town) -> None:
    heads = "NIP;Nama;Status Kepegawaian;Unit"
    assert check(town, write(f"{NI_PPPK};Budi;PPPK Paruh Waktu;ANDIR", f"{NEW};Ani;CPNS;ANDIR", heads=heads)).registered == 2
    wrong = check(town, write(f"{NI_PPPK};Budi;PNS;ANDIR", f"{NEW};Ani;Honorer;ANDIR", heads=heads))
    assert Counter(fault.code for fault in wrong.faults) == {"employee_number_other_kind": 1, "employment_unknown": 1}
