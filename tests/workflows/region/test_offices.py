"""An office says what stands on its papers, and on every day who signs them, in which capacity and for whom."""

from typing import Any

import pytest
from sqlmodel import select

from models.instants import today
from models.offices import SAMPLE_EMBLEM, Capacity, UnitOffice
from models.people import EmployeeNumber, EmploymentKind
from models.policy import DocumentRule
from models.settings import settings
from tests.building import POLICY, Town
from tests.workflows.region.appointing import ANDIR, KOTA, NI_PPPK, NIP, SETDA, appoint, day, give_rank, read
from workflows.process.refusals import Conflict, Invalid
from workflows.region.holders import PlainHolder
from workflows.region.offices import NewOffice, read_office, set_office


def test_a_unit_without_an_office_goes_by_the_policy(either_town: Town) -> None:
    found = read(either_town, day(0))
    assert found.letterhead_lines == ("PEMERINTAH KOTA CONTOH", "BAPPEDA")
    assert (found.address, found.contact, found.place) == ("Jalan Contoh 1", "bappeda@contoh.example", "Contoh")
    assert (found.unit_code, found.emblem) == ("BAPPEDA", SAMPLE_EMBLEM)
    assert (found.signatory.name, found.signatory.position) == ("Joko Surapati", "Wali Kota Contoh")
    assert (found.signatory.rank, found.signatory.employee_number, found.signatory.employment) == (None, None, None)


@pytest.mark.parametrize(("number", "kind"), [(NIP, EmploymentKind.PNS), (NI_PPPK, EmploymentKind.PPPK)])
def test_a_policys_number_tells_which_kind_it_is(town: Town, number: str, kind: EmploymentKind) -> None:
    who = {**POLICY["documents"]["signatory"], "rank": "Pembina (IV/a)", "employee_number": number, "capacity": "Plh."}
    rule = DocumentRule.model_validate({**POLICY["documents"], "signatory": who})
    with town.store.reading() as session:
        signatory = read_office(session, town.units["ANDIR"][0], day(0), otherwise=rule).signatory
    assert (signatory.employee_number, signatory.employment) == (number, kind)
    assert (signatory.rank, signatory.capacity) == ("Pembina (IV/a)", Capacity.DAILY)


def test_an_office_that_nobody_holds_goes_by_the_policy_in_whole(office: Town) -> None:
    appoint(office, "head", 10, 20)
    for number in (9, 21):
        assert read(office, day(number)).letterhead_lines == ("PEMERINTAH KOTA CONTOH", "BAPPEDA")
        assert read(office, day(number)).signatory.name == "Joko Surapati"


def test_an_office_brings_its_papers_and_its_holder(office: Town) -> None:
    give_rank(office, "head")
    appoint(office, "head", (today() - day(0)).days)
    found = read(office, today())
    assert found.letterhead_lines == ("PEMERINTAH KOTA CONTOH", "KECAMATAN ANDIR")
    assert (found.address, found.contact, found.place) == ("Jalan Contoh 2", "andir@contoh.example", "Contoh")
    assert (found.unit_code, found.emblem) == ("Kec.Andir", SAMPLE_EMBLEM)
    signatory = found.signatory
    assert (signatory.name, signatory.full_name) == ("Asep Cakrabuana", "Asep Cakrabuana, S.STP.")
    assert (signatory.position, signatory.capacity, signatory.on_behalf_of) == ("Camat Andir", Capacity.PERMANENT, "")
    assert (signatory.rank, signatory.employment) == ("Pembina (IV/a)", EmploymentKind.PNS)
    assert signatory.employee_number == office["head"].number


def test_an_office_is_not_inherited_by_the_units_below(office: Town) -> None:
    appoint(office, "head")
    assert read(office, day(0), "MALEBER").signatory.name == "Joko Surapati"


def test_setting_an_office_again_replaces_its_papers_and_keeps_its_holders(office: Town) -> None:
    appoint(office, "head")
    moved = NewOffice(("KECAMATAN ANDIR",), "Bandung", "K.And", "Camat Andir Baru")
    assert office.do(set_office, "ANDIR", moved, by="admin").version == 2
    found = read(office, day(0))
    assert (found.letterhead_lines, found.address, found.unit_code) == (("KECAMATAN ANDIR",), "", "K.And")
    assert (found.signatory.name, found.signatory.position) == ("Asep Cakrabuana", "Camat Andir Baru")


def test_the_regions_own_emblem_is_one_that_lies_in_its_folder(office: Town) -> None:
    with pytest.raises(Invalid, match="emblem_unknown") as refused:
        office.do(set_office, "ANDIR", NewOffice(("A",), "B", "C", "D", emblem="kota-contoh"), by="admin")
    assert refused.value.parameters["known"] == ["gagas"]
    settings().emblems.mkdir(parents=True)
    for name in ("kota-contoh.svg", "Bad Name.svg", "kota.png"):
        (settings().emblems / name).write_text('<svg viewBox="0 0 2 3"><path d="M0 0H2V3Z"/></svg>')
    office.do(set_office, "ANDIR", NewOffice(("A",), "B", "C", "D", emblem="kota-contoh"), by="admin")
    appoint(office, "head")
    assert read(office, day(0)).emblem == "kota-contoh"
    for wrong in ("Bad Name", "kota", "../gagas", ""):
        with pytest.raises(Invalid, match="emblem_unknown"):
            office.do(set_office, "ANDIR", NewOffice(("A",), "B", "C", "D", emblem=wrong), by="admin")


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"letterhead_lines": ()}, "letterhead_lines_out_of_range", "letterhead_lines"),
        ({"letterhead_lines": ("A", "B", "C", "D", "E")}, "letterhead_lines_out_of_range", "letterhead_lines"),
        ({"letterhead_lines": ("A", " ")}, "text_empty", "letterhead_lines"),
        ({"place": ""}, "text_empty", "place"),
        ({"position": ""}, "text_empty", "position"),
        ({"unit_code": "K" * 41}, "text_too_long", "unit_code"),
        ({"address": "Jalan\nContoh"}, "control_characters", "address"),
    ],
)
def test_an_office_that_no_paper_could_carry_is_refused(town: Town, wrong: dict[str, Any], code: str, field: str) -> None:
    right = {"letterhead_lines": ("A",), "place": "B", "unit_code": "C", "position": "D"}
    with pytest.raises(Invalid, match=code) as refused:
        town.do(set_office, "ANDIR", NewOffice(**{**right, **wrong}), by="admin")
    assert refused.value.field == field
    assert town.rows(select(UnitOffice)) == []


# Who signs


def test_an_acting_holder_goes_before_the_permanent_one_and_a_daily_before_both(office: Town) -> None:
    appoint(office, "head")
    appoint(office, "other_head", 5, 15, capacity=Capacity.ACTING)
    appoint(office, "operator", 10, 10, capacity=Capacity.DAILY)
    expected = {4: ("Asep Cakrabuana", ""), 5: ("Dadang Mangkubumi", "Plt."), 10: ("Nining Rarasati", "Plh.")}
    expected |= {11: ("Dadang Mangkubumi", "Plt."), 15: ("Dadang Mangkubumi", "Plt."), 16: ("Asep Cakrabuana", "")}
    for number, who in expected.items():
        signatory = read(office, day(number)).signatory
        assert (signatory.name, signatory.capacity) == who
        assert signatory.position == "Camat Andir"


def test_one_signs_on_behalf_of_the_head_of_a_unit_above(office: Town) -> None:
    office.do(set_office, "KOTA", KOTA, by="admin")
    appoint(office, "head", on_behalf_of="KOTA")
    signatory = read(office, day(0)).signatory
    assert (signatory.on_behalf_of, signatory.position) == ("Wali Kota Contoh", "Camat Andir")


@pytest.mark.parametrize("superior", ["KOTA", "MALEBER", "COBLONG", "ANDIR", "ATLANTIS"])
def test_nobody_signs_for_one_who_is_not_above_or_has_no_office(office: Town, superior: str) -> None:
    for unit in ("MALEBER", "COBLONG"):
        office.do(set_office, unit, ANDIR, by="admin")
    with pytest.raises(Invalid, match="superior_has_no_office"):
        appoint(office, "head", on_behalf_of=superior)


HEADS = [
    # head, capacity, whether rank and number stand there, whether a title may (Permendagri 1/2023 art. 44, paragraphs 2 to 5)
    (ANDIR, "", True, True),
    (ANDIR, "Plt.", True, True),
    (ANDIR, "Plh.", True, True),
    (KOTA, "", False, True),
    (KOTA, "Plt.", False, False),
    (KOTA, "Plh.", False, False),
    (KOTA, "Pj.", False, False),
    (KOTA, "Pjs.", False, False),
    (SETDA, "", False, True),
    (SETDA, "Plt.", False, True),
    (SETDA, "Plh.", False, False),
    (SETDA, "Pj.", False, False),
]


@pytest.mark.parametrize(("new", "capacity", "rank", "title"), HEADS, ids=lambda value: getattr(value, "unit_code", value))
def test_the_highest_sign_without_rank_and_number(town: Town, new: NewOffice, capacity: str, rank: bool, title: bool) -> None:
    town.do(set_office, "ANDIR", new, by="admin")
    give_rank(town, "head")
    appoint(town, "head", (today() - day(0)).days, capacity=Capacity(capacity))
    signatory = read(town, today()).signatory
    assert (signatory.rank, signatory.employee_number) == (("Pembina (IV/a)", town["head"].number) if rank else (None, None))
    assert signatory.full_name == ("Asep Cakrabuana, S.STP." if title else "Asep Cakrabuana")
    assert signatory.name == "Asep Cakrabuana"


def test_somebody_known_by_name_only_signs_too(office: Town) -> None:
    appoint(office, PlainHolder("Rangga Purwakesuma", "Dr.", "S.H.", "Pembina", "IV/a", "19790317 200411 1 800", EmploymentKind.PNS), 0, 4)
    appoint(office, PlainHolder("Sinta Anggrahini", grade="IX", employee_number=NI_PPPK, employment=EmploymentKind.PPPK), 5, 9)
    appoint(office, PlainHolder("Wulan Kartadireja"), 10)
    first, second, third = (read(office, day(number)).signatory for number in (0, 5, 10))
    assert (first.name, first.full_name) == ("Rangga Purwakesuma", "Dr. Rangga Purwakesuma, S.H.")
    assert (first.rank, first.employee_number, first.employment) == ("Pembina (IV/a)", NIP, EmploymentKind.PNS)
    assert (second.rank, second.employee_number, second.employment) == (None, NI_PPPK, EmploymentKind.PPPK)
    assert (third.full_name, third.rank, third.employee_number, third.employment) == ("Wulan Kartadireja", None, None, None)


@pytest.mark.parametrize("name", ["Rangga Purwakesuma, S.H.", "Dr. Rangga Purwakesuma", "drs. Rangga", "Prof. Ir. Rangga"])
def test_a_plain_name_carries_no_academic_title(office: Town, name: str) -> None:
    with pytest.raises(Invalid, match="name_with_titles"):
        appoint(office, PlainHolder(name))
    appoint(office, PlainHolder("H. Moh. Dirja Purwakesuma"))


@pytest.mark.parametrize(
    ("plain", "refused", "code"),
    [
        (PlainHolder("Rangga", employee_number=NIP), Invalid, "employment_missing"),
        (PlainHolder("Rangga", employment=EmploymentKind.PNS), Invalid, "employment_missing"),
        (PlainHolder("Rangga", employee_number="123", employment=EmploymentKind.PNS), Invalid, "employee_number_impossible"),
        (PlainHolder("Rangga", employee_number=NIP, employment=EmploymentKind.PPPK), Invalid, "employee_number_other_kind"),
        (PlainHolder(" "), Invalid, "text_empty"),
    ],
)
def test_a_plain_holder_who_cannot_be_is_refused(town: Town, plain: PlainHolder, refused: type[Exception], code: str) -> None:
    town.do(set_office, "ANDIR", ANDIR, by="admin")
    with pytest.raises(refused, match=code):
        appoint(town, plain)


def test_a_registered_persons_number_is_not_written_a_second_time(office: Town) -> None:
    with pytest.raises(Conflict, match="employee_number_taken"):
        appoint(office, PlainHolder("Asep Cakrabuana", employee_number=office["head"].number, employment=EmploymentKind.PNS))


def test_a_number_stands_on_the_papers_of_its_own_days(office: Town) -> None:
    appoint(office, "head")
    with office.store.unit_of_work() as session:
        (number,) = session.exec(select(EmployeeNumber).where(EmployeeNumber.person_id == office["head"].id))
        number.valid_from, number.valid_until = day(0), day(9)
        session.add(EmployeeNumber(person_id=office["head"].id, number=NI_PPPK, valid_from=day(10)))
    assert [read(office, day(on)).signatory.employee_number for on in (0, 9, 10)] == [office["head"].number, office["head"].number, NI_PPPK]
