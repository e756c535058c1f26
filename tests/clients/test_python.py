"""A generated Python client takes an idea its whole way, and is told by types what went wrong."""

import hashlib
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from models.instants import now, today
from tests.api.pages.browsing import PASSWORD
from tests.building import SECTIONS
from tests.clients.conftest import ACTING, REVIEWERS, Office
from tests.clients.python_client import Caller, generate, recognise, sign_in
from tests.steps import MET, REASON

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
DECREE = {"decree_number": "100.3.3/1/2026", "decree_on": today().isoformat()}


@pytest.fixture
def people(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Caller]]:
    monkeypatch.syspath_prepend(str(generate()))
    lead = sign_in(office.address, office.town["lead"].number, PASSWORD)
    yield {"lead": lead, **{who: recognise(office.address, office.town[who].token) for who in ACTING}}
    for name in [each for each in sys.modules if each.startswith("gagas_client")]:
        del sys.modules[name]


def draft(office: Office, people: dict[str, Caller]) -> Any:
    call = people["lead"].get("find_calls", state=state("open")).calls[0].id
    team = [
        {"employee_number": office.town["lead"].number, "share_hundredths": 6_000},
        {"employee_number": office.town["mate"].number, "share_hundredths": 4_000},
    ]
    idea = {"call_id": call, "title": "Antrean daring kelurahan", "sections": SECTIONS, "team": team}
    return people["lead"].act("add_draft", body=idea)


def state(name: str) -> Any:
    from gagas_client.models.call_state import CallState  # type: ignore[import-not-found]

    return CallState(name)


def test_a_generated_python_client_takes_an_idea_to_its_verified_certificate(office: Office, people: dict[str, Caller]) -> None:
    idea = draft(office, people).id
    people["mate"].act("answer_team_invitation", idea, body={"outcome": "joined"})
    people["lead"].act("submit_idea", idea)
    people["head"].wait_for(idea, "awaiting_permission")
    people["head"].act("permit_idea", idea, body={"outcome": "granted"})
    people["secretary"].wait_for(idea, "screening")
    people["secretary"].act("screen_idea", idea, body={"outcome": "accepted", "answers": MET})
    people["secretary"].wait_for(idea, "in_review")
    for who in until(lambda: len(asked := list_asked(people, idea)) == 3 and asked):
        people[who].act("score_idea", idea, body={"points": {"novelty": "90", "impact": "88"}})
    people["chair"].wait_for(idea, "shortlisted")
    people["chair"].act("recommend_idea", idea, body={"outcome": "feasible", "reason": REASON})
    people["deputy"].act("determine_idea", idea, body={"outcome": "adopted", **DECREE})
    try_out(office, people, idea)
    assert award(people, idea).stage == "announced"
    verify(people)


def list_asked(people: dict[str, Caller], idea: str) -> list[str]:
    return [one for one in REVIEWERS if any(item.idea.id == idea for item in people[one].get("show_inbox").inbox)]


def try_out(office: Office, people: dict[str, Caller], idea: str) -> None:
    days = {"starts_on": today().isoformat(), "ends_on": (today() + timedelta(days=60)).isoformat()}
    goal = {"name": "Lama antre", "direction": "down", "baseline": "95", "target": "40"}
    plan = {"unit_code": "ANDIR", "owner_id": office.town["owner"].id, "site": "Kantor kecamatan", **days, "indicators": [goal]}
    people["secretary"].act("plan_pilot", idea, body=plan)
    people["owner"].wait_for(idea, "in_pilot")
    (indicator,) = people["owner"].get("show_pilot", idea).indicators
    reading = {"indicator_id": indicator.id, "measured_on": today().isoformat(), "value": "38"}
    people["owner"].act("add_measurement", idea, body=reading)
    people["owner"].act("conclude_pilot", idea, body={"summary": REASON})
    people["verifier"].act("verify_pilot", idea, body={"outcome": "roll_out", "reason": REASON})
    people["secretary"].wait_for(idea, "rolled_out")


def award(people: dict[str, Caller], idea: str) -> Any:
    leader = people["leader"]
    proposed = until(lambda: [each for each in leader.get("find_awards").awards if each.idea_id == idea])[0].id
    leader.act("approve_award", proposed, body={**DECREE, "decree_number": "100.3.3/2/2026"})
    leader.act("schedule_award", proposed, body={"announce_at": (now() + timedelta(seconds=2)).isoformat()})
    return until(lambda: (found := leader.get("show_award", proposed)).stage == "announced" and found)


def verify(people: dict[str, Caller]) -> None:
    """Whoever holds the certificate can show that it is genuine, by its address as by its bytes."""
    issued = until(lambda: [each for each in people["lead"].get("find_documents").documents if each.kind == "certificate" and each.sha256])
    file = people["lead"].get("open_file", issued[0].id).payload.read()
    assert hashlib.sha256(file).hexdigest() == issued[0].sha256
    by_token = people["lead"].get("verify_document", issued[0].verify_url.rpartition("/")[2])
    assert (by_token.state, by_token.holder_name) == ("issued", "Sari Kenanga Wulandari")
    assert people["lead"].get("verify_file", issued[0].sha256) == by_token


def until(find: Any) -> Any:
    end = time.monotonic() + 90
    while not (found := find()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def test_a_generated_python_client_meets_each_refusal_as_a_typed_problem(office: Office, people: dict[str, Caller]) -> None:
    from gagas_client.models.problem import Problem  # type: ignore[import-not-found]
    from gagas_client.models.problem_type import ProblemType  # type: ignore[import-not-found]

    made, lead = draft(office, people), people["lead"]
    changed = {"title": "Antrean lain", "sections": SECTIONS}
    refused = {
        409: lead.call("supplement_idea", made.id, body=changed, idempotency_key="a"),
        412: lead.call("revise_idea", made.id, body=changed, if_match='"another"'),
        422: lead.call("add_draft", body={"call_id": made.call_id, "title": ""}, idempotency_key="b"),
        428: lead.call("revise_idea", made.id, body=changed, if_match=""),
    }
    for status, answer in refused.items():
        assert (answer.status_code, type(answer.parsed), answer.parsed.status) == (status, Problem, status)
    assert {status: answer.parsed.type_ for status, answer in refused.items()} == {
        409: ProblemType("urn:gagas:problem:wrong_stage"),
        412: ProblemType("urn:gagas:problem:version_stale"),
        422: ProblemType("urn:gagas:problem:text_empty"),
        428: ProblemType("urn:gagas:problem:match_missing"),
    }
    assert refused[422].parsed.field == "title"
    sent = lead.call("revise_idea", made.id, body=changed, if_match=f'"{made.version}"')
    assert (sent.status_code, sent.headers["etag"]) == (200, f'"{sent.parsed.version}"')
