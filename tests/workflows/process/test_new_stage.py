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
from tests.asking import ask
from tests.building import Town
from tests.steps import REASON
from tests.workflows.turns import Clock, clock, deliver, house, tick
from workflows.process import tables, ways
from workflows.process.decide import decide
from workflows.process.refusals import Conflict, Forbidden
from workflows.review.gates import pass_gate

__all__ = ["clock", "house"]

STAGE = "hearing  hear  chair  hearing  -  open  review  left/5"
WAY_OUT = "hearing  hear  -  recommended  chair  scope  10  gates  -  review.draft_recommend  all"
PANEL = {"name": "panel", "label": "Sidang panel", "label_en": "Panel", "stage": "hearing", "role": "secretariat", "days": 3}
POLICY: dict[str, Any] = {"gates": [PANEL], "days": {"hearing": 5}}


@pytest.fixture(autouse=True)
def a_hearing_between_shortlist_and_recommendation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows more, and the chair's advice leads to the new stage."""
    stages = f"{tables.IDEA_STAGES.rstrip()}\n{STAGE}\n"
    advice = next(line for line in tables.IDEA_TRANSITIONS.splitlines() if line.split()[:3] == ["shortlisted", "recommend", "feasible"])
    transitions = tables.IDEA_TRANSITIONS.replace(advice, advice.replace("recommended", "hearing", 1))
    monkeypatch.setattr(ways, "IDEA", ways.read_way("idea", stages, f"{transitions.rstrip()}\n{WAY_OUT}\n"))


@pytest.fixture
def idea(house: Town) -> str:
    """An idea that the chair's advice brought into the new stage."""
    idea = house.build_idea(IdeaStage.SHORTLISTED, call=house.build_call(**POLICY))
    house.take(idea, "recommend feasible")
    assert house.idea(idea).stage == "hearing"
    return idea


def awaited(town: Town, idea: str) -> list[InboxItem]:
    return town.rows(select(InboxItem).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None)))


def look(client: TestClient, town: Town, who: str, path: str) -> Response:
    """A page as somebody of the town sees it."""
    page = TestClient(client.app, cookies={"gagas_session": town[who].token}).get(path)
    assert page.status_code == 200, page.text
    return page


def test_its_gate_comes_first_and_its_role_is_asked_once_the_gate_is_passed(house: Town, idea: str) -> None:
    assert [(item.task, item.role) for item in awaited(house, idea)] == [("gate:panel", "secretariat")]
    with pytest.raises(Conflict, match="gate_open"):
        house.do(decide, idea, "hear", None, reason=REASON, by="chair")
    house.do(pass_gate, idea, "panel", by="secretary")
    (asked,) = awaited(house, idea)
    assert (asked.task, asked.role) == ("hear", "chair")
    assert asked.due_at is not None
    assert (asked.due_at.date() - now().date()).days == 5
    with pytest.raises(Forbidden, match="only_chair"):
        house.do(decide, idea, "hear", None, reason=REASON, by="leader")


def test_its_follow_up_is_done_and_the_idea_goes_on_to_its_end(house: Town, idea: str) -> None:
    house.do(pass_gate, idea, "panel", by="secretary")
    with house.store.unit_of_work() as session:
        session.execute(sa.delete(Message))
    house.do(decide, idea, "hear", None, reason=REASON, by="chair")
    assert [(m.job, m.state) for m in house.rows(select(Message))] == [("draft_recommend", MessageState.WAITING)]
    deliver(house, "review")
    assert [m.state for m in house.rows(select(Message))] == [MessageState.HANDLED]
    house.take(idea, "determine adopted", "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out")
    assert house.idea(idea).stage == IdeaStage.ROLLED_OUT


def test_its_role_finds_it_in_the_inbox_and_takes_the_step_on_the_page(house: Town, idea: str, client: TestClient) -> None:
    house.do(pass_gate, idea, "panel", by="secretary")
    assert f"/usulan/{idea}" in look(client, house, "chair", "/kotak-masuk").text
    shown = look(client, house, "chair", f"/usulan/{idea}").text
    assert f'action="/usulan/{idea}/langkah/hear"' in shown
    assert f"/usulan/{idea}/langkah/hear" not in look(client, house, "secretary", f"/usulan/{idea}").text
    answer = ask(client, house["chair"], f"POST /ideas/{idea}/steps/hear", {"reason": REASON})
    assert (answer.status_code, answer.json()["stage"]) == (200, "recommended")


def test_it_stands_in_history_list_and_picture(house: Town, idea: str, client: TestClient) -> None:
    house.do(pass_gate, idea, "panel", by="secretary")
    assert idea in look(client, house, "secretary", "/daftar?stage=hearing").text
    found = ask(client, house["secretary"], "GET /ideas?stage=hearing").json()["ideas"]
    assert [each["id"] for each in found] == [idea]
    house.do(decide, idea, "hear", None, reason=REASON, by="chair")
    history = ask(client, house["lead"], f"GET /ideas/{idea}/history").json()
    assert ("hear", REASON) in [(each["action"], each["reason"]) for each in history]
    assert house.rows(select(Decision.action).where(Decision.idea_id == idea, Decision.action == "hear")) == ["hear"]
    assert ">hearing</text>" in draw_process()
    assert "hear · chair" in draw_process()


def test_the_clock_reminds_and_escalates_what_is_late_there(house: Town, idea: str, clock: Clock) -> None:
    house.do(pass_gate, idea, "panel", by="secretary")
    clock.set(now() + timedelta(days=6))
    tick(house)
    (asked,) = awaited(house, idea)
    assert asked.escalated_at is not None
    reminders = select(Message.subject_id).where(Message.job == "send_reminder", Message.subject_id == asked.id)
    assert house.rows(reminders) == [asked.id]
