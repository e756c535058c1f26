"""A job that meets an open gate waits for it: no attempt counts, however long that takes, and it goes on when the gate is passed."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.database import database
from models.instants import today, wall_now
from models.outbox import Message, MessageState
from models.reviews import Review
from models.stages import IdeaStage
from tests.building import Town, either_town
from tests.steps import plan
from tests.workflows.turns import WORKS, Clock, clock, deliver, own_town, tick
from workflows.delivery.claims import claim_batch
from workflows.delivery.effects import Outcome, handle_messages
from workflows.intake.withdraw import withdraw_idea
from workflows.pilot.roll_out import roll_out_in_use
from workflows.pilot.start import plan_pilot
from workflows.process.actors import Actor, flow_actor
from workflows.process.journal import release_held, send
from workflows.process.refusals import Conflict
from workflows.review.gates import pass_gate
from workflows.review.score import score_idea

__all__ = ["clock", "either_town", "own_town"]
pytestmark = pytest.mark.slow

HOURS = 12
HANG_SECONDS = 60


@pytest.fixture
def town(either_town: Town) -> Town:
    """The town of these tests, once on SQLite and once on PostgreSQL."""
    return either_town


def gate(stage: IdeaStage, name: str = "hearing") -> dict[str, str]:
    """A gate that the secretariat passes."""
    return {"name": name, "label": "Dengar pendapat", "label_en": "Hearing", "stage": stage, "role": "secretariat"}


def score_all(own_town: Town, idea_id: str) -> None:
    """Every reviewer gives the same points; each score asks for the review to be closed."""
    for reviewer_id in own_town.rows(select(Review.reviewer_id).where(Review.idea_id == idea_id)):
        who = next(one.who for one in own_town.people.values() if one.id == reviewer_id)
        own_town.do(score_idea, idea_id, {"novelty": 90, "impact": 90}, by=who)


def build_scored(own_town: Town, *names: str) -> str:
    """An idea whose scores are all in, before a gate of its review."""
    gates = [gate(IdeaStage.IN_REVIEW, name) for name in names or ("hearing",)]
    idea_id = own_town.build_idea(IdeaStage.IN_REVIEW, call=own_town.build_call(gates=gates))
    deliver(own_town, "review")
    score_all(own_town, idea_id)
    return idea_id


def build_planned(own_town: Town) -> str:
    """A determined idea whose pilot begins today, before a gate."""
    idea_id = own_town.build_idea(IdeaStage.DETERMINED, call=own_town.build_call(gates=[gate(IdeaStage.DETERMINED)]))
    own_town.do(plan_pilot, idea_id, plan(own_town["owner"].id, ends_on=today() + timedelta(days=60)), by="secretary")
    return idea_id


def build_in_use(own_town: Town) -> str:
    """A determined idea that is in use already, before a gate."""
    return own_town.build_idea(IdeaStage.DETERMINED, call=own_town.build_call(entry="in_use", gates=[gate(IdeaStage.DETERMINED)]))


def messages(own_town: Town, idea_id: str, job: str) -> list[Message]:
    """What is asked of a job for an idea."""
    return own_town.rows(select(Message).where(Message.idea_id == idea_id, Message.job == job).order_by(col(Message.id)))


def states(own_town: Town, idea_id: str, job: str) -> set[tuple[MessageState, int]]:
    """How the messages of a job stand, and their attempts."""
    return {(message.state, message.attempts) for message in messages(own_town, idea_id, job)}


def take_turn(own_town: Town, topic: str) -> None:
    """One turn of a relay, and no second."""
    batch = claim_batch(own_town.store, topic)
    assert batch is not None
    for job, ids in batch.jobs.items():
        WORKS[topic, job](batch.token, ids)


def pass_hours(own_town: Town, hours: int) -> None:
    """Let every pause and lease be over for so long."""
    past = wall_now() - timedelta(hours=hours)
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(Message).where(col(Message.state) != MessageState.HANDLED).values(not_before=past))


STORIES: list[tuple[Callable[[Town], str], str, str, IdeaStage, IdeaStage]] = [
    (build_scored, "review", "close_review", IdeaStage.IN_REVIEW, IdeaStage.SHORTLISTED),
    (build_planned, "pilot", "start_pilot", IdeaStage.DETERMINED, IdeaStage.IN_PILOT),
    (build_in_use, "pilot", "roll_out", IdeaStage.DETERMINED, IdeaStage.ROLLED_OUT),
]


@pytest.mark.parametrize(("build", "topic", "job", "stage", "target"), STORIES, ids=[story[2] for story in STORIES])
def test_a_job_waits_at_an_open_gate_and_goes_on_within_one_turn_when_it_is_passed(
    own_town: Town, build: Callable[[Town], str], topic: str, job: str, stage: IdeaStage, target: IdeaStage
) -> None:
    idea_id = build(own_town)
    for hour in range(HOURS):
        deliver(own_town, topic)
        pass_hours(own_town, hour)
        assert states(own_town, idea_id, job) == {(MessageState.HELD, 0)}
        assert claim_batch(own_town.store, topic) is None
    assert {(m.error, m.lease_token, m.lease_until, m.handled_at) for m in messages(own_town, idea_id, job)} == {(None, None, None, None)}
    assert own_town.idea(idea_id).stage == stage
    own_town.do(pass_gate, idea_id, "hearing", by="secretary")
    assert states(own_town, idea_id, job) == {(MessageState.WAITING, 0)}
    take_turn(own_town, topic)
    assert states(own_town, idea_id, job) == {(MessageState.HANDLED, 1)}
    assert own_town.idea(idea_id).stage == target


@pytest.mark.parametrize(("scores", "target"), [(2, "shortlisted"), (1, "no_quorum")])
def test_what_the_clock_asks_for_waits_at_the_gate_too_and_is_asked_for_once(
    own_town: Town, clock: Clock, scores: int, target: str
) -> None:
    """One of three reviewers never answers, or two: with a quorum or without, and nobody else may be asked."""
    call = own_town.build_call(gates=[gate(IdeaStage.IN_REVIEW)], reviewers=3, quorum=2, substitutes=0)
    idea_id = own_town.build_idea(IdeaStage.IN_REVIEW, call=call)
    for who in own_town.reviewers(idea_id)[:scores]:
        own_town.do(score_idea, idea_id, {"novelty": 90, "impact": 90}, by=who)
    deliver(own_town, "review")
    for month in range(1, 7):
        clock.set(f"2027-{month:02}-15T10:00:00+07:00")
        tick(own_town)
        deliver(own_town, "review")
    held = [m for m in messages(own_town, idea_id, "close_review") if m.state == MessageState.HELD]
    assert [(m.attempts, m.dedupe_key is not None) for m in held] == [(0, True)]
    own_town.do(pass_gate, idea_id, "hearing", by="secretary")
    take_turn(own_town, "review")
    assert own_town.idea(idea_id).stage == target


def test_a_job_behind_two_gates_is_held_until_the_last_is_passed(own_town: Town) -> None:
    idea_id = build_scored(own_town, "hearing", "visit")
    deliver(own_town, "review")
    own_town.do(pass_gate, idea_id, "visit", by="secretary")
    deliver(own_town, "review")
    assert states(own_town, idea_id, "close_review") == {(MessageState.HELD, 0)}
    own_town.do(pass_gate, idea_id, "hearing", by="secretary")
    take_turn(own_town, "review")
    assert own_town.idea(idea_id).stage == IdeaStage.SHORTLISTED


def test_a_job_whose_idea_is_withdrawn_meanwhile_ends_without_an_effect(own_town: Town) -> None:
    idea_id = build_scored(own_town)
    deliver(own_town, "review")

    def withdraw(session: Session, subject_id: str, *, actor: Actor) -> None:
        withdraw_idea(session, subject_id, actor=actor)
        release_held(session, subject_id)

    own_town.do(withdraw, idea_id, by="lead")
    take_turn(own_town, "review")
    assert states(own_town, idea_id, "close_review") == {(MessageState.HANDLED, 1)}
    assert (own_town.idea(idea_id).stage, own_town.idea(idea_id).score) == (IdeaStage.WITHDRAWN, None)


def test_only_the_idea_before_a_gate_is_held_and_only_its_own_gate_wakes_it(own_town: Town) -> None:
    free = own_town.build_idea(IdeaStage.IN_REVIEW)
    score_all(own_town, free)
    first, second = build_scored(own_town), build_scored(own_town)
    deliver(own_town, "review")
    assert own_town.idea(free).stage == IdeaStage.SHORTLISTED
    assert states(own_town, free, "close_review") == {(MessageState.HANDLED, 1)}
    own_town.do(pass_gate, second, "hearing", by="secretary")
    assert states(own_town, first, "close_review") == {(MessageState.HELD, 0)}
    assert states(own_town, second, "close_review") == {(MessageState.WAITING, 0)}


def test_a_message_of_no_idea_has_nothing_to_wake_it_and_counts_its_attempt(own_town: Town) -> None:
    def refuse(_session: Session, _subject_id: str, /, *, actor: Actor) -> None:
        raise Conflict("gate_open", gate="hearing")

    with own_town.store.unit_of_work() as session:
        send(session, "reward.draft_ranked_awards", "a call")
    batch = claim_batch(own_town.store, "reward")
    assert batch is not None
    assert handle_messages(own_town.store, batch.token, batch.ids, refuse, actor=flow_actor("reward")) == Outcome(failed=1)
    (message,) = own_town.rows(select(Message).where(Message.topic == "reward"))
    assert (message.state, message.attempts) == (MessageState.WAITING, 1)


def in_postgres(own_town: Town) -> None:
    """On SQLite nobody passes a gate while a job is in its transaction."""
    if own_town.store.is_sqlite:
        pytest.skip("writers of SQLite come one after the other")


def test_a_gate_passed_between_the_refusal_and_the_holding_is_seen(own_town: Town) -> None:
    in_postgres(own_town)
    idea_id, refused = build_in_use(own_town), list[str]()

    def roll_out_too_early(session: Session, subject_id: str, /, *, actor: Actor) -> None:
        if not refused:
            refused.append(subject_id)
            own_town.do(pass_gate, idea_id, "hearing", by="secretary")
            raise Conflict("gate_open", gate="hearing")
        roll_out_in_use(session, subject_id, actor=actor)

    assert handle_claimed(own_town, roll_out_too_early) == Outcome(handled=1)
    assert refused
    assert own_town.idea(idea_id).stage == IdeaStage.ROLLED_OUT


def test_a_job_is_not_held_while_somebody_is_passing_its_gate(own_town: Town) -> None:
    in_postgres(own_town)
    idea_id, outcomes = build_in_use(own_town), list[Outcome]()
    working = threading.Thread(target=lambda: outcomes.append(handle_claimed(own_town, roll_out_in_use)))
    with own_town.store.unit_of_work() as session:
        pass_gate(session, idea_id, "hearing", actor=own_town.actor(session, "secretary"))
        working.start()
        await_lock(own_town)
    working.join(HANG_SECONDS)
    assert outcomes == [Outcome(handled=1)]
    assert own_town.idea(idea_id).stage == IdeaStage.ROLLED_OUT


def handle_claimed(own_town: Town, action: Any) -> Outcome:
    """Claim what the pilot's flow has to do, and take the action for it."""
    batch = claim_batch(own_town.store, "pilot")
    assert batch is not None
    return handle_messages(own_town.store, batch.token, batch.ids, action, actor=flow_actor("pilot"))


def await_lock(own_town: Town) -> None:
    """Return when somebody waits for a row that is locked."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    until = time.monotonic() + HANG_SECONDS
    with database().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while time.monotonic() < until:
            if connection.execute(sa.text(waits)).scalar():
                return
            time.sleep(0.02)
    raise AssertionError("nobody waited")
