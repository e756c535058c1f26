"""One-time codes are typed by hand: short, forgiving of how they are written, and of no use to who finds, guesses or hoards them.

Who cheats picks up a slip, tries codes at somebody's number, or keeps an old code for later; who errs types a small letter or an O. An
inspector expects that a code opens one account, once, for days, and that wrong tries stop without locking the holder out.
"""

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from api.tries import FAILURE_MINUTES, MOST_FAILURES
from models.ids import SIGNS, new_code
from models.instants import wall_now
from models.people import Account
from models.sign_in_failures import SignInFailure
from tests.api.pages.browsing import PASSWORD, open_browser, send
from tests.asking import check_problem
from tests.building import Town
from workflows.region.codes import ACTIVATION_DAYS, RENEWAL_DAYS, issue_activation, renew_activation

HERE, THERE = "203.0.113.7", "198.51.100.20"


@pytest.fixture
def code(either_town: Town) -> str:
    return make_code(either_town, "lead")


def make_code(town: Town, who: str) -> str:
    with town.store.unit_of_work() as session:
        return issue_activation(session, town[who].id)


def use(town: Town, code: str, who: str = "lead", address: str = HERE) -> Any:
    client = TestClient(town.app, client=(address, 50_000), raise_server_exceptions=False)
    return client.post("/api/v1/activation", json={"employee_number": town[who].number, "code": code, "password": PASSWORD})


def test_a_code_has_twelve_signs_in_groups_and_none_that_is_read_as_another() -> None:
    codes = {new_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    assert all(re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", code) for code in codes)
    assert set("".join(codes)) == {*SIGNS, "-"}
    assert not set(SIGNS) & set("0O1IL5SBZ")


@pytest.mark.parametrize("write", [str.lower, lambda code: code.replace("-", ""), lambda code: f"  {code.replace('-', ' ')} "])
def test_a_code_is_read_however_it_is_written(town: Town, write: Any) -> None:
    assert use(town, write(make_code(town, "lead"))).status_code == 204


def test_a_code_that_was_found_opens_no_account_without_its_number(either_town: Town, code: str) -> None:
    for other in ("mate", "leader"):
        check_problem(use(either_town, code, other), 422, "activation_code_invalid", language="id")
    assert use(either_town, code).status_code == 204
    check_problem(use(either_town, code), 422, "activation_code_invalid", language="id")


def test_wrong_number_wrong_code_and_nobody_are_answered_alike(either_town: Town, code: str) -> None:
    client = TestClient(either_town.app, raise_server_exceptions=False)
    asked = [
        {"employee_number": either_town["lead"].number, "code": new_code()},
        {"employee_number": either_town["mate"].number, "code": code},
        {"employee_number": "199912312026121001", "code": code},
        {"employee_number": "bukan nomor", "code": "ꦗ x"},
    ]
    answers = [client.post("/api/v1/activation", json={**each, "password": PASSWORD}) for each in asked]
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.text for answer in answers}) == 1


def test_tries_at_codes_are_counted_by_account_and_address(either_town: Town, code: str) -> None:
    """A stranger is stopped and the holder, elsewhere, is not; nor does it close the holder's sign-in."""
    answers = [use(either_town, new_code(), address=THERE).status_code for _ in range(MOST_FAILURES + 2)]
    assert answers == [422] * MOST_FAILURES + [429] * 2
    assert use(either_town, code, address=THERE).status_code == 429
    make_code(either_town, "mate")
    assert use(either_town, new_code(), "mate", THERE).status_code == 422
    assert use(either_town, code, address=HERE).status_code == 204
    assert len(either_town.rows(select(SignInFailure))) == 5  # two numbers, their accounts, their address; not the holder's own


def test_the_number_written_otherwise_is_the_same_count(either_town: Town, code: str) -> None:
    number = either_town["lead"].number
    client = TestClient(either_town.app, client=(THERE, 50_000), raise_server_exceptions=False)
    written = [number, f"NIP {number}", f"{number[:8]} {number[8:]}", f"nip. {number}"] * 3
    bodies = [{"employee_number": each, "code": new_code(), "password": PASSWORD} for each in written]
    statuses = [client.post("/api/v1/activation", json=body).status_code for body in bodies]
    assert statuses == [422] * MOST_FAILURES + [429] * 2


def test_a_code_lives_for_days_and_one_made_again_for_fewer(either_town: Town, code: str) -> None:
    def days() -> int:
        (until,) = either_town.rows(select(Account.activation_until).where(Account.person_id == either_town["lead"].id))
        return round((until - wall_now()) / timedelta(days=1))

    assert days() == ACTIVATION_DAYS == 30
    renewed = either_town.do(renew_activation, either_town["lead"].id, by="operator").code
    assert days() == RENEWAL_DAYS == 3
    check_problem(use(either_town, code), 422, "activation_code_invalid", language="id")  # the one before is void
    with either_town.store.unit_of_work() as session:
        session.execute(update(Account).where(col(Account.person_id) == either_town["lead"].id).values(activation_until=wall_now()))
    check_problem(use(either_town, renewed), 422, "activation_code_invalid", language="id")


def test_only_a_hash_is_kept_and_the_same_code_leaves_another_for_each_person(either_town: Town, code: str) -> None:
    (account,) = either_town.rows(select(Account).where(Account.person_id == either_town["lead"].id))
    assert code not in str(account.model_dump())
    assert account.activation_hash != hashlib.sha256(code.encode()).hexdigest()


def test_a_code_of_a_former_release_is_still_read(either_town: Town) -> None:
    former = "q3hT-0lI_oS5xkW8vEaPzr1cYb7mNnJ2dUuGgFf9KkQ"
    values = {"activation_hash": hashlib.sha256(former.encode()).hexdigest(), "activation_until": wall_now() + timedelta(days=1)}
    make_code(either_town, "lead")
    with either_town.store.unit_of_work() as session:
        session.execute(update(Account).where(col(Account.person_id) == either_town["lead"].id).values(**values))
    assert use(either_town, former).status_code == 204


def test_the_page_takes_number_and_code_and_says_when_to_wait(town: Town) -> None:
    browser, number = open_browser(town), town["lead"].number
    typed = {"identifier": number, "password": PASSWORD, "password_again": PASSWORD}
    for _ in range(MOST_FAILURES):
        assert send(browser, "/aktivasi", "/aktivasi", code=new_code(), **typed).status_code == 422
    stopped = send(browser, "/aktivasi", "/aktivasi", code=new_code(), **typed)
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, str(FAILURE_MINUTES * 60))
    typed["identifier"] = town["mate"].number
    activated = send(browser, "/aktivasi", "/aktivasi", code=make_code(town, "mate").lower(), **typed)
    assert activated.headers["location"] == "/masuk?ok=activated"


def test_the_slip_says_whose_code_it_is_and_not_what_is_typed_beside_it(town: Town) -> None:
    slip = send(open_browser(town, "operator"), "/pegawai", "/pegawai/kode", identifier=town["lead"].number).text
    assert re.search(r'class="secret">\w{4}-\w{4}-\w{4}<', slip)
    for word in (town["lead"].name, "Kelurahan Maleber", f"••• {town['lead'].number[-3:]}", "Berlaku sampai", "/aktivasi"):
        assert word in slip, word
    assert town["lead"].number not in slip
