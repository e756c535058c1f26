"""Offices over HTTP: what is set is shown, numbers stay masked, and a change names the version it was made from."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from models.instants import today
from models.people import Person
from models.settings import settings
from tests.asking import ask, check_problem
from tests.building import Town

OFFICE = {
    "letterhead_lines": ["PEMERINTAH KOTA CONTOH", "KECAMATAN ANDIR"],
    "address": "Jalan Contoh 2",
    "contact": "andir@contoh.example",
    "place": "Contoh",
    "unit_code": "Kec.Andir",
    "position": "Camat Andir",
}
NOBODY_YET = {"version": 1, "emblem": "gagas", "head_kind": "unit_head", "misfits": [], "signatory": None, "holders": []}


def put(client: TestClient, town: Town, body: dict[str, Any], **headers: str | None) -> Response:
    return ask(client, town["admin"], "PUT /units/ANDIR/office", body, **headers)


def appoint(client: TestClient, town: Town, **said: Any) -> Response:
    return ask(client, town["admin"], "POST /units/ANDIR/office/holders", {"valid_from": today().isoformat(), **said}, accept_language="en")


def appoint_confirmed(client: TestClient, town: Town, **said: Any) -> Any:
    """The office once the other admin has confirmed an appointment, as the API shows it."""
    appointed = appoint(client, town, **said)
    assert appointed.status_code == 201, appointed.text
    for each in ask(client, town["second_admin"], "GET /confirmations").json():
        assert ask(client, town["second_admin"], f"POST /confirmations/{each['id']}/approval", {}).status_code == 200
    return ask(client, town["admin"], "GET /units/ANDIR/office")


@pytest.fixture
def office(town: Town, client: TestClient) -> Town:
    assert put(client, town, OFFICE).status_code == 200
    return town


def test_an_office_is_set_and_shown_to_everybody(office: Town, client: TestClient) -> None:
    told = ask(client, office["stranger"], "GET /units/ANDIR/office")
    assert told.status_code == 200
    assert told.json() == {**OFFICE, **NOBODY_YET, "unit_id": office.units["ANDIR"][0]}


def test_a_change_is_made_from_the_version_that_was_read(office: Town, client: TestClient) -> None:
    moved = {**OFFICE, "address": "Jalan Contoh 3"}
    check_problem(put(client, office, moved), 428, "match_missing", language="id")
    told = put(client, office, moved, if_match='"1"')
    assert (told.status_code, told.headers["etag"], told.json()["address"]) == (200, '"2"', "Jalan Contoh 3")
    check_problem(put(client, office, OFFICE, if_match='"1"'), 412, "version_stale", language="id")
    assert ask(client, office["stranger"], "GET /units/ANDIR/office").json()["address"] == "Jalan Contoh 3"


def test_the_holder_of_today_signs_with_a_masked_number(office: Town, client: TestClient) -> None:
    with office.store.unit_of_work() as session:
        person = session.get_one(Person, office["head"].id)
        person.rank_name, person.grade, person.back_title = "Pembina", "IV/a", "S.STP."
    appointed = appoint_confirmed(client, office, person_id=office["head"].id)
    number = office["head"].number
    assert appointed.json()["signatory"] == {
        "name": "Asep Cakrabuana",
        "full_name": "Asep Cakrabuana, S.STP.",
        "position": "Camat Andir",
        "capacity": "",
        "on_behalf_of": "",
        "rank": "Pembina (IV/a)",
        "employee_number_masked": "*" * 15 + number[15:],
        "employment": "pns",
    }
    assert number not in appointed.text


def test_holders_stand_in_the_order_of_their_days(office: Town, client: TestClient) -> None:
    yesterday = (today() - timedelta(days=1)).isoformat()
    appoint_confirmed(client, office, person_id=office["head"].id, valid_from=yesterday)
    plain = {"name": "Rangga Purwakesuma", "front_title": "Dr.", "employee_number": "197903172004111800", "employment": "pns"}
    told = appoint_confirmed(client, office, plain=plain, capacity="Plh.", valid_until=today().isoformat())
    daily, permanent = told.json()["holders"]
    assert (daily["full_name"], daily["capacity"], daily["person_id"]) == ("Dr. Rangga Purwakesuma", "Plh.", None)
    assert (daily["valid_from"], daily["valid_until"]) == (today().isoformat(), today().isoformat())
    assert (permanent["full_name"], permanent["person_id"]) == ("Asep Cakrabuana", office["head"].id)
    assert (permanent["valid_from"], permanent["valid_until"]) == (yesterday, None)
    assert told.json()["signatory"]["capacity"] == "Plh."
    assert plain["employee_number"] not in told.text


def test_a_holder_ends_and_the_office_waits_for_the_next(office: Town, client: TestClient) -> None:
    (holder,) = appoint(client, office, person_id=office["head"].id).json()["holders"]
    end = f"POST /units/ANDIR/office/holders/{holder['id']}/end"
    told = ask(client, office["admin"], end, {"last_day": (today() - timedelta(days=1)).isoformat()})
    assert told.status_code == 200, told.text
    assert told.json()["signatory"] is None
    assert appoint_confirmed(client, office, person_id=office["mate"].id).json()["signatory"]["name"] == "Tono Gambiranom"


def test_a_repeated_appointment_is_made_once(office: Town, client: TestClient) -> None:
    body = {"person_id": office["head"].id, "valid_from": today().isoformat()}
    told = [ask(client, office["admin"], "POST /units/ANDIR/office/holders", body, idempotency_key="one") for _ in range(2)]
    assert [answer.status_code for answer in told] == [201, 201]
    assert told[0].json() == told[1].json()


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({}, 422, "holder_unclear"),
        ({"person_id": "x", "plain": {"name": "Rangga"}}, 422, "holder_unclear"),
        ({"person_id": "x"}, 404, "person_not_found"),
        ({"plain": {"name": "Dr. Rangga"}}, 422, "name_with_titles"),
        ({"plain": {"name": "Rangga"}, "valid_until": "2020-01-01"}, 422, "holder_days_out_of_order"),
        ({"plain": {"name": "Rangga"}, "on_behalf_of": "KOTA"}, 422, "superior_has_no_office"),
        ({"plain": {"name": "Rangga"}, "valid_from": "0001-01-01"}, 422, "date_out_of_range"),
        ({"plain": {"name": "Rangga"}, "capacity": "Pelaksana"}, 422, "choice_unknown"),
        ({"plain": {"name": "Rangga"}}, 409, "office_held"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(office: Town, client: TestClient, said: dict[str, Any], status: int, code: str) -> None:
    appoint(client, office, person_id=office["head"].id)
    check_problem(appoint(client, office, **said), status, code, language="en")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"letterhead_lines": []}, "letterhead_lines_out_of_range"),
        ({"letterhead_lines": ["A"] * 5}, "letterhead_lines_out_of_range"),
        ({"emblem": "garuda"}, "emblem_unknown"),
        ({"position": ""}, "text_empty"),
        ({"letterhead": "A"}, "field_unknown"),
    ],
)
def test_an_office_that_cannot_be_is_refused_with_a_reason(town: Town, client: TestClient, wrong: dict[str, Any], code: str) -> None:
    check_problem(put(client, town, {**OFFICE, **wrong}), 422, code, language="id")
    check_problem(ask(client, town["admin"], "GET /units/ANDIR/office"), 404, "office_not_found", language="id")
    check_problem(ask(client, town["admin"], "GET /units/ATLANTIS/office"), 404, "unit_unknown", language="id")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("drawing", "code", "named"),
    [
        ('<svg viewBox="0 0 1 1"><script>alert(1)</script></svg>', "emblem_not_plain", "<script>"),
        ('<svg><path d="M0 0"/></svg>', "emblem_without_view_box", "viewBox"),
        ("<svg", "emblem_unreadable", "DOCTYPE"),
        (f'<svg viewBox="0 0 1 1"><path d="{"M0 0" * 60_000}"/></svg>', "emblem_too_large", "200 kB"),
    ],
)
def test_an_emblem_that_papers_cannot_draw_is_refused_with_what_to_do(
    town: Town, client: TestClient, drawing: str, code: str, named: str, language: str
) -> None:
    settings().emblems.mkdir(parents=True)
    (settings().emblems / "bandung.svg").write_text(drawing)
    told = check_problem(put(client, town, {**OFFICE, "emblem": "bandung"}, accept_language=language), 422, code, language=language)
    assert told["field"] == "emblem"
    assert named in told["detail"]
    assert "bandung.svg" in told["detail"]
    check_problem(ask(client, town["admin"], "GET /units/ANDIR/office"), 404, "office_not_found", language="id")
