"""Signing in: many at once, strangers who guess, sessions that rest, passwords that change.

Who cheats guesses passwords from many connections at once, or locks out a colleague by guessing wrong on purpose; who errs leaves a phone
on a desk. An inspector expects that one person's tries never close another's door, and that a lost phone is put out from anywhere.
"""

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from api import hashing
from api.app import create_app
from api.devices import name_device
from api.hashing import AT_ONCE, Busy, Hashing
from api.signing_in import IDLE_MINUTES, MOST_FAILURES, MOST_FROM_ADDRESS, TOKEN_HOURS, TooMany, Try, forget_tries, reserve_try
from models.instants import wall_now
from models.ledger import LedgerEntry
from models.people import AccountNotice, RoleGrant, SignIn, SignInFailure
from tests.api.pages.browsing import PASSWORD, give_password, open_browser, start_session
from tests.asking import ask, check_problem
from tests.building import Town
from workflows.region.accounts import close_account
from workflows.region.codes import renew_activation
from workflows.region.grants import end_grant
from workflows.region.people import move_person

HERE, THERE = "203.0.113.7", "198.51.100.20"
NEW_PASSWORD = "hujan turun di kebun teh"


@pytest.fixture
def open_town(either_town: Town) -> Town:
    give_password(either_town, "lead")
    return either_town


def client_at(town: Town, address: str) -> TestClient:
    return TestClient(town.app, client=(address, 50_000), raise_server_exceptions=False)


def sign_in(client: TestClient, town: Town, password: str = PASSWORD, who: str = "lead") -> Any:
    return client.post("/api/v1/tokens", json={"employee_number": town[who].number, "password": password})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


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
    page = open_browser(open_town).post("/masuk", data={"employee_number": open_town["lead"].number, "password": PASSWORD})
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
    assert sorted(tries) == [MOST_FAILURES, MOST_FAILURES]


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


# Rest and end


@pytest.mark.parametrize("minutes", [IDLE_MINUTES - 1, IDLE_MINUTES + 1])
def test_cookie_and_bearer_rest_equally_long(open_town: Town, minutes: int) -> None:
    token, browser = start_session(open_town, "lead"), open_browser(open_town, "lead")
    with open_town.store.unit_of_work() as session:
        session.execute(update(SignIn).values(seen_at=wall_now() - timedelta(minutes=minutes)))
    client = client_at(open_town, HERE)
    told = client.get("/api/v1/me", headers=bearer(token)).status_code, browser.get("/usulan").status_code
    assert told == ((200, 200) if minutes < IDLE_MINUTES else (401, 303))


def test_cookie_and_bearer_end_at_the_same_hour(open_town: Town) -> None:
    token, browser = start_session(open_town, "lead"), open_browser(open_town, "lead")
    ends = open_town.rows(select(SignIn.until).where(SignIn.person_id == open_town["lead"].id).order_by(col(SignIn.until)))[:2]
    assert all(abs(end - wall_now() - timedelta(hours=TOKEN_HOURS)) < timedelta(minutes=1) for end in ends)
    with open_town.store.unit_of_work() as session:
        session.execute(update(SignIn).values(until=wall_now() - timedelta(seconds=1)))
    assert client_at(open_town, HERE).get("/api/v1/me", headers=bearer(token)).status_code == 401
    assert browser.get("/usulan").status_code == 303


@pytest.mark.parametrize("wanted", ["GET /me", "POST /ideas"])
def test_each_request_with_a_bearer_lets_it_rest_anew(open_town: Town, wanted: str) -> None:
    token = start_session(open_town, "lead")
    with open_town.store.unit_of_work() as session:
        session.execute(update(SignIn).values(seen_at=wall_now() - timedelta(minutes=20)))
    body = {"call_id": open_town.call, "title": "Antrean"} if wanted.startswith("POST") else None
    answer = ask(client_at(open_town, HERE), None, wanted, body, authorization=f"Bearer {token}")
    assert answer.status_code < 300
    assert max(open_town.rows(select(SignIn.seen_at).where(SignIn.until < wall_now() + timedelta(days=1)))) > wall_now() - timedelta(
        minutes=1
    )


# One's own account


def test_the_password_is_changed_by_who_knows_it_and_sign_ins_elsewhere_end(open_town: Town) -> None:
    client = client_at(open_town, HERE)
    here, elsewhere = (sign_in(client, open_town).json()["access_token"] for _ in range(2))
    wrong = client.put("/api/v1/me/password", json={"present_password": "bukan ini", "password": NEW_PASSWORD}, headers=bearer(here))
    check_problem(wrong, 422, "present_password_wrong", language="id")
    body = {"present_password": PASSWORD, "password": NEW_PASSWORD}
    assert client.put("/api/v1/me/password", json=body, headers=bearer(here)).status_code == 204
    assert client.get("/api/v1/me", headers=bearer(here)).status_code == 200
    assert client.get("/api/v1/me", headers=bearer(elsewhere)).status_code == 401
    assert [sign_in(client, open_town, password).status_code for password in (PASSWORD, NEW_PASSWORD)] == [401, 201]
    facts = open_town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "account.change_password"))
    assert [fact["actor"] for fact in facts] == [open_town["lead"].id]
    assert open_town.rows(select(AccountNotice.kind)) == ["password_changed"]


def test_the_present_password_is_not_guessed_from_a_device_left_open(open_town: Town) -> None:
    client, token = client_at(open_town, HERE), start_session(open_town, "lead")
    body = {"present_password": "bukan ini", "password": NEW_PASSWORD}
    statuses = [client.put("/api/v1/me/password", json=body, headers=bearer(token)).status_code for _ in range(MOST_FAILURES + 1)]
    assert statuses == [422] * MOST_FAILURES + [429]
    assert sign_in(client, open_town).status_code == 201


@pytest.mark.parametrize(
    ("password", "code"), [("pendek", "password_length"), ("aaaaaaaaaaaaa", "password_common"), (PASSWORD, "password_unchanged")]
)
def test_a_new_password_is_as_good_as_the_first_had_to_be(open_town: Town, password: str, code: str) -> None:
    body = {"present_password": PASSWORD, "password": password}
    answer = client_at(open_town, HERE).put("/api/v1/me/password", json=body, headers=bearer(start_session(open_town, "lead")))
    check_problem(answer, 422, code, language="id")


def test_sign_ins_are_listed_by_device_and_ended_one_by_one_or_all_at_once(open_town: Town) -> None:
    client = client_at(open_town, HERE)
    phone = "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
    tokens = []
    for agent in (phone, "curl/8.5.0"):
        body = {"employee_number": open_town["lead"].number, "password": PASSWORD}
        tokens.append(client.post("/api/v1/tokens", json=body, headers={"User-Agent": agent}).json()["access_token"])
    with open_town.store.unit_of_work() as session:
        session.execute(update(SignIn).where(col(SignIn.device) == "", SignIn.person_id == open_town["lead"].id).values(until=wall_now()))
    listed = client.get("/api/v1/me/sessions", headers=bearer(tokens[1])).json()
    assert {row["device"]: row["current"] for row in listed} == {"Chrome, Android": False, "curl": True}
    other = next(row["id"] for row in listed if not row["current"])
    assert client.delete(f"/api/v1/me/sessions/{other}", headers=bearer(start_session(open_town, "mate"))).status_code == 404
    assert client.delete(f"/api/v1/me/sessions/{other}", headers=bearer(tokens[1])).status_code == 204
    assert [client.get("/api/v1/me", headers=bearer(token)).status_code for token in tokens] == [401, 200]
    assert client.delete("/api/v1/me/sessions", headers=bearer(tokens[1])).status_code == 204
    assert client.get("/api/v1/me", headers=bearer(tokens[1])).status_code == 401
    assert open_town.rows(select(SignIn).where(SignIn.person_id == open_town["lead"].id)) == []


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0", "Edge, Windows"),
        ("python-httpx/0.28", "python-httpx"),
        ("<b>198001012006041901</b>", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_in_words_of_ours(agent: str, shown: str) -> None:
    assert name_device(agent) == shown


# From the next request, in every process


def test_what_changes_about_somebody_holds_from_the_next_request_in_every_process(open_town: Town) -> None:
    """Two applications on one database, as two processes are."""
    here, there = client_at(open_town, HERE), TestClient(create_app(open_town.store), raise_server_exceptions=False)
    chair = open_town["chair"]
    assert there.get("/api/v1/people?role=reviewer", headers=chair.headers).status_code == 200
    (grant,) = open_town.rows(select(RoleGrant.id).where(RoleGrant.person_id == chair.id))
    open_town.do(end_grant, chair.id, grant, by="admin")
    assert [one.get("/api/v1/people?role=reviewer", headers=chair.headers).status_code for one in (here, there)] == [403, 403]
    open_town.do(move_person, open_town["mate"].id, "DAGO", by="admin")
    assert there.get("/api/v1/me", headers=open_town["mate"].headers).json()["unit"] == "Kelurahan Dago"
    token = sign_in(here, open_town).json()["access_token"]
    open_town.do(close_account, open_town["lead"].id, by="operator")
    assert [one.get("/api/v1/me", headers=bearer(token)).status_code for one in (here, there)] == [401, 401]
    assert sign_in(there, open_town).status_code == 401


def test_a_renewed_code_ends_every_session_at_once(open_town: Town) -> None:
    client, browser = client_at(open_town, HERE), open_browser(open_town, "lead")
    token = sign_in(client, open_town).json()["access_token"]
    assert open_town.do(renew_activation, open_town["lead"].id, by="operator").code
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401
    assert browser.get("/usulan").status_code == 303
