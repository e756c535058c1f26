"""What an operator, an admin or the secretariat leaves out of a body is told at once, in one list of problems by field."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.instants import today
from tests.api.pages.test_all_at_once import fields_told
from tests.asking import ask
from tests.building import POLICY, Town

DAY = today().isoformat()
PERSON = {"name": "", "employee_number": "1", "kind": "pns", "unit_code": "?", "front_title": "\u0007", "position": "\u0007"}
CALL = {"code": "BARU", "title": "", "unit_code": "?", "opens_at": "2020-01-02T00:00:00Z", "closes_at": "2020-01-01T00:00:00Z"}
OFFICE = {"letterhead_lines": [], "place": "", "unit_code": "", "position": "", "emblem": "unknown"}
PLAIN = {"name": "", "employee_number": "1", "employment": "pns"}
HOLDER = {"plain": PLAIN, "valid_from": DAY, "valid_until": "2020-01-01", "on_behalf_of": "?"}
NUMBER = {"employee_number": "1", "kind": "pns", "valid_from": "2200-01-01"}


@pytest.mark.parametrize(
    ("who", "wanted", "body", "fields"),
    [
        ("admin", "POST /units", {"code": "BARU", "name": "", "kind": "kelurahan", "parent_code": "?"}, "parent_code name"),
        ("operator", "POST /people", PERSON, "unit_code front_title name position employee_number"),
        ("operator", "POST /people/{mate}/number", NUMBER, "employee_number valid_from"),
        ("secretary", "POST /calls", CALL | {"policy": POLICY | {"team_limit": 0}}, "unit_code title closes_at policy.team_limit"),
        ("admin", "PUT /units/ANDIR/office", OFFICE, "letterhead_lines place unit_code position emblem"),
        ("admin", "POST /units/ANDIR/office/holders", HOLDER, "valid_until on_behalf_of name employee_number"),
        ("leader", "POST /ceilings", {"tier_rupiah": 2, "call_rupiah": 1, "basis": ""}, "call_rupiah basis"),
    ],
    ids=lambda value: value.replace("/", " ") if isinstance(value, str) and value.startswith("P") else "",
)
def test_a_body_of_the_region_tells_all_that_is_wrong(
    town: Town, client: TestClient, who: str, wanted: str, body: dict[str, Any], fields: str
) -> None:
    if "holders" in wanted:
        office = OFFICE | {
            "letterhead_lines": ["KECAMATAN ANDIR"],
            "place": "Contoh",
            "unit_code": "KA",
            "position": "Camat",
            "emblem": "gagas",
        }
        assert ask(client, town["admin"], "PUT /units/ANDIR/office", office).status_code == 200
    answer = ask(client, town[who], wanted.replace("{mate}", town["mate"].id), body)
    assert (answer.status_code, fields_told(answer.json())) == (422, fields.split()), answer.text
