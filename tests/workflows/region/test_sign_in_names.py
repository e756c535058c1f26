"""People without employee number: registered with a name to sign in, changed by who looks after the account, mistaken for nobody.

Who cheats registers a helper under a name that looks like the mayor's, and waits until somebody gives it the mayor's role. Who errs gives
a civil servant a name, or a mayor a number. An inspector expects that a name is one person's for ever.
"""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from api.signing_in import CodeTry, activate
from models.instants import today
from models.ledger import LedgerEntry
from models.people import Account, AccountNotice, EmployeeNumber, EmploymentKind, NoticeKind, Person, Role, SignInName
from tests.building import Town
from tests.outsiders import MAYOR, outsider, welcome
from tests.town import employee_number
from tests.workflows.region.appointing import ANDIR, KOTA
from workflows.intake.draft import draft_idea
from workflows.intake.team import MemberShare
from workflows.process.refusals import Forbidden, Invalid, Refusal
from workflows.region.code_sheet import make_code_sheet
from workflows.region.codes import renew_activation
from workflows.region.grants import grant_role
from workflows.region.holders import NewHolder
from workflows.region.identifiers import find_by_identifier
from workflows.region.offices import set_office
from workflows.region.people import NewNumber, NewPerson, change_number, register_person
from workflows.region.sign_in_names import change_sign_in_name, liken, mask_sign_in_name, read_sign_in_name

NUMBER = employee_number(80)
NO_NUMBER, BESIDE = ("number_of_no_civil_servant", "employee_number"), ("sign_in_name_beside_number", "sign_in_name")
ALIKE = ("wa1ikota.contoh", "walik0ta.c0nt0h", "walikotacontoh", "wali.kota.contoh", "waiikota.contoh", "Walikota.Contoh")
OUTSIDE = [kind for kind in EmploymentKind if not kind.has_number]


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def find(town: Town, written: str) -> str | None:
    with town.store.reading() as session:
        return find_by_identifier(session, written)


def refused(town: Town, action: Any, *values: Any, by: str = "admin") -> list[tuple[str, str | None]]:
    """What an action is refused with: the code and the field of each fault."""
    try:
        town.do(action, *values, by=by)
    except Refusal as fault:
        return [(each.code, each.field) for each in fault.parts or (fault,)]
    raise AssertionError("not refused")


# Registering


@pytest.mark.parametrize("kind", OUTSIDE)
def test_whoever_is_no_civil_servant_is_registered_with_a_name_and_no_number(town: Town, kind: EmploymentKind) -> None:
    code = welcome(town, "guest", outsider(kind))
    guest = town["guest"].id
    assert town.rows(select(EmployeeNumber).where(EmployeeNumber.person_id == guest)) == []
    assert find(town, " Tamu.Daerah ") == guest
    with town.store.unit_of_work() as session:
        assert activate(session, CodeTry("tamu.daerah", code), "hash") == guest


@pytest.mark.parametrize(
    ("number", "name", "kind", "expected"),
    [
        ("", "", EmploymentKind.MENTOR, [("sign_in_name_missing", "sign_in_name")]),
        ("", "a.b.", EmploymentKind.MENTOR, [("sign_in_name_impossible", "sign_in_name")]),
        (NUMBER, "tamu.daerah", EmploymentKind.MENTOR, [NO_NUMBER]),
        (
            NUMBER,
            "",
            EmploymentKind.ACADEMIC,
            [("number_of_no_civil_servant", "employee_number"), ("sign_in_name_missing", "sign_in_name")],
        ),
        (NUMBER, "tamu.daerah", EmploymentKind.PNS, [BESIDE]),
        (
            "",
            "tamu.daerah",
            EmploymentKind.PNS,
            [("sign_in_name_beside_number", "sign_in_name"), ("employee_number_impossible", "employee_number")],
        ),
        ("", "", EmploymentKind.PPPK, [("employee_number_impossible", "employee_number")]),
    ],
)
def test_the_wrong_one_of_number_and_name_is_refused_at_its_field(
    town: Town, number: str, name: str, kind: EmploymentKind, expected: list[tuple[str, str]]
) -> None:
    new = NewPerson("Rahmat Wiranata", number, kind, "KOTA", sign_in_name=name)
    assert refused(town, register_person, new) == expected
    assert town.rows(select(Person.id).where(Person.name == new.name)) == []


# What may be a name


@pytest.mark.parametrize("written", ["walikota.bandung", "WaliKota.Bandung", "juri2026", "a1b", "x" * 40, "drh.sari.w"])
def test_letters_digits_and_single_dots_are_a_name(written: str) -> None:
    assert read_sign_in_name(f" {written} ") == written.lower()


@pytest.mark.parametrize(
    "written",
    [
        *("ab", "x" * 41, "1juri", ".juri", "juri.", "wali..kota", "wali kota", "wali@kota", "wali-kota", "w\u0430likota"),
        *("nip.1979031", "19790317", NUMBER, f"n{NUMBER}", f"nip.{NUMBER}", "juri\u0000dua", "\ufb01nalis", "\U0001d430ali"),
    ],
)
def test_nothing_else_is_and_never_what_looks_like_a_number(written: str) -> None:
    with pytest.raises(Invalid, match="sign_in_name_impossible"):
        read_sign_in_name(written)


@pytest.mark.parametrize("alike", ALIKE)
def test_a_name_that_looks_like_somebody_elses_is_nobodys(town: Town, alike: str) -> None:
    """Else a helper is given the mayor's role by whoever reads the name and not the id."""
    welcome(town, "mayor")
    assert refused(town, register_person, outsider(EmploymentKind.MENTOR, alike)) == [("sign_in_name_taken", "sign_in_name")]
    assert find(town, "walikota.contoh") == town["mayor"].id


def test_names_that_differ_are_told_apart() -> None:
    names = [*(f"juri{place}" for place in range(2, 9)), "juri.satu", "juri.dua", "ketua.dprd", "wakil.ketua.dprd", "pendamping.a"]
    assert len({liken(name) for name in names}) == len(names)


# Changing it


def test_a_changed_name_is_a_fact_and_told_and_the_former_opens_nothing_and_is_nobodys(town: Town) -> None:
    welcome(town, "mayor")
    mayor = town["mayor"].id
    assert town.do(change_sign_in_name, mayor, "Bapak.Walikota", by="admin") == "bapak.walikota"
    assert (find(town, "bapak.walikota"), find(town, "walikota.contoh")) == (mayor, None)
    (fact,) = town.rows(select(LedgerEntry).where(LedgerEntry.kind == "person.change_sign_in_name"))
    assert (fact.payload["subject"], "walikota" in str(fact.payload)) == (mayor, False)
    told = town.rows(select(AccountNotice.kind).where(AccountNotice.person_id == mayor))
    assert told == [NoticeKind.SIGN_IN_NAME_CHANGED]
    for name in ("walikota.contoh", "walikotacontoh"):
        assert refused(town, register_person, outsider(EmploymentKind.MENTOR, name)) == [("sign_in_name_taken", "sign_in_name")]


def test_ones_own_former_name_comes_back_and_a_name_may_lose_its_dot(town: Town) -> None:
    welcome(town, "mayor")
    mayor = town["mayor"].id
    for name in ("bapak.walikota", "walikota.contoh", "walikotacontoh"):
        town.do(change_sign_in_name, mayor, name, by="admin")
        assert find(town, name) == mayor
    assert find(town, "walikota.contoh") is None
    open_names = select(SignInName.name).where(SignInName.person_id == mayor, col(SignInName.ended_at).is_(None))
    assert town.rows(open_names) == ["walikotacontoh"]


def test_the_present_name_a_name_for_a_civil_servant_and_a_number_for_a_mayor_are_refused(town: Town) -> None:
    welcome(town, "mayor")
    mayor, mate = town["mayor"].id, town["mate"].id
    assert refused(town, change_sign_in_name, mayor, "walikota.contoh") == [("sign_in_name_unchanged", "sign_in_name")]
    assert refused(town, change_sign_in_name, mate, "tono") == [("sign_in_name_beside_number", "sign_in_name")]
    for kind in (EmploymentKind.PNS, EmploymentKind.ELECTED_HEAD):
        assert refused(town, change_number, mayor, NewNumber(NUMBER, kind, today()))[0] == ("number_of_no_civil_servant", "employee_number")
    new = NewNumber("199305172021221968", EmploymentKind.ACADEMIC, today())
    assert refused(town, change_number, mate, new) == [("number_of_no_civil_servant", "kind")]


def test_whoever_may_change_a_number_may_change_a_name_and_nobody_else(town: Town) -> None:
    """An operator of the home unit looks after a guest, but not after one who holds an office over more."""
    welcome(town, "guest", NewPerson("Rahmat Wiranata", "", EmploymentKind.ACADEMIC, "ANDIR", sign_in_name="tamu.daerah"))
    guest = town["guest"].id
    town.do(change_sign_in_name, guest, "tamu.andir", by="operator")
    for who in ("guest", "secretary", "leader", "reviewer1"):
        assert refused(town, change_sign_in_name, guest, "tamu.lain", by=who) == [("only_operator", None)]
    town.give_role("guest", Role.REVIEWER, "BAPPEDA")
    assert refused(town, change_sign_in_name, guest, "tamu.lain", by="operator") == [("office_beyond_reach", None)]
    town.do(change_sign_in_name, guest, "tamu.lain", by="admin")


def test_changing_a_name_hands_nobody_the_account(town: Town) -> None:
    code = welcome(town, "mayor")
    with town.store.unit_of_work() as session:
        activate(session, CodeTry("walikota.contoh", code), "the mayor's")
    town.do(change_sign_in_name, town["mayor"].id, "nama.lain", by="admin")
    assert town.rows(select(Account.password_hash).where(Account.person_id == town["mayor"].id)) == ["the mayor's"]


# Roles and offices


def test_roles_of_another_kind_are_refused_and_those_of_ones_own_given(town: Town) -> None:
    welcome(town, "juror", outsider(EmploymentKind.OUTSIDE_JUROR))
    for role in (Role.LEADER, Role.ADMIN, Role.OPERATOR, Role.SECRETARIAT, Role.UNIT_HEAD, Role.PROPOSER, Role.VERIFIER):
        assert refused(town, grant_role, town["juror"].id, role, "KOTA") == [("role_of_another_kind", "role")]
    town.give_role("juror", Role.REVIEWER, "KOTA")


def test_an_elected_head_heads_the_region_and_no_unit(town: Town) -> None:
    town.do(set_office, "ANDIR", ANDIR, by="admin")
    town.do(set_office, "KOTA", KOTA, by="admin")
    welcome(town, "mayor")
    welcome(town, "academic", outsider(EmploymentKind.ACADEMIC))
    with pytest.raises(Invalid, match="office_of_another_kind"):
        town.appoint("ANDIR", NewHolder(town["mayor"].id, today()))
    with pytest.raises(Invalid, match="office_of_another_kind"):
        town.appoint("KOTA", NewHolder(town["academic"].id, today()))
    assert town.appoint("KOTA", NewHolder(town["mayor"].id, today()))


@pytest.mark.parametrize("kind", OUTSIDE)
def test_only_civil_servants_propose(town: Town, kind: EmploymentKind) -> None:
    welcome(town, "guest", outsider(kind))
    with pytest.raises(Forbidden, match="only_civil_servants_propose"):
        town.do(draft_idea, town.call, town.proposal(team=()), by="guest")


@pytest.mark.parametrize("typed", ["tamu.daerah", "tamu@contoh.example"])
def test_nobody_without_a_number_is_named_for_a_team(town: Town, typed: str) -> None:
    welcome(town, "guest", outsider(EmploymentKind.MENTOR))
    team = (MemberShare(town["lead"].number, 6_000), MemberShare(typed, 4_000))
    proposal, call = town.proposal(team=team), town.call
    assert refused(town, draft_idea, call, proposal, by="lead") == [("employee_number_impossible", "team.1.employee_number")]


# Codes


def test_a_code_sheet_has_strips_for_people_without_number(town: Town) -> None:
    welcome(town, "guest", NewPerson("Rahmat Wiranata", "", EmploymentKind.MENTOR, "MALEBER", sign_in_name="tamu.daerah"))
    sheet = town.do(make_code_sheet, "MALEBER", by="operator")
    strips = {strip.name: (strip.masked_number, strip.masked_name) for strip in sheet.strips}
    assert strips["Rahmat Wiranata"] == ("", "t•••h")
    assert strips[town["lead"].name] == ("*" * 15 + town["lead"].number[-3:], "")
    code = next(strip.code for strip in sheet.strips if strip.name == "Rahmat Wiranata")
    with town.store.unit_of_work() as session:
        assert activate(session, CodeTry("tamu.daerah", code), "hash") == town["guest"].id


def test_a_lost_code_of_a_mayor_in_office_needs_two_people(town: Town) -> None:
    welcome(town, "mayor")
    town.give_role("mayor", Role.LEADER, "KOTA")
    assert town.do(renew_activation, town["mayor"].id, by="admin").code is None


def test_a_mask_keeps_the_name_from_a_lost_slip() -> None:
    assert (mask_sign_in_name("walikota.contoh"), mask_sign_in_name("")) == ("w•••h", "")
    assert MAYOR.sign_in_name not in mask_sign_in_name(MAYOR.sign_in_name)


def test_two_who_take_one_likeness_at_once_end_with_one_holder(town: Town) -> None:
    """The database itself refuses the second, should both find the name free."""
    welcome(town, "mayor")
    second = SignInName(person_id=town["mate"].id, name="lain", likeness=liken("walikota.contoh"))
    with pytest.raises(IntegrityError), town.store.unit_of_work() as session:
        session.add(second)
