"""A policy that nobody programmed, its closing with a grace, late permits and a seal, is a file, and is played over HTTP to its end."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import select

from models.calls import Call
from models.instants import now
from models.outbox import Message
from models.stages import IdeaStage
from tests.asking import ask
from tests.building import SECTIONS, Town
from tests.specimens import take_as_printed
from tests.steps import MET
from tests.workflows.turns import Clock, clock, deliver, own_town, tick
from workflows.region.call_files.call import check_file

__all__ = ["clock", "own_town"]
FILE = """
code: LOMBA-TERTUTUP
title: "Lomba tertutup: tulisan tangan"
unit_code: BAPPEDA
opens_at: 2026-11-01
closes_at: 2026-12-01T16:00
policy:
  closing: {grace_minutes: 45, late_days: 10, is_sealed: true}
  sections:
    - {name: background, label: Latar belakang, label_en: Background, minimum_words: 3}
    - {name: idea, label: Gagasan, label_en: Idea, maximum_words: 50}
  requirements:
    - {name: renewal, label: Mengandung pembaruan, label_en: Holds a renewal}
    - {name: benefit, label: Bermanfaat, label_en: Is of benefit}
  rubric:
    - {name: novelty, label: Kebaruan, label_en: Novelty, weight: 50}
    - {name: impact, label: Dampak, label_en: Impact, weight: 50}
  pilot: {minimum_days: 0}
  rule_book:
    name: Hadiah lomba tertutup
    version: "1"
    source: Keputusan contoh
    tiers:
      - {name: gold, label: Emas, minimum_score: 85, amount_rupiah: 7500000, places: 1}
  documents:
    letterhead: {lines: [PEMERINTAH KOTA CONTOH]}
    place: Contoh
    signatory: {name: Joko Surapati, position: Wali Kota Contoh}
    legal_basis: Keputusan Wali Kota Contoh
    unit_code: BAPPEDA
"""
WHY = "Bertugas di lokasi banjir sampai hari penutupan."


class Play:
    """The call of the file, and what people ask of it."""

    def __init__(self, town: Town, client: TestClient) -> None:
        self.town, self.client = town, client
        checked = check_file(FILE.encode())
        assert checked.faults == []
        assert checked.policy is not None
        with town.store.unit_of_work() as session:
            take_as_printed(session, checked.policy)
        call = checked.call
        assert call is not None
        dates = {"opens_at": call.opens_at.isoformat(), "closes_at": call.closes_at.isoformat()}
        body = {"code": call.code, "title": call.title, "unit_code": call.unit_code, **dates, "policy": call.policy}
        self.call = self.ask("secretary", "POST /calls", body, 201)["id"]
        self.ask("chair", f"POST /calls/{self.call}/policies/1/signature")
        self.ask("secretary", f"POST /calls/{self.call}/opening")

    def ask(self, who: str, wanted: str, body: Any = None, status: int = 200) -> Any:
        answer = self.refuse(who, wanted, body)
        assert answer.status_code == status, f"{who} {wanted}: {answer.status_code} {answer.text}"
        return answer.json()

    def refuse(self, who: str, wanted: str, body: Any = None) -> Response:
        body = {} if body is None and wanted.startswith("POST") else body
        return ask(self.client, self.town[who], wanted, body)

    def draft(self, who: str, title: str) -> str:
        body = {"call_id": self.call, "title": title, "sections": SECTIONS}
        return str(self.ask(who, "POST /ideas", body, 201)["id"])

    def stage(self, who: str, idea: str) -> Any:
        return self.ask(who, f"GET /ideas/{idea}")["stage"]

    def codes(self, who: str) -> set[str]:
        return {each["title"] for each in self.ask(who, "GET /ideas")["ideas"]}


@pytest.fixture
def play(own_town: Town, clock: Clock, client: TestClient) -> Play:
    return Play(own_town, client)


def test_the_call_of_the_file_takes_seals_lets_in_late_and_ranks(play: Play, own_town: Town, clock: Clock) -> None:
    [end] = own_town.rows(select(Call.closes_at).where(Call.id == play.call))
    early, late, missed = (play.draft(who, title) for who, title in (("lead", "Tepat"), ("mate", "Terlambat"), ("stranger", "Tertinggal")))
    play.ask("lead", f"POST /ideas/{early}/submission")
    deliver(own_town, "intake")
    play.ask("head", f"POST /ideas/{early}/permission", {"outcome": "granted"})
    for who in ("secretary", "chair", "leader", "auditor", "admin"):
        assert play.codes(who) == set()
        assert play.refuse(who, f"GET /ideas/{early}").status_code == 404

    clock.set(end + timedelta(minutes=44))
    tick(own_town)
    play.ask("mate", f"POST /ideas/{late}/submission")
    assert play.refuse("lead", "POST /ideas", {"call_id": play.call, "title": "Baru", "sections": SECTIONS}).status_code == 409
    assert play.codes("secretary") == set()

    clock.set(end + timedelta(minutes=45))
    tick(own_town)
    deliver(own_town, "intake")
    assert play.codes("secretary") == {"Tepat", "Terlambat"}
    assert play.stage("secretary", early) == IdeaStage.SCREENING
    assert [item["task"] for item in play.ask("secretary", "GET /inbox")["inbox"]] == ["screen"]
    told = play.ask("secretary", f"GET /ideas/{late}/history")
    assert [each["detail"]["late"] for each in told if each["action"] == "submit"] == [{"minutes": 44}]

    assert play.refuse("stranger", f"POST /ideas/{missed}/submission").status_code == 409
    clock.set(end + timedelta(days=3))
    body = {"employee_number": own_town["stranger"].number, "until": (now() + timedelta(days=2)).isoformat(), "reason": WHY}
    permit = play.ask("secretary", f"POST /calls/{play.call}/late-permits", body, 201)["id"]
    assert play.refuse("secretary", f"POST /confirmations/{permit}/approval").status_code == 403
    assert play.refuse("stranger", f"POST /ideas/{missed}/submission").status_code == 409
    [waiting] = play.ask("leader", "GET /confirmations")
    assert (waiting["kind"], waiting["reason"], waiting["may_confirm"]) == ("late", WHY, True)
    play.ask("leader", f"POST /confirmations/{permit}/approval")
    play.ask("stranger", f"POST /ideas/{missed}/submission")
    listed = play.ask("lead", f"GET /calls/{play.call}/late-permits")
    assert listed == {"given": 1, "used": 1, "permits": []}
    changes = play.ask("lead", f"GET /calls/{play.call}/changes")["changes"]
    assert [each["reason"] for each in changes if each["kind"] == "call_late_permitted"] == [WHY]

    deliver(own_town, "intake")
    play.ask("other_head", f"POST /ideas/{missed}/permission", {"outcome": "granted"})
    play.ask("secretary", f"POST /ideas/{missed}/screening", {"outcome": "accepted", "answers": MET})
    rank_at_last(play, own_town, clock, {early: "lead", late: "mate", missed: "stranger"})


def rank_at_last(play: Play, town: Town, clock: Clock, leads: dict[str, str]) -> None:
    """Places are given when the last who might be let in has not come, though all are decided before."""
    [end] = town.rows(select(Call.closes_at).where(Call.id == play.call))
    ranked = select(Message.id).where(Message.job == "draft_ranked_awards")
    clock.set(end + timedelta(days=9))
    for idea, who in leads.items():
        play.ask(who, f"POST /ideas/{idea}/withdrawal")
    tick(town)
    assert town.rows(ranked) == []
    clock.set(end + timedelta(days=10))
    tick(town)
    assert len(town.rows(ranked)) == 1
    play.ask("auditor", f"POST /calls/{play.call}/reports", status=201)


def test_the_file_of_a_sealed_call_that_stands_for_years_is_refused_with_its_place() -> None:
    text = FILE.replace("2026-12-01T16:00", "2029-12-31")
    [fault] = check_file(text.encode()).faults
    assert (fault.code, fault.path) == ("sealed_too_long", "policy.closing.is_sealed")
    assert text.splitlines()[fault.place.line - 1].startswith("  closing:")
