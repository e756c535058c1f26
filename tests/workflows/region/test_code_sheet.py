"""A unit's sheet of codes: for who cannot sign in yet, and for nobody else.

Who cheats: an operator who would reset colleagues' passwords or come by the code of an office. An inspector expects a fact for each code,
and that its owner is told.
"""

from collections import Counter

import pytest
from sqlmodel import col, select, update

import workflows.region.code_sheet as code_sheet
from api.signing_in import CodeTry, activate
from models.ledger import LedgerEntry
from models.people import Account, AccountNotice, NoticeKind
from tests.api.pages.browsing import give_password
from tests.building import Town
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.region.accounts import close_account
from workflows.region.code_sheet import CodeSheet, make_code_sheet
from workflows.region.people import move_person


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def make(town: Town, unit: str, by: str = "admin") -> CodeSheet:
    return town.do(make_code_sheet, unit, by=by)  # type: ignore[no-any-return]


def test_everybody_of_a_unit_who_cannot_sign_in_gets_a_code_that_opens_their_account(town: Town) -> None:
    before = len(town.rows(select(LedgerEntry.seq)))
    sheet = make(town, "MALEBER", by="operator")
    assert (sheet.unit, [strip.name for strip in sheet.strips], sheet.in_office) == ("Kelurahan Maleber", [town["lead"].name], [])
    with town.store.unit_of_work() as session:
        activate(session, CodeTry(town["lead"].number, sheet.strips[0].code), "hash")
    facts = town.rows(select(LedgerEntry.kind, LedgerEntry.payload).where(LedgerEntry.seq > before).order_by(col(LedgerEntry.seq)))
    made = [(kind, payload["subject"]) for kind, payload in facts if kind == "person.renew_activation"]
    assert made == [("person.renew_activation", town["lead"].id)]
    told = town.rows(select(AccountNotice.kind).where(AccountNotice.person_id == town["lead"].id))
    assert NoticeKind.CODE_MADE in told
    assert town["lead"].number not in sheet.strips[0].masked_number
    with pytest.raises(Conflict, match="sheet_without_strips"):
        make(town, "MALEBER", by="operator")


def test_whoever_has_a_password_an_office_or_a_closed_account_gets_none(town: Town) -> None:
    give_password(town, "reviewer1")
    town.do(close_account, town["walker"].id, by="admin")
    kept = town.rows(select(Account.password_hash).where(Account.person_id == town["reviewer1"].id))
    for unit in ("DISKOMINFO", "DISDIK"):
        with pytest.raises(Conflict, match="sheet_without_strips"):
            make(town, unit)
    assert town.rows(select(Account.password_hash).where(Account.person_id == town["reviewer1"].id)) == kept
    town.give_role("mate", "auditor", "KOTA")
    town.do(code_sheet.make_code_sheet, "DAGO", by="admin")
    with pytest.raises(Conflict, match="sheet_without_strips"):
        make(town, "CIROYOM")


def test_a_new_sheet_voids_the_codes_of_the_lost_one(town: Town) -> None:
    lost, new = make(town, "MALEBER"), make(town, "MALEBER")
    with town.store.unit_of_work() as session, pytest.raises(Invalid, match="activation_code_invalid"):
        activate(session, CodeTry(town["lead"].number, lost.strips[0].code), "hash")
    with town.store.unit_of_work() as session:
        activate(session, CodeTry(town["lead"].number, new.strips[0].code), "hash")


def test_nobody_prints_the_codes_of_a_unit_that_is_not_theirs(town: Town) -> None:
    refused: Counter[str] = Counter()
    for who, unit in (("operator", "DAGO"), ("head", "MALEBER"), ("lead", "MALEBER"), ("secretary", "MALEBER")):
        with pytest.raises(Forbidden) as fault:
            make(town, unit, by=who)
        refused[fault.value.code] += 1
    assert refused == {"only_operator": 4}


def test_a_unit_of_many_is_printed_sheet_by_sheet_who_has_no_code_first_and_then_the_oldest(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = ("lead", "mate", "stranger")
    for who in people[1:]:
        town.do(move_person, town[who].id, "MALEBER", by="admin")
    with town.store.unit_of_work() as session:
        session.execute(update(Account).values(activation_hash=None, activation_until=None))
    monkeypatch.setattr(code_sheet, "MOST_STRIPS", 1)
    sheets = [make(town, "MALEBER", by="operator") for _ in people]
    names = [strip.name for sheet in sheets for strip in sheet.strips]
    assert names == sorted(town[who].name for who in people)
    assert [sheet.left for sheet in sheets] == [2, 1, 0]
    again = [make(town, "MALEBER", by="operator").strips[0].name for _ in people]
    assert again == names, "each in turn"
