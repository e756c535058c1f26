"""Tries at passwords: counted by account and address and by address alone, and hashed a few at a time.

Who cheats guesses one account's password, or one password at every account, or asks so often that nobody else is served. An inspector
expects that one person's tries never close another's door.
"""

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select, update

from api import hashing
from api.hashing import AT_ONCE, Busy, Hashing
from api.tries import MOST_FAILURES, MOST_FROM_ADDRESS, TooMany, Try, forget_tries, reserve_try
from models.instants import wall_now
from models.sign_in_failures import SignInFailure
from tests.api.pages.browsing import PASSWORD, give_password, open_browser
from tests.api.test_signing_in import HERE, THERE, client_at, open_town, sign_in
from tests.asking import check_problem
from tests.building import Town

__all__ = ["open_town"]


# Tries


def test_tries_sent_at_once_share_one_count(open_town: Town) -> None:
    """Forty wrong tries at the same moment: ten are looked at, as if they had come one after the other."""
    with client_at(open_town, HERE) as client, ThreadPoolExecutor(40) as threads:
        answers = Counter(answer.status_code for answer in threads.map(lambda _: sign_in(client, open_town, "bukan ini"), range(40)))
    assert answers == {401: MOST_FAILURES, 429: 40 - MOST_FAILURES}


def test_the_tries_of_a_stranger_elsewhere_lock_nobody_out(open_town: Town) -> None:
    stranger, holder = client_at(open_town, THERE), client_at(open_town, HERE)
    assert [sign_in(stranger, open_town, "bukan ini").status_code for _ in range(12)] == [401] * 10 + [429] * 2
    assert sign_in(stranger, open_town).status_code == 429
    assert sign_in(holder, open_town).status_code == 201


def test_the_tries_at_one_account_do_not_count_for_another_from_the_same_office(open_town: Town) -> None:
    give_password(open_town, "mate")
    client = client_at(open_town, HERE)
    for _ in range(MOST_FAILURES + 1):
        sign_in(client, open_town, "bukan ini")
    assert sign_in(client, open_town, who="mate").status_code == 201


def test_all_addresses_of_one_ipv6_network_are_one_address() -> None:
    assert Try("1", "2001:db8::1").digest == Try("1", "2001:db8::ffff:1").digest
    assert Try("1", "2001:db8::1").digest != Try("1", "2001:db8:0:1::1").digest
    assert Try("1", HERE).digest != Try("1", THERE).digest


def test_a_password_that_fits_lets_the_failures_before_it_be_forgotten(open_town: Town) -> None:
    client = client_at(open_town, HERE)
    for _ in range(3):
        assert [sign_in(client, open_town, "bukan ini").status_code for _ in range(MOST_FAILURES - 1)] == [401] * (MOST_FAILURES - 1)
        assert sign_in(client, open_town).status_code == 201
    assert open_town.rows(select(SignInFailure)) == []


def test_a_count_is_over_after_its_minutes(open_town: Town) -> None:
    tried = Try(open_town["lead"].number, HERE)
    for _ in range(MOST_FAILURES):
        with open_town.store.unit_of_work() as session:
            reserve_try(session, tried)
    with pytest.raises(TooMany), open_town.store.unit_of_work() as session:
        reserve_try(session, tried)
    with open_town.store.unit_of_work() as session:
        session.execute(update(SignInFailure).values(at=wall_now() - timedelta(minutes=16)))
    with open_town.store.unit_of_work() as session:
        reserve_try(session, tried)
    assert open_town.rows(select(SignInFailure.tries)) == [1, 1]  # of the account, and of the address


def test_no_number_and_no_address_is_kept_of_a_try(open_town: Town) -> None:
    sign_in(client_at(open_town, HERE), open_town, "bukan ini")
    kept = str([row.model_dump() for row in open_town.rows(select(SignInFailure))])
    assert open_town["lead"].number not in kept
    assert HERE not in kept


# Many at once


def test_a_password_is_hashed_as_it_is_advised(usual_hashes: None) -> None:
    """OWASP's first setting: argon2id with 19 MiB, twice, one core."""
    for made in (hashing.hash_password(PASSWORD), hashing.NOBODY):
        assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.fixture
def most_at_once(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of hashes in work at each moment one begins; the real hash is made."""
    inside, seen, lock, verify = [0], [0], threading.Lock(), hashing._hasher.verify

    def watched(*values: Any) -> bool:
        with lock:
            inside[0] += 1
            seen.append(inside[0])
        try:
            return verify(*values)
        finally:
            with lock:
                inside[0] -= 1

    monkeypatch.setattr(hashing._hasher, "verify", watched)
    return seen


@pytest.mark.usefixtures("usual_hashes")  # of the password that is given too
def test_forty_who_sign_in_at_once_are_hashed_two_at_a_time(open_town: Town, most_at_once: list[int]) -> None:
    """Forty at once raised the process' memory by 365 MB."""
    with client_at(open_town, HERE) as client, ThreadPoolExecutor(40) as threads:
        answers = Counter(answer.status_code for answer in threads.map(lambda _: sign_in(client, open_town), range(40)))
    assert answers[201] + answers[429] == 40
    assert answers[201] >= MOST_FAILURES
    assert max(most_at_once) <= AT_ONCE


def test_who_finds_the_queue_full_is_told_to_come_back_and_loses_no_try(open_town: Town) -> None:
    client = client_at(open_town, HERE)
    open_town.app.state.hashing = Hashing(at_once=1, most_waiting=-1)
    answer = sign_in(client, open_town)
    check_problem(answer, 503, "sign_in_busy", language="id")
    assert answer.headers["retry-after"] == "2"
    page = open_browser(open_town).post("/masuk", data={"identifier": open_town["lead"].number, "password": PASSWORD})
    assert (page.status_code, page.headers["retry-after"]) == (503, "2")
    assert "Terlalu banyak orang" in page.text
    assert open_town.rows(select(SignInFailure)) == []


# One address, many accounts


def fail_from(town: Town, address: str, number: int) -> None:
    """So many wrong tries at as many numbers, without the time their hashes take."""
    with town.store.unit_of_work() as session:
        for place in range(number):
            reserve_try(session, Try(f"199{place:015}", address))


def test_one_address_does_not_try_a_password_at_every_account(open_town: Town, most_at_once: list[int]) -> None:
    """Ten passwords at each of 24,000 accounts: after 300 failures none is looked at any more, whoever's it is."""
    fail_from(open_town, HERE, MOST_FROM_ADDRESS)
    refused = [sign_in(client_at(open_town, HERE), open_town, who=who).status_code for who in ("lead", "mate")]
    made_up = client_at(open_town, HERE).post("/api/v1/tokens", json={"employee_number": "199" + "9" * 15, "password": PASSWORD})
    assert [*refused, made_up.status_code] == [429] * 3
    assert most_at_once == [0]
    assert sign_in(client_at(open_town, THERE), open_town).status_code == 201


def test_an_office_of_hundreds_behind_one_address_signs_in(open_town: Town) -> None:
    """Successes do not count: after 299 failures of the office, who knows their password still gets in, again and again."""
    fail_from(open_town, HERE, MOST_FROM_ADDRESS - 1)
    client = client_at(open_town, HERE)
    assert [sign_in(client, open_town).status_code for _ in range(4)] == [201] * 4
    assert sign_in(client, open_town, "bukan ini").status_code == 401
    assert sign_in(client, open_town).status_code == 429


def test_a_refused_try_at_one_account_takes_nothing_from_the_office(open_town: Town) -> None:
    client = client_at(open_town, HERE)
    for _ in range(MOST_FAILURES + 5):
        sign_in(client, open_town, "bukan ini")
    tries = open_town.rows(select(SignInFailure.tries))
    assert sorted(tries) == [MOST_FAILURES] * 3  # of the number, of its account, and of the address


def test_counts_raised_and_lowered_at_once_end_right(open_town: Town) -> None:
    """Twenty accounts from one address at the same moment, half of them with the right password."""

    def try_at(place: int) -> None:
        tried = Try(f"199{place:015}", HERE)
        with open_town.store.unit_of_work() as session:
            reserve_try(session, tried)
        if place % 2:
            with open_town.store.unit_of_work() as session:
                forget_tries(session, tried)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(try_at, range(20)))
    assert sorted(open_town.rows(select(SignInFailure.tries))) == [1] * 10 + [10]


def test_one_address_has_a_quarter_of_the_queue_and_everybody_else_the_rest() -> None:
    """Seventy sign-ins in flight from one client: the others find their places free."""

    async def crowd() -> tuple[int, int]:
        queue, done = Hashing(), asyncio.Event()

        async def stand(address: str) -> None:
            async with queue.place(address):
                await done.wait()

        crowding = [asyncio.create_task(stand(HERE)) for _ in range(70)]
        await asyncio.sleep(0)
        inside = queue.inside
        others = [asyncio.create_task(stand(f"198.51.100.{place}")) for place in range(40)]
        await asyncio.sleep(0)
        entered = queue.inside - inside
        done.set()
        turned_away = sum(isinstance(each, Busy) for each in await asyncio.gather(*crowding, *others, return_exceptions=True))
        assert (queue.inside, queue.lines) == (0, {})
        assert turned_away == 70 - queue.most
        return inside, entered

    assert asyncio.run(crowd()) == (Hashing().share, 40)
