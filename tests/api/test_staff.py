"""`GET /people`: everybody of one's units by unit and name, whoever holds a role by name, and of accounts what their keepers may know."""

import pytest
from fastapi.testclient import TestClient

from tests.asking import ask, check_problem
from tests.building import Town

PEOPLE = "GET /people"


def test_an_operator_asks_for_the_people_of_a_unit_and_by_name(town: Town, client: TestClient) -> None:
    unit, operator = town.units["CIROYOM"][0], town["operator"]
    first = ask(client, operator, f"{PEOPLE}?unit_id={unit}&limit=1").json()
    assert first["people"] == [
        {
            "id": town["owner"].id,
            "name": "Hesti Larasati",
            "unit_id": unit,
            "position": "",
            "kind": "pns",
            "employee_number": f"{'*' * 15}{town['owner'].number[15:]}",
            "sign_in_name": None,
            "state": "not_activated",
        }
    ]
    following = ask(client, operator, f"{PEOPLE}?unit_id={unit}&limit=1&after={first['after']}").json()
    assert ([each["id"] for each in following["people"]], following["after"]) == ([town["mate"].id], None)
    found = ask(client, operator, f"{PEOPLE}?name=GAMBI%20to").json()["people"]
    assert [each["id"] for each in found] == [town["mate"].id]
    assert len(ask(client, operator, PEOPLE).json()["people"]) == 5


def test_what_lies_beyond_the_grant_is_answered_as_what_is_not_there(town: Town, client: TestClient) -> None:
    wanted = (f"unit_id={town.units['DAGO'][0]}", "unit_id=nihil", "name=wening", f"unit_id={town.units['DAGO'][0]}&name=wening", "name=-")
    for query in wanted:
        answer = ask(client, town["operator"], f"{PEOPLE}?{query}")
        assert (answer.status_code, answer.json()) == (200, {"after": None, "people": []}), query


@pytest.mark.parametrize("who", ["lead", "head", "secretary", "chair", "leader", "auditor"])
def test_without_a_role_only_keepers_of_accounts_ask(town: Town, client: TestClient, who: str) -> None:
    check_problem(ask(client, town[who], PEOPLE), 403, "only_operator", language="id")


def test_who_assigns_work_finds_holders_of_a_role_by_name_and_learns_nothing_of_their_accounts(town: Town, client: TestClient) -> None:
    found = ask(client, town["secretary"], f"{PEOPLE}?role=reviewer&name=citra").json()["people"]
    assert [each["name"] for each in found] == ["Citra Mayangsari"]
    assert {found[0][name] for name in ("kind", "employee_number", "sign_in_name", "state")} == {None}
    assert ask(client, town["admin"], f"{PEOPLE}?role=reviewer&name=citra").json()["people"][0]["state"] == "not_activated"
    assert ask(client, town["secretary"], f"{PEOPLE}?role=reviewer&name=-").json()["people"] == []


def test_a_cursor_of_another_list_is_refused(town: Town, client: TestClient) -> None:
    unit, other = (town.units[code][0] for code in ("CIROYOM", "COBLONG"))
    elsewhere = ask(client, town["admin"], f"{PEOPLE}?limit=1").json()["after"]
    for query in (f"after={elsewhere}", f"unit_id={unit}&after={other}.WyJhIiwgImIiXQ", "after=WzEsICJ4Il0", "after=."):
        check_problem(ask(client, town["operator"], f"{PEOPLE}?{query}"), 422, "cursor_invalid", language="id")
