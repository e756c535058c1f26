"""A new stage is two rows of the tables and what a policy says of it: everything else is read off them."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import col, select

from api.cli.picture import draw_process
from models.ideas import Decision
from models.inbox import InboxItem
from models.instants import now
from models.outbox import Message, MessageState
from models.stages import IdeaStage
from tests import asking
from tests.asking import ask
from tests.building import Town
from tests.steps import REASON
from tests.workflows.turns import Clock, clock, deliver, own_town, tick
from workflows.process import tables, ways
from workflows.process.decide import decide
from workflows.process.refusals import Conflict, Forbidden
from workflows.review.gates import pass_gate

__all__ = ["clock", "own_town"]

STAGE = "hearing  hear  chair  hearing  -  open  -  -  review  left/5"
WAY_OUT = "hearing  hear  -  recommended  chair  scope  10  gates  -  review.draft_recommend  -  all"
PANEL = {"name": "panel", "label": "Sidang panel", "label_en": "Panel", "stage": "hearing", "role": "secretariat", "days": 3}
POLICY: dict[str, Any] = {"gates": [PANEL], "days": {"hearing": 5}}


@pytest.fixture(autouse=True)
def a_hearing_between_shortlist_and_recommendation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows more, and the chair's advice leads to the new stage."""
    stages = f"{tables.IDEA_STAGES.rstrip()}\n{STAGE}\n"
    advice = next(line for line in tables.IDEA_TRANSITIONS.splitlines() if line.split()[:3] == ["shortlisted", "recommend", "feasible"])
    transitions = tables.IDEA_TRANSITIONS.replace(advice, advice.replace("recommended", "hearing", 1))
    monkeypatch.setattr(ways, "IDEA", ways.read_way("idea", stages, f"{transitions.rstrip()}\n{WAY_OUT}\n"))
    monkeypatch.setattr(asking, "check_described", lambda _answer: None)  # the API's description was written without the new stage


@pytest.fixture
def idea(own_town: Town) -> str:
    """An idea that the chair's advice brought into the new stage."""
    idea = own_town.build_idea(IdeaStage.SHORTLISTED, call=own_town.build_call(**POLICY))
    own_town.take(idea, "recommend feasible")
    assert own_town.idea(idea).stage == "hearing"
    return idea


def awaited(town: Town, idea: str) -> list[InboxItem]:
    return town.rows(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))


def look(client: TestClient, town: Town, who: str, path: str) -> Response:
    """A page as somebody of the town sees it."""
    page = TestClient(client.app, cookies={"gagas_session": town[who].token}).get(path)
    assert page.status_code == 200, page.text
    return page


def test_its_gate_comes_first_and_its_role_is_asked_once_the_gate_is_passed(own_town: Town, idea: str) -> None:
    assert [(item.task, item.role) for item in awaited(own_town, idea)] == [("gate:panel", "secretariat")]
    with pytest.raises(Conflict, match="gate_open"):
        own_town.do(decide, idea, "hear", None, reason=REASON, by="chair")
    own_town.do(pass_gate, idea, "panel", by="secretary")
    (asked,) = awaited(own_town, idea)
    assert (asked.task, asked.role) == ("hear", "chair")
    assert asked.due_at is not None
    assert (asked.due_at.date() - now().date()).days == 5
    with pytest.raises(Forbidden, match="only_chair"):
        own_town.do(decide, idea, "hear", None, reason=REASON, by="leader")


def test_its_follow_up_is_done_and_the_idea_goes_on_to_its_end(own_town: Town, idea: str) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    with own_town.store.unit_of_work() as session:
        session.execute(sa.delete(Message))
    own_town.do(decide, idea, "hear", None, reason=REASON, by="chair")
    assert [(m.job, m.state) for m in own_town.rows(select(Message))] == [("draft_recommend", MessageState.WAITING)]
    deliver(own_town, "review")
    assert [m.state for m in own_town.rows(select(Message))] == [MessageState.HANDLED]
    own_town.take(idea, "determine adopted", "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out")
    assert own_town.idea(idea).stage == IdeaStage.ROLLED_OUT


def test_its_role_finds_it_in_the_inbox_and_takes_the_step_on_the_page(own_town: Town, idea: str, client: TestClient) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    assert f"/usulan/{idea}" in look(client, own_town, "chair", "/kotak-masuk").text
    shown = look(client, own_town, "chair", f"/usulan/{idea}").text
    assert f'action="/usulan/{idea}/langkah/hear"' in shown
    assert f"/usulan/{idea}/langkah/hear" not in look(client, own_town, "secretary", f"/usulan/{idea}").text
    answer = ask(client, own_town["chair"], f"POST /ideas/{idea}/steps/hear", {"reason": REASON})
    assert (answer.status_code, answer.json()["stage"]) == (200, "recommended")


def test_it_stands_in_history_list_and_picture(own_town: Town, idea: str, client: TestClient) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    assert idea in look(client, own_town, "secretary", "/daftar?stage=hearing").text
    found = ask(client, own_town["secretary"], "GET /ideas?stage=hearing").json()["ideas"]
    assert [each["id"] for each in found] == [idea]
    own_town.do(decide, idea, "hear", None, reason=REASON, by="chair")
    history = ask(client, own_town["lead"], f"GET /ideas/{idea}/history").json()
    assert ("hear", REASON) in [(each["action"], each["reason"]) for each in history]
    assert own_town.rows(select(Decision.action).where(Decision.idea_id == idea, Decision.action == "hear")) == ["hear"]
    assert ">hearing</text>" in draw_process()
    assert "hear · chair" in draw_process()


def test_the_clock_escalates_what_is_late_there(own_town: Town, idea: str, clock: Clock) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    clock.set(now() + timedelta(days=6))
    tick(own_town)
    (asked,) = awaited(own_town, idea)
    assert asked.escalated_at is not None
