"""Claims on the outbox: one holder at a time, and a message given back is claimed again."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from models.database import Database
from models.instants import wall_now
from models.outbox import Message, MessageState
from tests.workflows.delivery.outbox import Work, alter, ask, claimed, come_round, effects, messages, run_out, store
from workflows.delivery import claims
from workflows.delivery.claims import claim_batch, release_unhandled, release_unstarted
from workflows.delivery.effects import Outcome, handle_messages
from workflows.process.actors import flow_actor
from workflows.process.journal import send

__all__ = ["store"]
pytestmark = pytest.mark.slow
ACTOR = flow_actor("intake")


def test_a_claim_takes_the_waiting_messages_of_one_topic_under_one_lease(store: Database) -> None:
    ask(store, 3)
    ask(store, 2, topic="review", job="assign")
    batch = claimed(store)
    assert batch.jobs == {"route": batch.ids}
    assert len(batch.ids) == 3
    assert {(m.state, m.lease_token, m.attempts) for m in messages(store)} == {(MessageState.CLAIMED, batch.token, 1)}
    assert {m.state for m in messages(store, "review")} == {MessageState.WAITING}


def test_what_is_held_is_not_claimed_again_until_its_lease_ran_out(store: Database) -> None:
    ask(store, 3)
    first = claimed(store)
    assert claim_batch(store, "intake") is None
    run_out(store)
    second = claimed(store)
    assert second.ids == first.ids
    assert second.token != first.token
    assert second.attempts == 2


@pytest.mark.parametrize("days", [2, 400])
def test_a_clock_that_was_set_back_holds_neither_a_lease_nor_a_pause_that_long(store: Database, days: int) -> None:
    """A battery dies, or an operator mends the date: what was written in the days that never came is free at once."""
    ask(store, 2)
    first = claimed(store)
    alter(store, lease_until=wall_now() + timedelta(days=days))
    second = claimed(store)
    assert second.ids == first.ids
    assert handle_messages(store, first.token, first.ids, Work(), actor=ACTOR) == Outcome(late=2)
    release_unhandled(store, second)
    alter(store, not_before=wall_now() + timedelta(days=days))
    assert claimed(store).ids == first.ids


def test_the_longest_lease_and_the_longest_pause_are_kept(store: Database) -> None:
    ask(store, 1)
    batch = claimed(store)
    alter(store, lease_until=wall_now() + timedelta(seconds=claims.settings().lease_seconds))
    assert claim_batch(store, "intake") is None
    release_unhandled(store, batch)
    alter(store, not_before=wall_now() + timedelta(seconds=claims.BACKOFF_SECONDS[-1]))
    assert claim_batch(store, "intake") is None


def test_one_row_that_cannot_be_read_is_set_aside_and_its_topic_goes_on(store: Database) -> None:
    """A damaged page or a hand in the database: an operator finds the row among the given up, and everybody else has their receipt."""
    ask(store, 3)
    damage = "datetime damaged" if store.is_sqlite else "infinity"
    with store.unit_of_work() as session:
        session.connection().exec_driver_sql(f"UPDATE message SET created_at = '{damage}' WHERE subject_id = 'idea-001'")
    batch = claimed(store)
    assert handle_messages(store, batch.token, batch.ids, Work(), actor=ACTOR) == Outcome(handled=2)
    assert effects(store) == ["idea-000", "idea-002"]
    with store.reading() as session:
        left = session.exec(select(Message.subject_id, Message.error).where(Message.state == MessageState.DEAD)).all()
    assert left == [("idea-001", "its row cannot be read")]


def test_a_batch_is_no_larger_than_the_setting(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAGAS_BATCH_SIZE", "2")
    claims.settings.cache_clear()
    ask(store, 5)
    assert [len(claimed(store).ids) for _ in range(3)] == [2, 2, 1]
    assert claim_batch(store, "intake") is None


def test_the_effect_of_a_holder_whose_lease_was_taken_over_does_not_land(store: Database) -> None:
    ask(store, 2)
    first = claimed(store)
    run_out(store)
    second = claimed(store)
    assert handle_messages(store, first.token, first.ids, Work(), actor=ACTOR) == Outcome(late=2)
    assert effects(store) == []
    assert handle_messages(store, second.token, second.ids, Work(), actor=ACTOR) == Outcome(handled=2)
    assert handle_messages(store, first.token, first.ids, Work(), actor=ACTOR) == Outcome(late=2)
    assert effects(store) == ["idea-000", "idea-001"]


def test_a_handled_message_is_never_handled_again_by_its_own_holder(store: Database) -> None:
    ask(store, 1)
    batch = claimed(store)
    outcomes = [handle_messages(store, batch.token, batch.ids, Work(), actor=ACTOR) for _ in range(3)]
    assert outcomes == [Outcome(handled=1), Outcome(late=1), Outcome(late=1)]
    assert effects(store) == ["idea-000"]


def test_what_a_late_holder_gives_back_stays_with_the_new_one(store: Database) -> None:
    ask(store, 1)
    first = claimed(store)
    run_out(store)
    second = claimed(store)
    release_unhandled(store, first)
    release_unstarted(store, first)
    assert [(m.lease_token, m.attempts) for m in messages(store)] == [(second.token, 2)]


def test_a_message_whose_holders_die_on_it_time_and_again_is_given_up(store: Database) -> None:
    ask(store, 2)
    for _ in range(6):
        claimed(store)
        run_out(store)
    assert claim_batch(store, "intake") is None
    assert {(m.state, m.error) for m in messages(store)} == {(MessageState.DEAD, "its run ended without an answer")}


def test_a_batch_that_was_not_started_counts_no_attempt_and_one_left_unhandled_counts_one(store: Database) -> None:
    ask(store, 1)
    for _ in range(10):
        release_unstarted(store, claimed(store))
        come_round(store)
    assert [(m.state, m.attempts) for m in messages(store)] == [(MessageState.WAITING, 0)]
    release_unhandled(store, claimed(store))
    assert [(m.state, m.attempts) for m in messages(store)] == [(MessageState.WAITING, 1)]


@pytest.mark.parametrize("size", [1, 7])
def test_two_claimers_never_get_the_same_message(store: Database, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setenv("GAGAS_BATCH_SIZE", str(size))
    claims.settings.cache_clear()
    ask(store, 40)
    taken: list[int] = []

    def claim_all() -> None:
        while (batch := claim_batch(store, "intake")) is not None:
            taken.extend(batch.ids)

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while (batch := claim_batch(store, "intake")) is not None:  # a claimer that met only locked rows may have left early
        taken.extend(batch.ids)
    assert sorted(taken) == [m.id for m in messages(store)]


def test_a_second_request_under_the_same_key_is_dropped_even_after_the_first_is_handled(store: Database) -> None:
    def ask_once() -> None:
        with store.unit_of_work() as session:
            send(session, "intake.route", "idea-000", once="route:idea-000")

    ask_once()
    ask_once()
    batch = claimed(store)
    handle_messages(store, batch.token, batch.ids, Work(), actor=ACTOR)
    ask_once()
    assert [m.state for m in messages(store)] == [MessageState.HANDLED]
