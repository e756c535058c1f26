"""Posts, acting heads and the end of service in the API: what is asked, what is answered, what is refused with its field."""

from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from models.instants import today
from tests.asking import ask, check_problem
from tests.building import Town

SECOND = "198505052010011238"


def send(client: TestClient, town: Town, path: str, body: Any, by: str = "admin") -> Any:
    return ask(client, town[by], f"POST /people/{path}", body)


def read(client: TestClient, town: Town, who: str) -> Any:
    return ask(client, town["admin"], f"GET /people/{town[who].id}").json()


def test_a_record_tells_the_posts_newest_first_with_their_days_and_reasons(town: Town, client: TestClient) -> None:
    mate = town["mate"].id
    moved = send(client, town, f"{mate}/move", {"unit_code": "DAGO", "reason": "SK mutasi"})
    assert moved.status_code == 200
    changed = send(client, town, f"{mate}/details", {"name": town["mate"].name, "position": "Analis", "grade": "III/c"})
    assert changed.status_code == 200
    posts = read(client, town, "mate")["posts"]
    assert posts == changed.json()["posts"]
    assert (posts[0]["unit"], posts[0]["position"], posts[0]["cause"]) == ("Kelurahan Dago", "Analis", "changed")
    assert {post["cause"] for post in posts} == {"registered", "moved", "changed"}
    assert [post["valid_until"] for post in posts].count(None) == 1
    assert next(post for post in posts if post["cause"] == "moved")["reason"] == "SK mutasi"


def test_each_fault_of_a_body_is_told_with_its_field(town: Town, client: TestClient) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    refused = send(client, town, f"{town['mate'].id}/details", {"name": "", "valid_from": tomorrow})
    assert refused.status_code == 422
    assert {fault["field"] for fault in refused.json()["errors"]} == {"name", "valid_from"}
    acting = {"role": "unit_head", "unit_code": "ANDIR", "capacity": "Plh."}
    assert send(client, town, f"{town['walker'].id}/roles", acting).json()["type"].endswith("acting_without_end")
    unknown = send(client, town, f"{town['walker'].id}/roles", acting | {"capacity": "Pj."})
    assert unknown.status_code == 422


def test_units_tell_who_heads_them_and_who_acts_until_when(town: Town, client: TestClient) -> None:
    last = (today() + timedelta(days=3)).isoformat()
    acting = {"role": "unit_head", "unit_code": "ANDIR", "capacity": "Plh.", "last_day": last, "reason": "Camat cuti"}
    given = send(client, town, f"{town['walker'].id}/roles", acting)
    assert (given.status_code, given.json()["held"], given.json()["reason"]) == (201, True, "Camat cuti")
    units = {unit["code"]: unit["heads"] for unit in ask(client, town["lead"], "GET /units").json()}
    assert [(head["name"], head["capacity"], head["last_day"]) for head in units["ANDIR"]] == [
        (town["head"].name, "", None),
        (town["walker"].name, "Plh.", last),
    ]
    assert units["DAGO"] == []
    ended = send(client, town, f"{town['walker'].id}/roles/{given.json()['id']}/end", {"reason": "Camat kembali"})
    assert (ended.json()["held"], ended.json()["end_reason"]) == (False, "Camat kembali")


def test_somebody_retires_and_comes_back(town: Town, client: TestClient) -> None:
    mate = town["mate"].id
    gone = send(client, town, f"{mate}/retirement", {"last_day": today().isoformat(), "reason": "Pensiun"}).json()
    assert (gone["retired_on"], gone["closed"], gone["posts"][0]["end_reason"]) == (today().isoformat(), True, "Pensiun")
    assert ask(client, town["mate"], "GET /me").status_code == 401
    assert send(client, town, f"{mate}/reopening", None).json()["type"].endswith("person_retired")
    early = send(client, town, f"{mate}/restoration", {"valid_from": (today() - timedelta(days=1)).isoformat()})
    check_problem(early, 422, "restored_before_leaving", language="id")
    back = send(client, town, f"{mate}/restoration", {})
    assert (back.status_code, len(back.json()["activation_code"])) == (201, 14)
    assert read(client, town, "mate")["retired_on"] is None


def test_a_second_record_is_dissolved_and_says_whose_it_was(town: Town, client: TestClient) -> None:
    new = {"name": town["mate"].name, "employee_number": SECOND, "kind": "pns", "unit_code": "CIROYOM"}
    second = ask(client, town["operator"], "POST /people", new).json()["id"]
    body = {"double": SECOND, "has_true_number": True, "reason": "Tercatat dua kali"}
    assert send(client, town, f"{town['mate'].id}/double", body | {"double": ""}, by="operator").json()["type"].endswith("double_unknown")
    kept = send(client, town, f"{town['mate'].id}/double", body, by="operator").json()
    assert [number["valid_until"] is None for number in kept["numbers"]].count(True) == 1
    gone = ask(client, town["operator"], f"GET /people/{second}").json()
    assert (gone["merged_into"], gone["closed"], gone["numbers"]) == (town["mate"].id, True, [])
    assert send(client, town, f"{second}/restoration", {}).json()["type"].endswith("double_merged")
