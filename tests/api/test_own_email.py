"""Mail addresses and forgotten passwords: a mailbox opens an account, so who would take one over goes through it.

Who cheats sits at a phone left open, runs the mail server, registers an address of their own for somebody else, asks for codes in
somebody's name to fill their mailbox, or asks which numbers have accounts; who errs lost the old mailbox. An inspector expects that the
old and the new mailbox agree, that no mail opens the account of somebody in office, and that no answer tells an account.
"""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from api.tries import MOST_FAILURES, digest
from models.instants import wall_now
from models.outbox import Message
from models.people import Account, AccountNotice, MailCode, MailPurpose, Person, Role, SignIn
from tests.api.pages.browsing import PASSWORD, give_password, open_browser, send
from tests.asking import ask, check_problem
from tests.building import Town
from workflows.recognition.tell import find_code_mail
from workflows.region.accounts import close_account
from workflows.region.mail_codes import MOST_A_DAY, drop_email, keep_mail_code

OLD, NEW = "sari.lama@contoh.example", "sari.baru@contoh.example"
NEW_PASSWORD = "hujan turun di kebun teh"


@pytest.fixture
def town(either_town: Town) -> Town:
    """The lead has a password and an address from HR that nobody confirmed."""
    give_password(either_town, "lead")
    set_email(either_town, "lead", OLD)
    with either_town.store.unit_of_work() as session:  # activating ended the sign-in of the town
        lead, until = either_town["lead"], wall_now() + timedelta(hours=1)
        session.add(SignIn(token_hash=digest(lead.token), person_id=lead.id, form_token="form-lead", until=until))
    return either_town


@pytest.fixture
def client(town: Town) -> TestClient:
    return TestClient(town.app, raise_server_exceptions=False)


def set_email(town: Town, who: str, email: str, *, confirmed: bool = False) -> None:
    with town.store.unit_of_work() as session:
        session.execute(update(Person).where(col(Person.id) == town[who].id).values(email=email))
        if confirmed:
            session.execute(update(Account).where(col(Account.person_id) == town[who].id).values(confirmed_email=email))


def open_mailbox(town: Town) -> dict[str, str]:
    """What the flow mails of each code that is asked for, by address: the code that stands in the mail."""
    arrived = {}
    for row in town.rows(select(MailCode).where(col(MailCode.settled_at).is_(None))):
        with town.store.unit_of_work() as session:
            found = find_code_mail(session, row.id)
            assert found is not None
            mail, code = found
            keep_mail_code(session, row.id, code)
        assert mail.to == row.email
        assert code in mail.text
        arrived[mail.to] = code
    return arrived


def address(town: Town, who: str = "lead") -> tuple[str, str]:
    (found,) = town.rows(select(Person.email, Account.confirmed_email).join(Account).where(Person.id == town[who].id))
    return found[0], found[1]


def change(client: TestClient, town: Town, email: str = NEW, password: str = PASSWORD) -> Any:
    return ask(client, town["lead"], "PUT /me/email", {"email": email, "present_password": password})


def confirm(client: TestClient, town: Town, new_code: str, old_code: str = "") -> Any:
    return ask(client, town["lead"], "PUT /me/email/confirmation", {"new_code": new_code, "old_code": old_code})


def forget(client: TestClient, number: str) -> Any:
    return client.post("/api/v1/forgotten-passwords", json={"employee_number": number})


def activate(client: TestClient, town: Town, code: str, who: str = "lead") -> Any:
    body = {"employee_number": town[who].number, "code": code, "password": NEW_PASSWORD}
    return client.post("/api/v1/activation", json=body)


def told(town: Town) -> list[str]:
    own = select(AccountNotice.kind).where(AccountNotice.person_id == town["lead"].id)
    return town.rows(own.order_by(col(AccountNotice.at)))


# The address


def test_an_address_changes_once_the_new_and_the_old_mailbox_agree(client: TestClient, town: Town) -> None:
    assert change(client, town).status_code == 204
    assert address(town) == (OLD, "")  # nothing changes by asking
    mailed = open_mailbox(town)
    assert set(mailed) == {OLD, NEW}
    check_problem(confirm(client, town, mailed[NEW]), 422, "mail_code_invalid", language="id")
    check_problem(confirm(client, town, mailed[NEW], mailed[NEW]), 422, "mail_code_invalid", language="id")
    check_problem(confirm(client, town, mailed[OLD], mailed[OLD]), 422, "mail_code_invalid", language="id")
    assert address(town) == (OLD, "")
    assert confirm(client, town, mailed[NEW].lower(), mailed[OLD]).status_code == 204
    assert address(town) == (NEW, NEW)
    assert told(town) == ["email_asked", "email_changed"]
    check_problem(confirm(client, town, mailed[NEW], mailed[OLD]), 422, "mail_code_invalid", language="id")  # once


def test_ones_present_address_is_confirmed_by_its_own_code(client: TestClient, town: Town) -> None:
    assert change(client, town, OLD).status_code == 204
    mailed = open_mailbox(town)
    assert set(mailed) == {OLD}
    assert confirm(client, town, mailed[OLD]).status_code == 204
    assert address(town) == (OLD, OLD)
    check_problem(change(client, town, OLD), 409, "email_unchanged", language="id")


def test_a_phone_left_open_is_not_enough_to_change_the_address(client: TestClient, town: Town) -> None:
    check_problem(change(client, town, password="bukan ini"), 422, "present_password_wrong", language="id")
    assert town.rows(select(MailCode)) == []


def test_an_address_that_cannot_be_opened_any_more_is_dropped_by_who_looks_after_the_account(client: TestClient, town: Town) -> None:
    change(client, town)
    mailed = open_mailbox(town)
    town.do(drop_email, town["lead"].id, by="operator")
    assert address(town) == ("", "")
    check_problem(confirm(client, town, mailed[NEW], mailed[OLD]), 422, "mail_code_invalid", language="id")
    change(client, town)
    mailed = open_mailbox(town)
    assert set(mailed) == {NEW}
    assert confirm(client, town, mailed[NEW]).status_code == 204
    assert "email_dropped" in told(town)
    assert ask(client, town["operator"], f"DELETE /people/{town['leader'].id}/email").status_code == 403


def test_codes_of_a_change_asked_before_are_void_and_no_mailbox_is_filled(client: TestClient, town: Town) -> None:
    change(client, town)
    first = open_mailbox(town)
    change(client, town)
    check_problem(confirm(client, town, first[NEW], first[OLD]), 422, "mail_code_invalid", language="id")
    for _ in range(MOST_A_DAY - 2):
        assert change(client, town).status_code == 204
    check_problem(change(client, town), 409, "too_many_mail_codes", language="id")


def test_tries_at_the_codes_of_an_address_are_counted(client: TestClient, town: Town) -> None:
    change(client, town)
    mailed = open_mailbox(town)
    answers = [confirm(client, town, "AAAA-AAAA-AAAA").status_code for _ in range(MOST_FAILURES + 1)]
    assert answers == [422] * MOST_FAILURES + [429]
    assert confirm(client, town, mailed[NEW], mailed[OLD]).status_code == 429


def test_only_hashes_of_mailed_codes_are_kept_and_a_code_mailed_again_is_another(client: TestClient, town: Town) -> None:
    change(client, town)
    first, second = open_mailbox(town), open_mailbox(town)
    assert not set(first.values()) & set(second.values())
    kept = str([row.model_dump() for row in town.rows(select(MailCode))]) + str([row.model_dump() for row in town.rows(select(Message))])
    assert not any(code in kept for code in (*first.values(), *second.values()))
    check_problem(confirm(client, town, first[NEW], first[OLD]), 422, "mail_code_invalid", language="id")
    assert confirm(client, town, second[NEW], second[OLD]).status_code == 204


# The forgotten password


def test_a_forgotten_password_is_set_by_a_code_to_the_confirmed_address(client: TestClient, town: Town) -> None:
    set_email(town, "lead", OLD, confirmed=True)
    assert forget(client, town["lead"].number).status_code == 204
    code = open_mailbox(town)[OLD]
    assert activate(client, town, code).status_code == 204
    check_problem(activate(client, town, code), 422, "activation_code_invalid", language="id")
    assert town.rows(select(SignIn).where(SignIn.person_id == town["lead"].id)) == []  # every device is signed out
    assert told(town) == ["password_changed"]
    body = {"employee_number": town["lead"].number, "password": NEW_PASSWORD}
    assert client.post("/api/v1/tokens", json=body).status_code == 201


def test_the_answer_does_not_tell_whether_there_is_an_account(client: TestClient, town: Town) -> None:
    set_email(town, "lead", OLD, confirmed=True)
    give_password(town, "chair")
    set_email(town, "chair", "ketua@contoh.example", confirmed=True)
    numbers = [town["lead"].number, town["mate"].number, town["chair"].number, "199912312026121001", "bukan nomor", ""]
    answers = [forget(client, number) for number in numbers]
    unlike = ("date", "content-length")
    assert len({(a.status_code, a.text, str({k: v for k, v in a.headers.items() if k not in unlike})) for a in answers}) == 1
    assert [row.email for row in town.rows(select(MailCode))] == [OLD]
    browser = open_browser(town)
    pages = [send(browser, "/lupa-kata-sandi", "/lupa-kata-sandi", identifier=number) for number in numbers]
    assert [page.status_code for page in pages] == [303] * 5 + [422], "only a form without any number says what is missing"
    assert {page.headers["location"] for page in pages[:5]} == {"/aktivasi?ok=code_mailed"}


def test_no_mail_opens_the_account_of_somebody_in_office(client: TestClient, town: Town) -> None:
    """Whoever runs the mail server would sign in as the mayor; a second person confirms their code instead."""
    give_password(town, "leader")
    set_email(town, "leader", "wali@contoh.example", confirmed=True)
    forget(client, town["leader"].number)
    assert town.rows(select(MailCode)) == []
    set_email(town, "lead", OLD, confirmed=True)
    forget(client, town["lead"].number)
    code = open_mailbox(town)[OLD]
    town.give_role("lead", Role.PILOT_OWNER, "ANDIR")  # between asking and typing
    check_problem(activate(client, town, code), 422, "activation_code_invalid", language="id")


@pytest.mark.parametrize("case", ["unconfirmed", "address changed", "closed", "over", "other number"])
def test_a_mailed_code_is_worth_nothing_where(client: TestClient, town: Town, case: str) -> None:
    if case == "unconfirmed":
        forget(client, town["lead"].number)
        assert town.rows(select(MailCode)) == []
        return
    set_email(town, "lead", OLD, confirmed=True)
    forget(client, town["lead"].number)
    code = open_mailbox(town)[OLD]
    if case == "address changed":
        set_email(town, "lead", NEW)
    elif case == "closed":
        town.do(close_account, town["lead"].id, by="operator")
    elif case == "over":
        with town.store.unit_of_work() as session:
            session.execute(update(MailCode).values(until=wall_now()))
    who = "mate" if case == "other number" else "lead"
    check_problem(activate(client, town, code, who), 422, "activation_code_invalid", language="id")


def test_nobody_fills_a_strangers_mailbox_nor_voids_the_code_of_the_operator(client: TestClient, town: Town) -> None:
    set_email(town, "lead", OLD, confirmed=True)
    paper = ask(client, town["operator"], f"POST /people/{town['lead'].id}/activation").json()["activation_code"]
    for number in range(9):
        asker = TestClient(town.app, client=(f"203.0.113.{number}", 50_000), raise_server_exceptions=False)
        assert forget(asker, town["lead"].number).status_code == 204
    assert len(town.rows(select(MailCode).where(MailCode.purpose == MailPurpose.FORGOTTEN))) == MOST_A_DAY
    statuses = [forget(client, town["lead"].number).status_code for _ in range(MOST_FAILURES + 1)]
    assert statuses == [204] * MOST_FAILURES + [429]
    assert activate(client, town, paper).status_code == 204


# The page


def test_my_account_shows_what_is_known_of_me_masked_and_leads_through_a_change(town: Town) -> None:
    browser = open_browser(town, "lead")
    shown = browser.get("/akun").text
    for word in (town["lead"].name, "Kelurahan Maleber", f"••• {town['lead'].number[-3:]}", "s•••@contoh.example", "belum dikonfirmasi"):
        assert word in shown, word
    assert OLD not in shown
    assert town["lead"].number not in shown
    wrong = send(browser, "/akun", "/akun/surel", email="bukan surel", present_password=PASSWORD)
    assert wrong.status_code == 422
    asked = send(browser, "/akun", "/akun/surel", email=NEW, present_password=PASSWORD)
    assert asked.headers["location"] == "/akun?ok=email_asked"
    mailed = open_mailbox(town)
    half = send(browser, "/akun", "/akun/surel/kode", new_code=mailed[NEW], old_code="")
    assert half.status_code == 422
    done = send(browser, "/akun", "/akun/surel/kode", new_code=mailed[NEW], old_code=mailed[OLD])
    assert done.headers["location"] == "/akun?ok=email_changed"
    assert "sudah dikonfirmasi" in browser.get("/akun").text
    forged = browser.post("/akun/surel", data={"email": NEW, "present_password": PASSWORD, "form_token": "x", "form_key": "y" * 26})
    assert forged.status_code == 403


def test_me_tells_the_same_on_the_api(client: TestClient, town: Town) -> None:
    me = ask(client, town["lead"], "GET /me").json()
    assert (me["email_masked"], me["email_confirmed"], me["email_awaited"]) == ("s•••@contoh.example", False, "")
    assert me["employee_number_masked"] == "*" * 15 + town["lead"].number[-3:]
    change(client, town)
    assert ask(client, town["lead"], "GET /me").json()["email_awaited"] == "s•••@contoh.example"
