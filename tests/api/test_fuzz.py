"""Whatever JSON is sent to whatever route, the answer is an answer: never a fault of ours."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import ROUTERS
from api.v1 import PREFIX
from models.instants import today
from models.stages import AwardStage, IdeaStage
from tests.asking import ask
from tests.building import POLICY, Shelf
from workflows.intake.dictate import dictate_idea
from workflows.process.ways import IDEA
from workflows.region.holders import NewHolder
from workflows.region.offices import NewOffice, set_office

pytestmark = pytest.mark.slow

TEXT = st.text(max_size=20) | st.sampled_from(
    ["", "\0", "\u202e", "\U0001f680", "a" * 301, "2026-11-24", "0001-01-01T00:00:00+07:00", "1e999", "x@y"]
)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats() | st.sampled_from([10**15, 2**63, 1e308])
ANY = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)
SLOW = (f"{PREFIX}/tokens", f"{PREFIX}/activation")
BROKEN = st.binary(max_size=30) | st.sampled_from([b"[" * 5_000, b'{"a": 1e999}', b"9" * 5_000, b'{"\\ud800": "\\udfff"}', b'"\\u0000"'])


def writing_routes() -> list[tuple[str, APIRoute]]:
    """Every POST, PUT and DELETE of the API, except the two that hash passwords for a tenth of a second each."""
    found = [route for stage in ROUTERS for route in stage.router.routes if isinstance(route, APIRoute)]
    return [(method, route) for route in found for method in sorted(route.methods - {"GET", "HEAD"}) if route.path not in SLOW]


def each_step(path: str) -> list[str]:
    """Where a path asks for an action: with each plain one, one that has its own route and one that there is not; else the path alone."""
    actions = [*sorted({row.action for row in IDEA.transitions if not row.has_content}), "determine", "x"]
    return [path.replace("{action}", action) for action in actions] if "{action}" in path else [path]


def nearly_right(route: APIRoute) -> st.SearchStrategy[Any]:
    """Bodies with the route's own field names, so that the fuzz comes past the first check."""
    if route.body_field is None:
        return ANY
    told = route.body_field.field_info.annotation
    bodies = get_args(told) or (told,)  # a body that may be left out is one of two kinds
    fields = [name for each in bodies for name in getattr(each, "model_fields", ())]
    likely = st.sampled_from(
        ["granted", "accepted", "adopted", "feasible", "roll_out", "extend", "up", "chair", "pns", "Plh.", "KOTA", "ANDIR", POLICY]
    )
    return st.fixed_dictionaries({}, optional=dict.fromkeys(fields, likely | ANY)) | ANY


@pytest.mark.timeout(900)
def test_no_json_makes_a_fault(client: TestClient, shelf: Shelf, share: Callable[[int], int]) -> None:
    town = shelf.open_town()
    ids = {"award_id": town.build_award(AwardStage.PROPOSED), "call_id": town.call, "person_id": town["mate"].id, "name": "x"}
    ids |= {"number": "1", "session_id": "x" * 26, "grant_id": "x" * 26, "confirmation_id": "x" * 26, "permit_id": "x" * 26}
    ids |= {"day": str(today() + timedelta(days=9)), "attachment_id": "x" * 26}
    ids |= dict.fromkeys(
        (
            *("link_id", "replacement_id", "merge_id", "transfer_id", "claim_id", "comment_id"),
            *("mentor_id", "mentorship_id", "clinic_id", "booking_id", "course_id"),
        ),
        "x" * 26,
    )
    ids["idea_id"] = town.build_idea(IdeaStage.IN_REVIEW)
    ids["dictated_id"] = town.do(dictate_idea, town.call, town["mate"].number, town.proposal(team=()), by="operator").id
    town.do(set_office, "ANDIR", NewOffice(("KECAMATAN ANDIR",), "Contoh", "Kec.Andir", "Camat Andir"), by="admin")
    ids |= {"code": "ANDIR", "holder_id": town.appoint("ANDIR", NewHolder(town["head"].id, today()))}
    people = st.sampled_from(["lead", "secretary", "admin", "leader", "chair", "reviewer1", "head", "verifier", "owner"])
    paths = [(method, path, route) for method, route in writing_routes() for path in each_step(route.path.removeprefix(PREFIX))]
    routes = [(f"{method} {re.sub(r'{(.*?)}', lambda found: ids[found[1]], path)}", route) for method, path, route in paths]
    assert len(routes) > 25

    @settings(max_examples=share(100 * len(routes)), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(route=st.sampled_from(routes), who=people, version=st.sampled_from([None, "*", '"1"', "W/"]), body=st.data())
    def attack(route: tuple[str, APIRoute], who: str, version: str | None, body: st.DataObject) -> None:
        sent = body.draw(nearly_right(route[1]) | BROKEN)
        sent = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        answer = ask(client, town[who], route[0], sent, if_match=version)
        assert answer.status_code < 500, f"{route[0]} by {who} with {sent[:300]!r}: {answer.status_code} {answer.text[:300]}"

    attack()
