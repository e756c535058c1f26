"""A request that a mentor does not answer holds a place for the policy's days, and no longer; the lead is told once."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.instants import now
from models.mentors import Mentorship, MentorshipState
from models.stages import IdeaStage
from tests.building import Town
from tests.clock import set_clock
from tests.workflows.intake.mentored import add_mentor, ask, read, states
from tests.workflows.intake.test_mentoring import told
from tests.workflows.process.attest.everything import compare
from workflows.delivery.due import find_due
from workflows.intake.mentoring import answer_request
from workflows.process.actors import actor_of
from workflows.process.refusals import Conflict


def tick(town: Town) -> None:
    with town.store.unit_of_work() as session:
        find_due(session)


def test_an_unanswered_request_ends_after_the_policys_days_and_the_lead_is_told_once(
    either_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, began = either_town, now()
    add_mentor(town, places=1)
    first, second = (town.build_idea() for _ in range(2))
    asked = ask(town, first)
    [line] = read(town, first, "lead").lines
    assert line.answer_until is not None
    assert timedelta(days=6) < line.answer_until - began < timedelta(days=9)  # the usual policy's seven days
    with pytest.raises(Conflict, match="no_mentor_free"):
        ask(town, second)
    set_clock(monkeypatch, tmp_path, line.answer_until - timedelta(minutes=1))
    tick(town)
    assert (states(town, first), told(town, "lead")) == (["requested"], [])
    set_clock(monkeypatch, tmp_path, line.answer_until + timedelta(minutes=1))
    for _ in range(2):
        tick(town)
    assert (states(town, first), told(town, "lead")) == (["not_answered"], ["mentor_silent"])
    with pytest.raises(Conflict, match="mentorship_settled"):
        town.do(answer_request, asked.id, accepts=True, by="mentor")
    with pytest.raises(Conflict, match="no_mentor_free"):  # nobody asks the same silence twice about an idea
        ask(town, first)
    ask(town, second)  # and the place is free for others
    assert read(town, first, "lead").may_ask
    assert compare(town).differences == []


def test_a_request_that_was_made_before_has_its_days_from_the_release_that_tells_of_a_last_day(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_mentor(town)
    idea = town.build_idea()
    asked = ask(town, idea)
    counted_from = now() + timedelta(days=20)
    with town.store.unit_of_work() as session:
        session.get_one(Mentorship, asked.id).counted_from = counted_from
    set_clock(monkeypatch, tmp_path, counted_from)
    tick(town)
    assert states(town, idea) == ["requested"]
    [line] = read(town, idea, "lead").lines
    assert line.answer_until is not None
    assert line.answer_until > counted_from + timedelta(days=6)
    set_clock(monkeypatch, tmp_path, line.answer_until + timedelta(minutes=1))
    tick(town)
    assert states(town, idea) == ["not_answered"]


def test_what_was_answered_or_is_of_an_idea_that_is_over_is_left_as_it_is(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_mentor(town, places=3)
    advised, over = town.build_idea(), town.build_idea()
    town.do(answer_request, ask(town, advised).id, accepts=True, by="mentor")
    ask(town, over)
    town.take(over, "withdraw")
    set_clock(monkeypatch, tmp_path, now() + timedelta(days=40))
    tick(town)
    assert (states(town, advised), states(town, over)) == (["advising"], ["requested"])
    assert town.idea(over).stage == IdeaStage.WITHDRAWN


def test_a_mentor_who_answers_at_the_last_moment_is_not_overtaken_by_the_clock(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_mentor(town)
    asked = ask(town, town.build_idea())
    set_clock(monkeypatch, tmp_path, now() + timedelta(days=40))
    with town.store.unit_of_work() as session:
        answer_request(session, asked.id, accepts=True, actor=actor_of(session, town["mentor"].id))
        find_due(session)
    assert town.rows(select(Mentorship.state)) == [MentorshipState.ADVISING]
