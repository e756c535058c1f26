"""A new stage is two rows of the tables and what a policy says of it: everything else is read off them."""

import json
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import col, select

from api.picture import draw_process
from models.documents import Document, DocumentKind, DocumentState
from models.ideas import Decision
from models.inbox import InboxItem
from models.instants import now
from models.outbox import Message, MessageState
from models.people import Person
from models.policy import Policy
from models.settings import settings
from models.stages import IdeaStage
from tests import asking
from tests.asking import ask
from tests.building import POLICY as BASE
from tests.building import Town
from tests.steps import REASON
from tests.workflows.turns import Clock, clock, deliver, own_town, quiet, text_of, tick
from workflows.documents.content import read_content
from workflows.documents.kinds.rejection import RejectionContent
from workflows.process import tables, ways
from workflows.process.check import check_policy
from workflows.process.decide import decide
from workflows.process.refusals import Conflict, Forbidden
from workflows.recognition.report import ask_report
from workflows.recognition.turns import find_turn_mails
from workflows.review.gates import pass_gate

__all__ = ["clock", "own_town"]

STAGE = "hearing  hear  chair  hearing  -  open  waits  -  review  left/5"
WAYS_OUT = """
hearing  hear  fit    recommended  chair  scope  10  gates  -        recognition.tell_team         heard  all
hearing  hear  unfit  rejected     chair  scope  10  gates  unheard  recognition.number_rejection  -      all
"""
PANEL = {"name": "panel", "label": "Sidang panel", "label_en": "Panel", "stage": "hearing", "role": "secretariat", "days": 3}
POLICY: dict[str, Any] = {"gates": [PANEL], "days": {"hearing": 5}, "movers": {"hear": "leader"}}


@pytest.fixture(autouse=True)
def a_hearing_between_shortlist_and_recommendation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row more for the stage and one for each way out of it, and the chair's advice leads to it."""
    stages = f"{tables.IDEA_STAGES.rstrip()}\n{STAGE}\n"
    advice = next(line for line in tables.IDEA_TRANSITIONS.splitlines() if line.split()[:3] == ["shortlisted", "recommend", "feasible"])
    transitions = tables.IDEA_TRANSITIONS.replace(advice, advice.replace("recommended", "hearing", 1))
    monkeypatch.setattr(ways, "IDEA", ways.read_way("idea", stages, f"{transitions.rstrip()}{WAYS_OUT}"))
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


def mails_to(address: str) -> list[str]:
    """The texts of the mails that were sent to somebody."""
    sent = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (settings().data / "mail").glob("*.eml")]
    return [str(text_of(mail)) for mail in sent if mail["To"] == address]


def test_its_gate_comes_first_and_its_role_is_asked_once_the_gate_is_passed(own_town: Town, idea: str) -> None:
    assert [(item.task, item.role) for item in awaited(own_town, idea)] == [("gate:panel", "secretariat")]
    with pytest.raises(Conflict, match="gate_open"):
        own_town.do(decide, idea, "hear", "fit", reason=REASON, by="leader")
    own_town.do(pass_gate, idea, "panel", by="secretary")
    (asked,) = awaited(own_town, idea)
    assert (asked.task, asked.role) == ("hear", "leader")
    assert asked.due_at is not None
    assert (asked.due_at.date() - now().date()).days == 5
    with pytest.raises(Forbidden, match="only_leader"):
        own_town.do(decide, idea, "hear", "fit", reason=REASON, by="chair")


def test_its_follow_ups_are_done_and_the_idea_goes_on_to_its_end(own_town: Town, idea: str) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    with own_town.store.unit_of_work() as session:
        session.execute(sa.delete(Message))
        session.get_one(Person, own_town["lead"].id).email = "lead@contoh.example"
    own_town.do(decide, idea, "hear", "fit", reason=REASON, by="leader")
    assert {(m.job, m.state) for m in own_town.rows(select(Message))} == {("tell_team", MessageState.WAITING)}
    assert mails_to("lead@contoh.example") == []
    deliver(own_town, "recognition")
    assert {m.state for m in own_town.rows(select(Message))} == {MessageState.HANDLED}
    (told,) = mails_to("lead@contoh.example")
    assert "Direkomendasikan" in told
    own_town.take(idea, "determine adopted", "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out")
    assert own_town.idea(idea).stage == IdeaStage.ROLLED_OUT


def test_its_team_is_told_of_the_new_stage_in_words(own_town: Town, idea: str) -> None:
    with own_town.store.unit_of_work() as session:
        session.get_one(Person, own_town["lead"].id).email = "lead@contoh.example"
    with own_town.store.reading() as session:
        mails = find_turn_mails(session, idea, 7)
    assert mails
    assert [mail.text for mail in mails if "hearing" not in mail.text] == []


def test_whoever_is_turned_down_there_gets_a_letter_in_general_words(own_town: Town, idea: str, client: TestClient) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    quiet(own_town)
    own_town.do(decide, idea, "hear", "unfit", reason=REASON, by="leader")
    assert own_town.idea(idea).stage == IdeaStage.REJECTED
    deliver(own_town, "recognition")
    assert {m.state for m in own_town.rows(select(Message))} == {MessageState.HANDLED}
    (letter,) = own_town.rows(select(Document).where(Document.kind == DocumentKind.REJECTION))
    assert (letter.state, letter.content["stage"]) == (DocumentState.ISSUED, "hear")
    assert [(each["code"], each["text"]) for each in letter.content["reasons"]] == [("unheard", REASON)]
    assert "Hasil pemeriksaan usulan inovasi" in read_content(RejectionContent, json.dumps(letter.content)).subject
    assert look(client, own_town, "lead", f"/usulan/{idea}").text.count('class="ended"') == 1


def test_the_report_counts_who_came_past_it(own_town: Town, idea: str) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    own_town.do(decide, idea, "hear", "fit", reason=REASON, by="leader")
    asked = own_town.do(ask_report, own_town.idea(idea).call_id, by="secretary")
    assert [(each["label"], each["count"]) for each in asked.content["stages"]][3:6] == [
        ("Direkomendasikan layak", 1),
        ("Ditetapkan", 0),
        ("Diterapkan", 0),
    ]
    assert {"label": "milestone heard", "count": 1} in asked.content["stages"]


def test_a_policy_gives_its_step_to_whoever_oversees_ideas_and_to_nobody_else(own_town: Town) -> None:
    def find(role: str) -> list[str]:
        ruled = Policy.model_validate({**BASE, **POLICY, "movers": {"hear": role}})
        return [each.code for each in check_policy(ruled, ways.IDEA, ways.AWARD, ways.DOCUMENT)]

    assert [find(role) for role in ("chair", "leader", "secretariat", "auditor")] == [[], [], [], []]
    assert [find(role) for role in ("proposer", "reviewer", "pilot_owner")] == [["policy_mover_not_allowed"]] * 3


def test_its_role_finds_it_in_the_inbox_and_takes_the_step_on_the_page(own_town: Town, idea: str, client: TestClient) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    assert f"/usulan/{idea}" in look(client, own_town, "leader", "/kotak-masuk").text
    shown = look(client, own_town, "leader", f"/usulan/{idea}").text
    assert '<span class="badge gold">hearing</span>' in shown
    assert f'action="/usulan/{idea}/langkah/hear"' in shown
    assert f"/usulan/{idea}/langkah/hear" not in look(client, own_town, "secretary", f"/usulan/{idea}").text
    answer = ask(client, own_town["leader"], f"POST /ideas/{idea}/steps/hear", {"outcome": "fit", "reason": REASON})
    assert (answer.status_code, answer.json()["stage"]) == (200, "recommended")


def test_it_stands_in_history_list_and_picture(own_town: Town, idea: str, client: TestClient) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    assert idea in look(client, own_town, "secretary", "/daftar?stage=hearing").text
    found = ask(client, own_town["secretary"], "GET /ideas?stage=hearing").json()["ideas"]
    assert [each["id"] for each in found] == [idea]
    own_town.do(decide, idea, "hear", "fit", reason=REASON, by="leader")
    history = ask(client, own_town["lead"], f"GET /ideas/{idea}/history").json()
    assert ("hear", REASON) in [(each["action"], each["reason"]) for each in history]
    assert own_town.rows(select(Decision.action).where(Decision.idea_id == idea, Decision.action == "hear")) == ["hear"]
    assert ">hearing</text>" in draw_process()
    assert "hear: fit · chair" in draw_process()


def test_the_clock_escalates_what_is_late_there(own_town: Town, idea: str, clock: Clock) -> None:
    own_town.do(pass_gate, idea, "panel", by="secretary")
    clock.set(now() + timedelta(days=6))
    tick(own_town)
    (asked,) = awaited(own_town, idea)
    assert asked.escalated_at is not None
