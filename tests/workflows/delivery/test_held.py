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
from tests.workflows.turns import WORKS, Clock, clock, deliver, house, tick
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

__all__ = ["clock", "either_town", "house"]
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


def score_all(house: Town, idea_id: str) -> None:
    """Every reviewer gives the same points; each score asks for the review to be closed."""
    for reviewer_id in house.rows(select(Review.reviewer_id).where(Review.idea_id == idea_id)):
        who = next(one.who for one in house.people.values() if one.id == reviewer_id)
        house.do(score_idea, idea_id, {"novelty": 90, "impact": 90}, by=who)


def build_scored(house: Town, *names: str) -> str:
    """An idea whose scores are all in, before a gate of its review."""
    gates = [gate(IdeaStage.IN_REVIEW, name) for name in names or ("hearing",)]
    idea_id = house.build_idea(IdeaStage.IN_REVIEW, call=house.build_call(gates=gates))
    deliver(house, "review")
    score_all(house, idea_id)
    return idea_id


def build_planned(house: Town) -> str:
    """A determined idea whose pilot begins today, before a gate."""
    idea_id = house.build_idea(IdeaStage.DETERMINED, call=house.build_call(gates=[gate(IdeaStage.DETERMINED)]))
    house.do(plan_pilot, idea_id, plan(house["owner"].id, ends_on=today() + timedelta(days=60)), by="secretary")
    return idea_id


def build_in_use(house: Town) -> str:
    """A determined idea that is in use already, before a gate."""
    return house.build_idea(IdeaStage.DETERMINED, call=house.build_call(entry="in_use", gates=[gate(IdeaStage.DETERMINED)]))


def messages(house: Town, idea_id: str, job: str) -> list[Message]:
    """What is asked of a job for an idea."""
    return house.rows(select(Message).where(Message.idea_id == idea_id, Message.job == job).order_by(col(Message.id)))


def states(house: Town, idea_id: str, job: str) -> set[tuple[MessageState, int]]:
    """How the messages of a job stand, and their attempts."""
    return {(message.state, message.attempts) for message in messages(house, idea_id, job)}


def take_turn(house: Town, topic: str) -> None:
    """One turn of a relay, and no second."""
    batch = claim_batch(house.store, topic)
    assert batch is not None
    for job, ids in batch.jobs.items():
        WORKS[topic, job](batch.token, ids)


def pass_hours(house: Town, hours: int) -> None:
    """Let every pause and lease be over for so long."""
    past = wall_now() - timedelta(hours=hours)
    with house.store.unit_of_work() as session:
        session.execute(sa.update(Message).where(col(Message.state) != MessageState.HANDLED).values(not_before=past))


STORIES: list[tuple[Callable[[Town], str], str, str, IdeaStage, IdeaStage]] = [
    (build_scored, "review", "close_review", IdeaStage.IN_REVIEW, IdeaStage.SHORTLISTED),
    (build_planned, "pilot", "start_pilot", IdeaStage.DETERMINED, IdeaStage.IN_PILOT),
    (build_in_use, "pilot", "roll_out", IdeaStage.DETERMINED, IdeaStage.ROLLED_OUT),
]


@pytest.mark.parametrize(("build", "topic", "job", "stage", "target"), STORIES, ids=[story[2] for story in STORIES])
def test_a_job_waits_at_an_open_gate_and_goes_on_within_one_turn_when_it_is_passed(
    house: Town, build: Callable[[Town], str], topic: str, job: str, stage: IdeaStage, target: IdeaStage
) -> None:
    idea_id = build(house)
    for hour in range(HOURS):
        deliver(house, topic)
        pass_hours(house, hour)
        assert states(house, idea_id, job) == {(MessageState.HELD, 0)}
        assert claim_batch(house.store, topic) is None
    assert {(m.error, m.lease_token, m.lease_until, m.handled_at) for m in messages(house, idea_id, job)} == {(None, None, None, None)}
    assert house.idea(idea_id).stage == stage
    house.do(pass_gate, idea_id, "hearing", by="secretary")
    assert states(house, idea_id, job) == {(MessageState.WAITING, 0)}
    take_turn(house, topic)
    assert states(house, idea_id, job) == {(MessageState.HANDLED, 1)}
    assert house.idea(idea_id).stage == target


def test_what_the_clock_asks_for_waits_at_the_gate_too_and_is_asked_for_once(house: Town, clock: Clock) -> None:
    idea_id = house.build_idea(IdeaStage.IN_REVIEW, call=house.build_call(gates=[gate(IdeaStage.IN_REVIEW)]))
    who = house.rows(select(Review.reviewer_id).where(Review.idea_id == idea_id))[0]
    house.do(score_idea, idea_id, {"novelty": 90, "impact": 90}, by=next(one.who for one in house.people.values() if one.id == who))
    deliver(house, "review")
    for month in range(1, 7):
        clock.set(f"2027-{month:02}-15T10:00:00+07:00")
        tick(house)
        deliver(house, "review")
    held = [m for m in messages(house, idea_id, "close_review") if m.state == MessageState.HELD]
    assert [(m.attempts, m.dedupe_key is not None) for m in held] == [(0, True)]
    house.do(pass_gate, idea_id, "hearing", by="secretary")
    take_turn(house, "review")
    assert house.idea(idea_id).stage == IdeaStage.SHORTLISTED


def test_a_job_behind_two_gates_is_held_until_the_last_is_passed(house: Town) -> None:
    idea_id = build_scored(house, "hearing", "visit")
    deliver(house, "review")
    house.do(pass_gate, idea_id, "visit", by="secretary")
    deliver(house, "review")
    assert states(house, idea_id, "close_review") == {(MessageState.HELD, 0)}
    house.do(pass_gate, idea_id, "hearing", by="secretary")
    take_turn(house, "review")
    assert house.idea(idea_id).stage == IdeaStage.SHORTLISTED


def test_a_job_whose_idea_is_withdrawn_meanwhile_ends_without_an_effect(house: Town) -> None:
    idea_id = build_scored(house)
    deliver(house, "review")

    def withdraw(session: Session, subject_id: str, *, actor: Actor) -> None:
        withdraw_idea(session, subject_id, actor=actor)
        release_held(session, subject_id)

    house.do(withdraw, idea_id, by="lead")
    take_turn(house, "review")
    assert states(house, idea_id, "close_review") == {(MessageState.HANDLED, 1)}
    assert (house.idea(idea_id).stage, house.idea(idea_id).score) == (IdeaStage.WITHDRAWN, None)


def test_only_the_idea_before_a_gate_is_held_and_only_its_own_gate_wakes_it(house: Town) -> None:
    free = house.build_idea(IdeaStage.IN_REVIEW)
    score_all(house, free)
    first, second = build_scored(house), build_scored(house)
    deliver(house, "review")
    assert house.idea(free).stage == IdeaStage.SHORTLISTED
    assert states(house, free, "close_review") == {(MessageState.HANDLED, 1)}
    house.do(pass_gate, second, "hearing", by="secretary")
    assert states(house, first, "close_review") == {(MessageState.HELD, 0)}
    assert states(house, second, "close_review") == {(MessageState.WAITING, 0)}


def test_a_message_of_no_idea_has_nothing_to_wake_it_and_counts_its_attempt(house: Town) -> None:
    def refuse(_session: Session, _subject_id: str, /, *, actor: Actor) -> None:
        raise Conflict("gate_open", gate="hearing")

    with house.store.unit_of_work() as session:
        send(session, "reward.draft_ranked_awards", "a call")
    batch = claim_batch(house.store, "reward")
    assert batch is not None
    assert handle_messages(house.store, batch.token, batch.ids, refuse, actor=flow_actor("reward")) == Outcome(failed=1)
    (message,) = house.rows(select(Message).where(Message.topic == "reward"))
    assert (message.state, message.attempts) == (MessageState.WAITING, 1)


def in_postgres(house: Town) -> None:
    """On SQLite nobody passes a gate while a job is in its transaction."""
    if house.store.is_sqlite:
        pytest.skip("writers of SQLite come one after the other")


def test_a_gate_passed_between_the_refusal_and_the_holding_is_seen(house: Town) -> None:
    in_postgres(house)
    idea_id, refused = build_in_use(house), list[str]()

    def roll_out_too_early(session: Session, subject_id: str, /, *, actor: Actor) -> None:
        if not refused:
            refused.append(subject_id)
            house.do(pass_gate, idea_id, "hearing", by="secretary")
            raise Conflict("gate_open", gate="hearing")
        roll_out_in_use(session, subject_id, actor=actor)

    assert handle_claimed(house, roll_out_too_early) == Outcome(handled=1)
    assert refused
    assert house.idea(idea_id).stage == IdeaStage.ROLLED_OUT


def test_a_job_is_not_held_while_somebody_is_passing_its_gate(house: Town) -> None:
    in_postgres(house)
    idea_id, outcomes = build_in_use(house), list[Outcome]()
    working = threading.Thread(target=lambda: outcomes.append(handle_claimed(house, roll_out_in_use)))
    with house.store.unit_of_work() as session:
        pass_gate(session, idea_id, "hearing", actor=house.actor(session, "secretary"))
        working.start()
        await_lock(house)
    working.join(HANG_SECONDS)
    assert outcomes == [Outcome(handled=1)]
    assert house.idea(idea_id).stage == IdeaStage.ROLLED_OUT


def handle_claimed(house: Town, action: Any) -> Outcome:
    """Claim what the pilot's flow has to do, and take the action for it."""
    batch = claim_batch(house.store, "pilot")
    assert batch is not None
    return handle_messages(house.store, batch.token, batch.ids, action, actor=flow_actor("pilot"))


def await_lock(house: Town) -> None:
    """Return when somebody waits for a row that is locked."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    until = time.monotonic() + HANG_SECONDS
    with database().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while time.monotonic() < until:
            if connection.execute(sa.text(waits)).scalar():
                return
            time.sleep(0.02)
    raise AssertionError("nobody waited")
