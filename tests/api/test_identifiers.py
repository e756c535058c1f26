"""Signing in by number, by sign-in name or by a confirmed mail address, with one answer for whatever nobody has.

Who cheats registers a victim's address as their own, confirms one mailbox for two accounts, tries one account under three names, or asks
which names there are. An inspector expects one count for one account, in every process, and no word of whether there is an account.
"""

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api import hashing
from api.tries import MOST_FAILURES, AccountTry, reserve_account_try
from models.database import Database
from models.people import Account, EmploymentKind, MailCode, Person
from tests.api.pages.browsing import PASSWORD, give_password, open_browser, send
from tests.api.test_signing_in import HERE, THERE, client_at, open_town
from tests.asking import ask, check_problem
from tests.building import Town
from tests.outsiders import outsider, welcome
from tests.town import sign_in
from workflows.region.accounts import close_account
from workflows.region.codes import renew_activation
from workflows.region.email_address import fold_email
from workflows.region.identifiers import find_by_identifier
from workflows.region.mail_codes import drop_email

__all__ = ["open_town"]

NAME, MAIL = "walikota.contoh", "Erwin@Kota-Contoh.example"


def confirm_address(town: Town, who: str, address: str) -> None:
    """As the codes that came back leave it; tests/api/test_own_email.py brings it about."""
    with town.store.unit_of_work() as session:
        person, account = session.get_one(Person, town[who].id), session.get_one(Account, town[who].id)
        person.email = account.confirmed_email = address
        account.email_key = fold_email(address)
        session.add_all([person, account])


@pytest.fixture
def mayor(open_town: Town) -> Town:
    """A town whose mayor signs in by name or address."""
    code = welcome(open_town, "mayor")
    body = {"identifier": NAME, "code": code, "password": PASSWORD}
    assert client_at(open_town, HERE).post("/api/v1/activation", json=body).status_code == 204
    confirm_address(open_town, "mayor", MAIL)
    with open_town.store.unit_of_work() as session:  # the code ended what the town gave
        sign_in(session, "mayor", open_town["mayor"].id)
    return open_town


def enter(client: TestClient, identifier: str, password: str = PASSWORD) -> Any:
    return client.post("/api/v1/tokens", json={"identifier": identifier, "password": password})


def find(town: Town, written: str) -> str | None:
    with town.store.reading() as session:
        return find_by_identifier(session, written)


# By which name


@pytest.mark.parametrize("identifier", [NAME, f" {NAME.upper()} ", MAIL, MAIL.lower(), f" {MAIL.upper()}"])
def test_a_mayor_signs_in_by_name_and_by_confirmed_address_however_they_are_written(mayor: Town, identifier: str) -> None:
    assert enter(client_at(mayor, HERE), identifier).status_code == 201


def test_a_civil_servant_signs_in_by_number_and_by_confirmed_address(open_town: Town) -> None:
    number, client = open_town["lead"].number, client_at(open_town, HERE)
    confirm_address(open_town, "lead", "sari@contoh.example")
    written = (number, f"{number[:8]} {number[8:14]} {number[14]} {number[15:]}", f"NIP. {number}", "sari@contoh.example")
    assert [enter(client, each).status_code for each in written] == [201] * 4
    assert client.post("/api/v1/tokens", json={"employee_number": number, "password": PASSWORD}).status_code == 201  # earlier clients


def test_the_page_takes_each_of_them_in_one_field(mayor: Town) -> None:
    for identifier in (NAME, MAIL):
        answer = send(open_browser(mayor), "/masuk", "/masuk", identifier=identifier, password=PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (303, "/kotak-masuk")


def test_an_address_that_nobody_confirmed_opens_nothing(open_town: Town) -> None:
    """Whoever looks after an account writes any address into it."""
    (address,) = open_town.rows(select(Person.email).where(Person.id == open_town["lead"].id))
    assert address
    assert find(open_town, address) is None
    check_problem(enter(client_at(open_town, HERE), address), 401, "sign_in_wrong", language="id")


def test_registering_somebodys_address_takes_nothing_from_them(mayor: Town) -> None:
    """An operator registers a helper under the mayor's address, whose own password opens the helper's account and no other."""
    code = welcome(mayor, "helper", replace(outsider(EmploymentKind.MENTOR), email=MAIL))
    client = client_at(mayor, HERE)
    body = {"identifier": "tamu.daerah", "code": code, "password": PASSWORD + " lain"}
    assert client.post("/api/v1/activation", json=body).status_code == 204
    assert enter(client, MAIL, PASSWORD + " lain").status_code == 401
    assert find(mayor, MAIL) == mayor["mayor"].id
    assert client.post("/api/v1/forgotten-passwords", json={"identifier": MAIL}).status_code == 204
    assert {code.person_id for code in mayor.rows(select(MailCode))} == {mayor["mayor"].id}


def test_an_address_that_two_confirmed_opens_neither_and_names_still_do(mayor: Town) -> None:
    """A mailbox of the office is shared; in capitals it is the same one."""
    give_password(mayor, "mate")
    confirm_address(mayor, "mate", MAIL.upper())
    client = client_at(mayor, HERE)
    assert [enter(client, MAIL).status_code, enter(client, MAIL.upper()).status_code] == [401, 401]
    assert client.post("/api/v1/forgotten-passwords", json={"identifier": MAIL}).status_code == 204
    assert mayor.rows(select(MailCode)) == []
    assert [enter(client, NAME).status_code, enter(client, mayor["mate"].number).status_code] == [201, 201]
    mayor.do(close_account, mayor["mate"].id, by="admin")
    assert enter(client, MAIL).status_code == 201


def test_a_dropped_address_opens_nothing_any_more(mayor: Town) -> None:
    mayor.do(drop_email, mayor["mayor"].id, by="admin")
    assert find(mayor, MAIL) is None


def test_a_closed_account_is_opened_by_none_of_its_names(mayor: Town) -> None:
    mayor.do(close_account, mayor["mayor"].id, by="admin")
    client = client_at(mayor, HERE)
    assert [enter(client, each).status_code for each in (NAME, MAIL)] == [401, 401]


@pytest.mark.parametrize("written", ["", "@", "a@b", "\u0000@x.id", "x" * 254, "walikota\u0000", "1" * 17, "1" * 19, "%", "nip.", "\ud800"])
def test_whatever_is_no_name_is_nobodys(mayor: Town, written: str) -> None:
    assert find(mayor, written) is None


# One count


def test_one_account_tried_by_three_names_is_one_account(mayor: Town) -> None:
    """Ten passwords are looked at, whatever the names; then not even the right one is, under any of them."""
    client = client_at(mayor, HERE)
    tried = [enter(client, (NAME, MAIL, NAME.upper())[place % 3], f"bukan ini {place}").status_code for place in range(MOST_FAILURES)]
    assert tried == [401] * MOST_FAILURES
    assert {enter(client, each).status_code for each in (NAME, MAIL)} <= {401, 429}
    assert enter(client_at(mayor, THERE), NAME).status_code == 201


def test_the_answers_do_not_say_that_two_names_are_one_account(mayor: Town) -> None:
    """Else 429 at the first try of an address would say whose it is; so a name is answered alike whether anybody has it."""
    client = client_at(mayor, HERE)
    for place in range(MOST_FAILURES):
        enter(client, NAME, f"bukan ini {place}")
    answers = {each: [enter(client, each, "bukan ini").status_code for _ in range(MOST_FAILURES + 1)] for each in (MAIL, "a@b.example")}
    assert answers[MAIL] == answers["a@b.example"] == [401] * MOST_FAILURES + [429]


def test_codes_are_tried_in_one_count_too(mayor: Town) -> None:
    client = client_at(mayor, HERE)
    for place in range(MOST_FAILURES):
        body = {"identifier": (NAME, MAIL)[place % 2], "code": "K7MP-3QXR-9TWD", "password": PASSWORD}
        check_problem(client.post("/api/v1/activation", json=body), 422, "activation_code_invalid", language="id")
    code = mayor.do(renew_activation, mayor["mayor"].id, by="admin").code
    for identifier in (NAME, MAIL):  # each was typed five times, the account ten
        body = {"identifier": identifier, "code": code, "password": PASSWORD}
        check_problem(client.post("/api/v1/activation", json=body), 422, "activation_code_invalid", language="id")
    assert client_at(mayor, THERE).post("/api/v1/activation", json=body).status_code == 204


def test_several_processes_share_the_count(mayor: Town) -> None:
    other = Database(str(mayor.store.engine.url.render_as_string(hide_password=False)))
    try:
        for place in range(MOST_FAILURES):
            with (mayor.store, other)[place % 2].unit_of_work() as session:
                assert reserve_account_try(session, AccountTry((NAME, MAIL)[place % 2], HERE)) == mayor["mayor"].id
        with other.unit_of_work() as session:
            assert reserve_account_try(session, AccountTry(MAIL, HERE)) is None
    finally:
        other.close()


def test_who_signs_in_by_one_name_is_forgiven_the_tries_by_another(mayor: Town) -> None:
    client = client_at(mayor, HERE)
    for _ in range(2):
        assert [enter(client, MAIL, "bukan ini").status_code for _ in range(4)] == [401] * 4
        assert enter(client, NAME).status_code == 201
    with mayor.store.unit_of_work() as session:
        assert reserve_account_try(session, AccountTry(NAME, HERE)) == mayor["mayor"].id


# No word of it


@pytest.mark.parametrize("nobody", ["nama.lain", "lain@contoh.example", "197903172004111999"])
def test_every_answer_is_the_same_for_a_name_that_nobody_has(mayor: Town, nobody: str) -> None:
    client = client_at(mayor, HERE)
    for known in (NAME, MAIL):
        told = [enter(client, each, "bukan ini").json() for each in (known, nobody)]
        assert told[0] == told[1]
        body = {"code": "K7MP-3QXR-9TWD", "password": PASSWORD}
        told = [client.post("/api/v1/activation", json={"identifier": each, **body}).json() for each in (known, nobody)]
        assert told[0] == told[1]
        told = [client.post("/api/v1/forgotten-passwords", json={"identifier": each}).status_code for each in (known, nobody)]
        assert told == [204, 204]


@pytest.mark.parametrize("nobody", ["nama.lain", "lain@contoh.example"])
def test_a_name_that_nobody_has_costs_as_many_hashes_as_any(mayor: Town, nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = list[object]()
    verify = hashing._hasher.verify

    def watched(*values: Any) -> bool:
        hashes.append(values)
        return bool(verify(*values))

    monkeypatch.setattr(hashing._hasher, "verify", watched)
    for each in (NAME, MAIL, nobody):
        hashes.clear()
        assert enter(client_at(mayor, HERE), each, "bukan ini").status_code == 401
        assert len(hashes) == 1


# The account's own pages


def test_a_mayor_sees_the_name_in_full_and_no_empty_number(mayor: Town) -> None:
    me = ask(client_at(mayor, HERE), mayor["mayor"], "GET /me").json()
    assert (me["kind"], me["employee_number_masked"], me["sign_in_name"]) == ("elected_head", "", NAME)
    page = open_browser(mayor, "mayor").get("/akun").text
    assert NAME in page
    assert "NIP/NI PPPK" not in page
    chair = ask(client_at(mayor, HERE), mayor["chair"], "GET /me").json()
    assert (chair["kind"], chair["employee_number_masked"][-3:], chair["sign_in_name"]) == ("pns", mayor["chair"].number[-3:], "")


def test_all_other_devices_are_signed_out_and_this_one_stays(mayor: Town) -> None:
    client = client_at(mayor, HERE)
    first, second, third = (enter(client, NAME).json()["access_token"] for _ in range(3))

    def devices(token: str) -> Any:
        return client.get("/api/v1/me/sessions", headers={"Authorization": f"Bearer {token}"})

    assert len(devices(first).json()) >= 3
    headers = {"Authorization": f"Bearer {first}", "Idempotency-Key": "1"}
    assert client.delete("/api/v1/me/other-sessions", headers=headers).status_code == 204
    assert [devices(token).status_code for token in (first, second, third)] == [200, 401, 401]
    assert [row["current"] for row in devices(first).json()] == [True]


def test_the_page_signs_out_all_other_devices(mayor: Town) -> None:
    browser, other = open_browser(mayor, "mayor"), open_browser(mayor, "mayor")
    answer = send(browser, "/akun", "/akun/keluar-lainnya")
    assert answer.headers["location"] == "/akun?ok=others_signed_out"
    shown = browser.get("/akun").text
    assert "/akun/keluar-lainnya" not in shown  # nothing else is signed in
    assert other.get("/akun").headers["location"].startswith("/masuk")
