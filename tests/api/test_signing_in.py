"""Signing in: many at once, strangers who guess, sessions that rest, passwords that change.

Who cheats guesses passwords from many connections at once, or locks out a colleague by guessing wrong on purpose; who errs leaves a phone
on a desk. An inspector expects that one person's tries never close another's door, and that a lost phone is put out from anywhere.
"""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from api.app import create_app
from api.devices import name_device
from api.signing_in import IDLE_MINUTES, TOKEN_HOURS
from api.tries import MOST_FAILURES
from models.instants import today, wall_now
from models.ledger import LedgerEntry
from models.people import AccountNotice, EmploymentKind, RoleGrant, SignIn
from tests.api.pages.browsing import PASSWORD, give_password, open_browser, start_session
from tests.asking import ask, check_problem
from tests.building import Town
from workflows.region.accounts import close_account
from workflows.region.codes import renew_activation
from workflows.region.grants import end_grant
from workflows.region.people import NewNumber, change_number, move_person

HERE, THERE = "203.0.113.7", "198.51.100.20"
NEW_PASSWORD = "hujan turun di kebun teh"
NI_PPPK = "199305172021221968"


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


def test_a_new_number_opens_at_every_process_from_the_next_request_and_the_former_one_at_none(open_town: Town) -> None:
    here, there = client_at(open_town, HERE), TestClient(create_app(open_town.store), raise_server_exceptions=False)
    assert [sign_in(one, open_town).status_code for one in (here, there)] == [201, 201]
    open_town.do(change_number, open_town["lead"].id, NewNumber(NI_PPPK, EmploymentKind.PPPK, today()), by="operator")
    assert [sign_in(one, open_town).status_code for one in (here, there)] == [401, 401]
    body = {"employee_number": NI_PPPK, "password": PASSWORD}
    assert [one.post("/api/v1/tokens", json=body).status_code for one in (here, there)] == [201, 201]


def test_a_new_password_and_a_sign_out_everywhere_hold_at_the_other_process_too(open_town: Town) -> None:
    here, there = client_at(open_town, HERE), TestClient(create_app(open_town.store), raise_server_exceptions=False)
    kept, lost = (sign_in(there, open_town).json()["access_token"] for _ in range(2))
    body = {"present_password": PASSWORD, "password": NEW_PASSWORD}
    assert here.put("/api/v1/me/password", json=body, headers=bearer(kept)).status_code == 204
    assert [there.get("/api/v1/me", headers=bearer(token)).status_code for token in (kept, lost)] == [200, 401]
    assert [sign_in(there, open_town, password).status_code for password in (PASSWORD, NEW_PASSWORD)] == [401, 201]
    assert here.delete("/api/v1/me/sessions", headers=bearer(kept)).status_code == 204
    assert there.get("/api/v1/me", headers=bearer(kept)).status_code == 401


def test_a_renewed_code_ends_every_session_at_once(open_town: Town) -> None:
    client, browser = client_at(open_town, HERE), open_browser(open_town, "lead")
    token = sign_in(client, open_town).json()["access_token"]
    assert open_town.do(renew_activation, open_town["lead"].id, by="operator").code
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401
    assert browser.get("/usulan").status_code == 303
