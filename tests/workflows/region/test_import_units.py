"""Units from a file: registered, renamed, moved with everything below them; and trees that are none.

Who errs: whoever hangs a unit below itself or from nothing, or lets the region's root go. An inspector expects that a unit that moves takes
its offices' work along, and that an admin of a district reaches no further than before.
"""

import pytest
from sqlmodel import col, select

from models.inbox import InboxItem
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import AccountNotice, NoticeKind, Role
from models.stages import IdeaStage
from models.units import Unit
from tests.building import Town
from workflows.process.actors import flow_actor
from workflows.process.refusals import Conflict
from workflows.process.waiting import list_inbox
from workflows.region.import_report import ImportReport
from workflows.region.import_units import check_units, import_units

HEADS = "Kode;Nama Unit;Jenis;Induk"
NO_TREES: list[tuple[tuple[str, ...], list[tuple[int, str, str]]]] = [
    (("ANDIR;Kecamatan Andir;;MALEBER",), [(2, "parent_code", "unit_in_a_circle")]),
    (("A;Satu;;B", "B;Dua;;A"), [(2, "parent_code", "unit_in_a_circle"), (3, "parent_code", "unit_in_a_circle")]),
    (("A;Satu;;A",), [(2, "parent_code", "unit_in_a_circle")]),
    (("KOTA;Pemerintah Kota Contoh;;ANDIR",), [(2, "parent_code", "unit_in_a_circle")]),
    (("A;Satu;;NIHIL",), [(2, "parent_code", "unit_unknown")]),
    (("A;Satu;;",), [(2, "parent_code", "unit_without_parent")]),
    (("A;Satu;;ANDIR", "a;Lagi;;ANDIR"), [(3, "code", "unit_row_twice")]),
    (("KEC ANDIR;Kecamatan;;KOTA",), [(2, "code", "unit_code_impossible")]),
    ((";Tanpa kode;;ANDIR", "A;;9!;ANDIR"), [(2, "code", "text_empty"), (3, "name", "text_empty"), (3, "kind", "unit_kind_unknown")]),
]


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def write(*rows: str) -> bytes:
    return "\n".join([HEADS, *rows]).encode()


def bring(town: Town, *rows: str, by: str = "flow:import") -> ImportReport:
    return town.do(import_units, write(*rows), by=by)  # type: ignore[no-any-return]


def check(town: Town, *rows: str, by: str = "") -> ImportReport:
    with town.store.reading() as session:
        return check_units(session, write(*rows), actor=town.actor(session, by) if by else flow_actor("import"))


def read_tree(town: Town) -> dict[str, tuple[str, ...]]:
    """Each unit's code with the codes from the root down to it, as the paths say."""
    units = {unit.id: unit for unit in town.rows(select(Unit))}
    return {unit.code: tuple(units[each].code for each in unit.path.strip("/").split("/")) for unit in units.values()}


def kinds_since(town: Town, since: int) -> list[str]:
    return town.rows(select(LedgerEntry.kind).where(LedgerEntry.seq > since).order_by(col(LedgerEntry.seq)))


def test_units_come_in_any_order_with_their_parents_and_the_second_time_nothing_changes(town: Town) -> None:
    before = len(kinds_since(town, 0))
    rows = ("UPT-AIR;UPT Air Bersih;upt;BID-AIR", "BID-AIR;Bidang Air;Bagian;DINKES", "DINKES;Dinas Kesehatan Kota Contoh;;")
    done = bring(town, *rows)
    assert (done.rows, done.registered, done.moved, done.changed, done.unchanged) == (3, 2, 0, 0, 1)
    assert read_tree(town)["UPT-AIR"] == ("KOTA", "DINKES", "BID-AIR", "UPT-AIR")
    assert [town.rows(select(Unit.kind).where(Unit.code == code)) for code in ("BID-AIR", "UPT-AIR", "DINKES")] == [
        ["section"],
        ["technical_unit"],
        ["agency"],
    ]
    assert kinds_since(town, before) == ["unit.register", "unit.register", "region.import_units"]
    again = bring(town, *rows)
    assert (again.unchanged, again.counts, len(kinds_since(town, before))) == (3, {}, 3)


def test_each_kind_that_a_citys_own_list_of_units_says_is_known_as_the_calls_name_it(town: Town) -> None:
    said = {"SATPOL": "satuan", "SETWAN": "Sekretariat DPRD", "RSUD": "rumah sakit", "DISDIK": "dinas", "UMUM": "bagian"}
    bring(town, "KOTA;Pemerintah Kota Contoh;pemerintah kota;", *(f"{code};Unit {code};{kind};KOTA" for code, kind in said.items()))
    kinds = {unit.code: unit.kind for unit in town.rows(select(Unit))}
    assert kinds["KOTA"] == "city"
    assert [kinds[code] for code in said] == ["public_order_unit", "council_secretariat", "hospital", "office", "section"]


def test_a_unit_that_moves_takes_along_what_lies_below_it_and_what_waits_there(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    town.give_role("other_head", "auditor", "COBLONG")
    before = len(kinds_since(town, 0))
    done = bring(town, "ANDIR;Kecamatan Andir;;COBLONG", "MALEBER;Kelurahan Maleber Baru;;ANDIR")
    assert (done.moved, done.changed, done.unchanged) == (1, 1, 0)
    tree = read_tree(town)
    assert tree["MALEBER"] == ("KOTA", "COBLONG", "ANDIR", "MALEBER")
    assert tree["CIROYOM"] == ("KOTA", "COBLONG", "ANDIR", "CIROYOM")
    assert tree["DAGO"] == ("KOTA", "COBLONG", "DAGO")
    assert kinds_since(town, before) == ["unit.change", "unit.move", "region.import_units"]
    with town.store.reading() as session:
        assert [each.idea.id for each in list_inbox(session, actor=town.actor(session, "head"))] == [idea]
    paths = set(town.rows(select(InboxItem.unit_path).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))))
    assert paths <= {unit.path for unit in town.rows(select(Unit))}


def test_what_is_no_tree_is_refused_by_row_and_nothing_is_done(town: Town) -> None:
    before = read_tree(town)
    for rows, faults in NO_TREES:
        assert [(fault.row, fault.column, fault.code) for fault in check(town, *rows).faults] == faults
        with pytest.raises(Conflict, match="import_refused"):
            bring(town, *rows, "BARU;Unit Baru;;ANDIR")
    assert read_tree(town) == before


def test_an_admin_of_a_district_reaches_no_further_by_a_file(town: Town) -> None:
    town.give_role("walker", "admin", "ANDIR")
    assert bring(town, "RW-01;RW 01;;MALEBER", by="walker").registered == 1
    for row in ("RW-02;RW 02;;DAGO", "DAGO;Kelurahan Dago;;ANDIR", "MALEBER;Kelurahan Maleber;;COBLONG", "KOTA;Kota Lain;;"):
        assert [fault.code for fault in check(town, row, by="walker").faults] == ["import_beyond_reach"], row


def test_whoever_holds_a_role_over_a_unit_that_moves_or_below_it_is_told_and_its_staff_are_not(town: Town) -> None:
    town.give_role("walker", Role.REVIEWER, "MALEBER")
    before = set(town.rows(select(AccountNotice.id)))
    bring(town, "ANDIR;Kecamatan Andir;;COBLONG")
    told = {notice.person_id: notice.kind for notice in town.rows(select(AccountNotice)) if notice.id not in before}
    assert told == {town[who].id: NoticeKind.UNIT_MOVED for who in ("head", "operator", "owner", "walker")}
    asked = set(town.rows(select(Message.subject_id).where(Message.job == "tell_holder")))
    assert asked >= {notice.id for notice in town.rows(select(AccountNotice)) if notice.id not in before}
