"""Codes of activation by mail: whoever receives one takes the account, so they go to few addresses, and there is one of each.

Who cheats: an operator who writes an address of their own for somebody; a colleague at a mailbox that a whole unit reads; whoever runs the
mail server, once somebody takes up an office; whoever reads the outbox, the database or a copy of it. Who errs: a mail that goes out twice,
an address with a typo, a sheet printed beside the mails. An inspector expects a fact for each code, which says who wrote its address.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select, update

import workflows.region.code_mails as code_mails
from api.signing_in import CodeTry, activate
from models.instants import wall_now
from models.ledger import LedgerEntry
from models.outbox import Message
from models.people import Account, AccountNotice, EmploymentKind, MailCode, MailPurpose, NoticeKind, Person, Role, RoleGrant
from tests.api.pages.browsing import give_password
from tests.building import Town
from tests.town import employee_number
from workflows.process.refusals import Conflict, Forbidden, Invalid, Refusal
from workflows.region.accounts import close_account, read_person, reopen_account
from workflows.region.code_mails import CodeMailing, Hindrance, mail_code, mail_unit_codes, make_mailed_code
from workflows.region.code_sheet import make_code_sheet
from workflows.region.codes import renew_activation
from workflows.region.grants import end_grant
from workflows.region.mail_codes import MOST_A_DAY, drop_email
from workflows.region.people import NewPerson, move_person, register_person
from workflows.region.powers import has_handed_code, list_sponsors

SECRET = b"no database holds this secret :-)"


@pytest.fixture
def town(either_town: Town) -> Town:
    return either_town


def send(town: Town, unit: str = "MALEBER", by: str = "operator") -> CodeMailing:
    return town.do(mail_unit_codes, unit, by=by)  # type: ignore[no-any-return]


def arrive(town: Town) -> dict[str, str]:
    """What the flow's mails bring, by address; asked of every code that was ever asked for."""
    codes = {}
    for row in town.rows(select(MailCode).where(MailCode.purpose == MailPurpose.ACTIVATION)):
        with town.store.unit_of_work() as session:
            if (made := make_mailed_code(session, row.id, SECRET)) is not None:
                codes[row.email] = made[1]
    return codes


def opens(town: Town, who: str, code: str) -> bool:
    """Whether a code opens somebody's account; it stays as it is."""
    with town.store.unit_of_work() as session:
        try:
            activate(session, CodeTry(town[who].number, code), "hash")
        except Invalid:
            return False
        finally:
            session.rollback()
    return True


def set_email(town: Town, who: str, email: str) -> None:
    with town.store.unit_of_work() as session:
        session.execute(update(Person).where(col(Person.id) == town[who].id).values(email=email))


def register(town: Town, name: str, email: str, by: str = "operator", place: int = 90) -> str:
    new = NewPerson(name, employee_number(place), EmploymentKind.PNS, "MALEBER", email=email)
    return str(town.do(register_person, new, by=by)[0].id)


LEAD = "lead@contoh.example"


def test_everybody_of_a_unit_with_an_address_is_mailed_a_code_that_opens_their_account(town: Town) -> None:
    before = len(town.rows(select(LedgerEntry.seq)))
    mailing = send(town)
    assert [(to.name, to.masked_email) for to in mailing.mailed] == [(town["lead"].name, "l•••@contoh.example")]
    assert (mailing.unit, mailing.left_out, mailing.left) == ("Kelurahan Maleber", [], 0)
    codes = arrive(town)
    assert list(codes) == [LEAD]
    assert codes[LEAD] not in str(mailing)
    assert opens(town, "lead", codes[LEAD].lower())
    assert not opens(town, "mate", codes[LEAD])
    facts = town.rows(select(LedgerEntry.kind, LedgerEntry.payload).where(LedgerEntry.seq > before))
    asked = {"asked_by": town["operator"].id, "by_mail": True, "address_by": town["admin"].id}
    assert [(kind, payload["subject"], payload["detail"]) for kind, payload in facts] == [
        ("person.renew_activation", town["lead"].id, asked)
    ]
    told = town.rows(select(AccountNotice.kind).where(AccountNotice.person_id == town["lead"].id))
    assert told == [NoticeKind.CODE_MAILED]


def test_who_is_left_out_and_why(town: Town) -> None:
    """Each of them would give an account to somebody else, or has one."""
    for who in ("mate", "stranger", "walker"):
        town.do(move_person, town[who].id, "MALEBER", by="admin")
    set_email(town, "mate", "")
    town.give_role("stranger", Role.PILOT_OWNER, "MALEBER")
    set_email(town, "walker", "Maleber@contoh.example")
    shared = register(town, "Asep Purnama", "maleber@contoh.example", by="admin")
    own = register(town, "Ujang Sobari", "punya.operator@contoh.example", place=91)
    mailing = send(town)
    assert [to.name for to in mailing.mailed] == [town["lead"].name]
    why = {each.person_id: each.why for each in mailing.left_out}
    people = {"mate": Hindrance.NO_ADDRESS, "stranger": Hindrance.IN_OFFICE, "walker": Hindrance.SHARED_ADDRESS}
    assert why == {town[who].id: reason for who, reason in people.items()} | {
        shared: Hindrance.SHARED_ADDRESS,
        own: Hindrance.OWN_ADDRESS,
    }
    assert mailing.counts[Hindrance.SHARED_ADDRESS] == 2
    assert [each.why for each in send(town).left_out].count(Hindrance.LATELY_MAILED) == 1, "a second click mails nobody twice"
    by_another = send(town, by="second_admin")
    assert [to.person_id for to in by_another.mailed] == [own], "who did not write the address sends to it"


def test_an_address_that_several_people_had_is_ones_own_once_the_others_are_closed(town: Town) -> None:
    gone = register(town, "Asep Purnama", LEAD.upper(), by="admin")
    assert send(town).counts == {Hindrance.SHARED_ADDRESS: 2}
    town.do(close_account, gone, by="admin")
    assert [to.person_id for to in send(town).mailed] == [town["lead"].id]


def test_nobody_mails_codes_of_a_unit_that_is_not_theirs(town: Town) -> None:
    for who, unit in (("operator", "DAGO"), ("head", "MALEBER"), ("lead", "MALEBER"), ("secretary", "MALEBER")):
        with pytest.raises(Forbidden, match="only_operator"):
            send(town, unit, by=who)
    give_password(town, "lead")
    with pytest.raises(Conflict, match="mail_without_people"):
        send(town)
    assert town.rows(select(MailCode)) == []


def test_a_mail_that_goes_out_twice_brings_the_same_code_and_only_its_hash_is_kept(town: Town) -> None:
    send(town)
    first, second = arrive(town), arrive(town)
    assert first == second
    assert opens(town, "lead", first[LEAD])
    kept = "".join(str([row.model_dump() for row in town.rows(select(model))]) for model in (MailCode, Message, Account, LedgerEntry))
    assert first[LEAD] not in kept
    assert SECRET.decode() not in kept
    with town.store.unit_of_work() as session:
        activate(session, CodeTry(town["lead"].number, first[LEAD]), "hash")
    assert arrive(town) == {}, "who has used it is mailed none"
    assert not opens(town, "lead", first[LEAD])


def test_there_is_one_code_at_a_time_on_paper_or_by_mail(town: Town) -> None:
    paper = str(town.do(renew_activation, town["lead"].id, by="operator").code)
    send(town)
    assert opens(town, "lead", paper), "until the mail is written"
    mailed = arrive(town)[LEAD]
    assert (opens(town, "lead", paper), opens(town, "lead", mailed)) == (False, True)
    with pytest.raises(Conflict, match="sheet_without_strips"):
        town.do(make_code_sheet, "MALEBER", by="operator")
    anew = town.do(mail_code, town["lead"].id, by="operator")
    assert anew.to.masked_email == "l•••@contoh.example"
    renewed = arrive(town)[LEAD]
    assert (opens(town, "lead", mailed), opens(town, "lead", renewed)) == (False, True)
    paper = str(town.do(renew_activation, town["lead"].id, by="operator").code)
    assert (opens(town, "lead", renewed), opens(town, "lead", paper)) == (False, True)
    assert arrive(town) == {}, "a mail that is still under way brings none in its place"


def test_a_sheet_is_printed_again_for_who_has_not_used_the_mail_for_days(town: Town) -> None:
    send(town)
    mailed = arrive(town)[LEAD]
    with town.store.unit_of_work() as session:
        session.execute(update(MailCode).values(at=wall_now() - timedelta(days=4)))
    (strip,) = town.do(make_code_sheet, "MALEBER", by="operator").strips
    assert (opens(town, "lead", mailed), opens(town, "lead", strip.code)) == (False, True)


@pytest.mark.parametrize("case", ["office", "office that ended", "dropped", "another address", "closed", "reopened", "over"])
def test_what_happens_between_asking_and_typing_makes_a_code_worthless(town: Town, case: str) -> None:
    send(town)
    code, lead = arrive(town)[LEAD], town["lead"].id
    if case.startswith("office"):
        town.give_role("lead", Role.REVIEWER, "KOTA")
        if case.endswith("ended"):
            (grant,) = town.rows(select(RoleGrant.id).where(RoleGrant.person_id == lead))
            town.do(end_grant, lead, grant, "Selesai", by="admin")
    elif case == "dropped":
        town.do(drop_email, lead, by="operator")
    elif case == "another address":
        set_email(town, "lead", "lain@contoh.example")
    elif case == "over":
        with town.store.unit_of_work() as session:
            session.execute(update(MailCode).values(until=wall_now()))
    else:
        town.do(close_account, lead, by="operator")
        if case == "reopened":
            town.do(reopen_account, lead, by="operator")
    assert not opens(town, "lead", code)
    assert arrive(town) == {}


def refused(town: Town, person_id: str, by: str = "operator") -> tuple[type[Refusal], str]:
    with pytest.raises(Refusal) as fault:
        town.do(mail_code, person_id, by=by)
    return type(fault.value), fault.value.code


def test_one_person_is_mailed_another_code_a_few_times_a_day(town: Town) -> None:
    for _ in range(MOST_A_DAY):
        town.do(mail_code, town["lead"].id, by="operator")
    assert refused(town, town["lead"].id) == (Conflict, "too_many_mail_codes")
    assert len(arrive(town)) == 1
    assert len(town.rows(select(MailCode).where(col(MailCode.settled_at).is_(None)))) == 1
    assert town.do(read_person, town["lead"].id, by="operator").mailed_at is not None


def test_no_code_of_one_person_goes_where_somebody_else_could_take_it(town: Town) -> None:
    own = register(town, "Ujang Sobari", "punya.operator@contoh.example")
    assert refused(town, own) == (Forbidden, "email_of_own_writing")
    assert refused(town, town["operator"].id) == (Forbidden, "own_code")
    assert refused(town, town["stranger"].id) == (Forbidden, "only_operator")
    assert refused(town, town["head"].id, by="second_admin") == (Conflict, "code_of_office_by_hand")
    assert refused(town, town["head"].id) == (Forbidden, "office_beyond_reach")
    set_email(town, "mate", LEAD)
    assert refused(town, town["lead"].id) == (Conflict, "email_shared")
    set_email(town, "mate", "")
    assert refused(town, town["mate"].id) == (Conflict, "email_missing")
    give_password(town, "lead")
    assert refused(town, town["lead"].id) == (Conflict, "account_activated")
    town.do(close_account, town["lead"].id, by="operator")
    assert refused(town, town["lead"].id) == (Conflict, "account_closed")


def test_whoever_wrote_the_address_counts_as_having_had_the_code_and_whoever_sent_it_does_not(town: Town) -> None:
    """Else an operator would register somebody under an address of their own, let a colleague send, and pass for a stranger to them."""
    person = register(town, "Ujang Sobari", "punya.operator@contoh.example")
    town.do(mail_code, person, by="second_admin")
    with town.store.reading() as session:
        had = {who: has_handed_code(session, town[who].id, person) for who in ("operator", "second_admin", "admin")}
        sponsors = list_sponsors(session, person)
    assert had == {"operator": True, "second_admin": False, "admin": False}
    assert {town["operator"].id, town["second_admin"].id} <= sponsors


def test_of_a_large_unit_some_are_mailed_at_once_and_the_others_by_the_next(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    people: Any = ("lead", "mate", "stranger")
    for who in people[1:]:
        town.do(move_person, town[who].id, "MALEBER", by="admin")
    monkeypatch.setattr(code_mails, "MOST_MAILS", 1)
    mailings = [send(town) for _ in people]
    assert sorted(to.person_id for mailing in mailings for to in mailing.mailed) == sorted(town[who].id for who in people)
    assert mailings[0].left == 2
