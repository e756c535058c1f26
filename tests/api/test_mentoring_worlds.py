"""Neither the seal of a call nor the judges of an idea are told by its mentors: worlds that differ in nothing else answer the same.

Who would look: the secretariat that sets mentors and clinics of a sealed call, an admin with the operator's pages; a chair who will judge
what somebody advised.
"""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.calls import Call
from models.clinics import Clinic
from models.ideas import Idea
from models.instants import now
from models.people import Person, SignIn
from models.stages import IdeaStage
from tests.building import Shelf, Town
from tests.conftest import ALL
from tests.town import TownPerson
from tests.workflows.intake.mentored import ADVICE, add_mentor, advised
from tests.workflows.process.sealed import SEALED
from tests.worlds import Make, Worlds, list_patterns
from workflows.intake.advice import give_advice
from workflows.intake.clinics import book_clinic
from workflows.region.clinics import NewClinic, plan_clinic

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OFFICES, ALL_OFFICES = ("secretary",), ("secretary", "admin", "auditor", "chair", "stranger")
JUDGES, ALL_JUDGES = ("chair",), ("chair", "verifier", "leader", "head", "owner", "stranger")
MENTORS = {"doctor": "Kesehatan", "planner": "Tata kota"}


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where calls, ideas and what operators read are shown, unless all is asked for: each address costs as much as any."""
    if not ALL:
        near = [each for each in list_patterns() if re.search(r"call_id|idea_id|outbox|ledger|keadaan|kotak", each)]
        monkeypatch.setattr("tests.worlds.list_patterns", lambda: near)


def recall(town: Town, who: str) -> None:
    """Know somebody from outside again, whom the town put aside has and its list of people has not."""
    [person] = town.rows(select(Person).join(SignIn, col(SignIn.person_id) == col(Person.id)).where(SignIn.form_token == f"form-{who}"))
    town.people[who] = TownPerson(who, person.id, person.name, "")


def build_sealed(town: Town) -> None:
    """A sealed call with a mentor of either theme, and a draft of somebody's."""
    call = town.build_call(code="TERTUTUP", closing=SEALED)
    for who, theme in MENTORS.items():
        add_mentor(town, who, theme, call=call)
    town.do(plan_clinic, call, NewClinic("Klinik", "Aula", now() + timedelta(days=3), 5), by="secretary")
    town.build_idea(call=call, lead="stranger", title="Draf di laci")


def led_by(who: str) -> Make:
    """A world in which an idea of the sealed call has a theme, the mentor to whom that leads, and a place of a clinic."""

    def act(town: Town) -> None:
        [call] = town.rows(select(Call.id).where(Call.code == "TERTUTUP"))
        idea = town.build_idea(call=call, theme=MENTORS[who])
        recall(town, who)
        advised(town, idea, by=who)
        town.do(give_advice, idea, ADVICE, by=who)
        [clinic] = town.rows(select(Clinic.id))
        town.do(book_clinic, idea, clinic, by="lead")

    return act


def test_whom_a_sealed_idea_leads_to_tells_nobody_of_its_theme(shelf: Shelf, client: TestClient) -> None:
    worlds = Worlds(shelf, client, build_sealed)
    assert worlds.compare(led_by("doctor"), led_by("planner"), who=ALL_OFFICES if ALL else OFFICES) == {}
    assert worlds.compare(led_by("doctor"), led_by("planner"), who=("lead",)) != {}, "the comparison itself sees what there is to see"


def build_tried_out(town: Town) -> None:
    """An idea in its pilot, and a mentor of its call."""
    add_mentor(town, "doctor")
    town.build_idea(IdeaStage.IN_PILOT)


def advised_or_not(*, is_advised: bool) -> Make:
    """A world in which the team is advised, or not."""

    def act(town: Town) -> None:
        [idea] = town.rows(select(Idea.id).where(Idea.stage == IdeaStage.IN_PILOT))
        if is_advised:
            recall(town, "doctor")
            advised(town, idea, by="doctor")
            town.do(give_advice, idea, ADVICE, by="doctor")

    return act


def test_whoever_judges_an_idea_cannot_tell_whether_its_team_is_advised(shelf: Shelf, client: TestClient) -> None:
    worlds = Worlds(shelf, client, build_tried_out)
    secrets = advised_or_not(is_advised=True), advised_or_not(is_advised=False)
    assert worlds.compare(*secrets, who=ALL_JUDGES if ALL else JUDGES) == {}
