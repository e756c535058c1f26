"""Claims on the outbox: one holder at a time, each effect once, a bad message alone."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.database import Database, LostRace
from models.ideas import Idea
from models.instants import wall_now
from models.outbox import ClockTick, Message, MessageState
from models.stages import IdeaStage
from tests.building import Town
from workflows.delivery import claims
from workflows.delivery.claims import Batch, Outcome, claim_batch, describe, handle, release_unhandled, release_unstarted
from workflows.process.actors import Actor, flow_actor
from workflows.process.journal import send
from workflows.process.refusals import Conflict

pytestmark = pytest.mark.slow
ACTOR = flow_actor("intake")


class Work:
    """What jobs did: every effect leaves a message of another topic in its own transaction, so that it can be counted afterwards."""

    def __init__(self, bad: str = "", fault: Exception | None = None) -> None:
        self.bad, self.fault = bad, fault or ValueError("Sari Lestari 199001012015032001")

    def __call__(self, session: Session, subject_id: str, /, *, actor: Actor) -> None:
        session.add(Message(topic="effect", job="done", subject_id=subject_id))
        session.flush()
        if subject_id == self.bad:
            raise self.fault


@pytest.fixture
def store(migrated_url: str) -> Iterator[Database]:
    database = Database(migrated_url)
    yield database
    database.close()


def ask(store: Database, count: int, topic: str = "intake", job: str = "route") -> None:
    with store.unit_of_work() as session:
        for number in range(count):
            send(session, f"{topic}.{job}", f"idea-{number:03}")


def messages(store: Database, topic: str = "intake") -> list[Message]:
    with store.reading() as session:
        return list(session.exec(select(Message).where(Message.topic == topic).order_by(col(Message.id))))


def effects(store: Database) -> list[str]:
    return [message.subject_id for message in messages(store, "effect")]


def claimed(store: Database, topic: str = "intake") -> Batch:
    batch = claim_batch(store, topic)
    assert batch is not None
    return batch


def alter(store: Database, **values: Any) -> None:
    with store.unit_of_work() as session:
        session.execute(sa.update(Message).where(col(Message.topic) == "intake").values(**values))


def run_out(store: Database) -> None:
    alter(store, lease_until=wall_now() - timedelta(seconds=1))


def come_round(store: Database) -> None:
    alter(store, not_before=wall_now() - timedelta(seconds=1))


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
    assert handle(store, first.token, first.ids, Work(), actor=ACTOR) == Outcome(late=2)
    assert effects(store) == []
    assert handle(store, second.token, second.ids, Work(), actor=ACTOR) == Outcome(handled=2)
    assert handle(store, first.token, first.ids, Work(), actor=ACTOR) == Outcome(late=2)
    assert effects(store) == ["idea-000", "idea-001"]


def test_a_handled_message_is_never_handled_again_by_its_own_holder(store: Database) -> None:
    ask(store, 1)
    batch = claimed(store)
    outcomes = [handle(store, batch.token, batch.ids, Work(), actor=ACTOR) for _ in range(3)]
    assert outcomes == [Outcome(handled=1), Outcome(late=1), Outcome(late=1)]
    assert effects(store) == ["idea-000"]


def test_what_a_late_holder_lets_go_or_hands_back_stays_with_the_new_one(store: Database) -> None:
    ask(store, 1)
    first = claimed(store)
    run_out(store)
    second = claimed(store)
    release_unhandled(store, first)
    release_unstarted(store, first)
    assert [(m.lease_token, m.attempts) for m in messages(store)] == [(second.token, 2)]


def test_one_bad_message_of_fifty_is_set_aside_and_forty_nine_commit(store: Database) -> None:
    ask(store, 50)
    batch = claimed(store)
    assert handle(store, batch.token, batch.ids, Work(bad="idea-017"), actor=ACTOR) == Outcome(handled=49, failed=1)
    assert effects(store) == [f"idea-{number:03}" for number in range(50) if number != 17]
    bad = messages(store)[17]
    assert (bad.state, bad.attempts, bad.lease_token) == (MessageState.WAITING, 1, None)
    assert {m.state for m in messages(store) if m.id != bad.id} == {MessageState.HANDLED}


def test_what_the_database_itself_refuses_is_set_aside_too(store: Database) -> None:
    def collide(session: Session, subject_id: str, /, *, actor: Actor) -> None:
        session.add(Message(topic="effect", job="done", subject_id=subject_id))
        if subject_id == "idea-001":
            session.add(ClockTick(id=1))
        session.flush()

    ask(store, 3)
    batch = claimed(store)
    assert handle(store, batch.token, batch.ids, collide, actor=ACTOR) == Outcome(handled=2, failed=1)
    assert effects(store) == ["idea-000", "idea-002"]


def test_each_failure_waits_longer_and_the_last_leaves_the_message_to_an_operator(store: Database) -> None:
    ask(store, 1)
    for attempt, pause in enumerate([1, 5, 30, 120, 600], start=1):
        began = wall_now()
        batch = claimed(store)
        assert batch.attempts == attempt
        assert handle(store, batch.token, batch.ids, Work(bad="idea-000"), actor=ACTOR) == Outcome(failed=1)
        (message,) = messages(store)
        assert began + timedelta(seconds=pause) <= message.not_before <= wall_now() + timedelta(seconds=pause)
        assert claim_batch(store, "intake") is None
        come_round(store)
    batch = claimed(store)
    handle(store, batch.token, batch.ids, Work(bad="idea-000"), actor=ACTOR)
    come_round(store)
    assert [m.state for m in messages(store)] == [MessageState.DEAD]
    assert claim_batch(store, "intake") is None
    assert effects(store) == []


def test_a_message_whose_holders_die_on_it_time_and_again_is_given_up(store: Database) -> None:
    ask(store, 2)
    for _ in range(6):
        claimed(store)
        run_out(store)
    assert claim_batch(store, "intake") is None
    assert {(m.state, m.error) for m in messages(store)} == {(MessageState.DEAD, "its run ended without an answer")}


def test_handing_back_counts_no_attempt_and_letting_go_counts_one(store: Database) -> None:
    ask(store, 1)
    for _ in range(10):
        release_unstarted(store, claimed(store))
        come_round(store)
    assert [(m.state, m.attempts) for m in messages(store)] == [(MessageState.WAITING, 0)]
    release_unhandled(store, claimed(store))
    assert [(m.state, m.attempts) for m in messages(store)] == [(MessageState.WAITING, 1)]


def test_after_a_lost_race_every_message_is_tried_again_alone(store: Database) -> None:
    sessions: dict[str, list[Session]] = {}

    def race(session: Session, subject_id: str, /, *, actor: Actor) -> None:
        sessions.setdefault(subject_id, []).append(session)
        Work()(session, subject_id, actor=actor)
        if subject_id == "idea-001" and len(sessions[subject_id]) == 1:
            raise LostRace

    ask(store, 3)
    batch = claimed(store)
    assert handle(store, batch.token, batch.ids, race, actor=ACTOR) == Outcome(handled=3)
    assert effects(store) == ["idea-000", "idea-001", "idea-002"]
    assert len({id(session) for tried in sessions.values() for session in tried[-1:]}) == 3


def test_a_race_lost_twice_is_set_aside_and_keeps_no_other_message_back(store: Database) -> None:
    ask(store, 3)
    batch = claimed(store)
    outcome = handle(store, batch.token, batch.ids, Work(bad="idea-001", fault=LostRace()), actor=ACTOR)
    assert outcome == Outcome(handled=2, failed=1)
    assert [m.state for m in messages(store)] == [MessageState.HANDLED, MessageState.WAITING, MessageState.HANDLED]
    assert effects(store) == ["idea-000", "idea-002"]


def test_an_idea_that_somebody_changed_meanwhile_is_taken_up_again_at_once(either_town: Town) -> None:
    idea_id, tries = either_town.build_idea(IdeaStage.SUBMITTED), []

    def race(session: Session, subject_id: str, /, *, actor: Actor) -> None:
        idea = session.exec(select(Idea).where(Idea.id == subject_id)).one()
        tries.append(idea.version)
        if len(tries) == 1:  # as another process would, between our reading and our writing
            session.connection().execute(sa.update(Idea).values(version=Idea.version + 1))
        idea.title = "Judul baru"
        session.flush()

    batch = claimed(either_town.store)
    assert handle(either_town.store, batch.token, batch.ids, race, actor=ACTOR) == Outcome(handled=1)
    assert len(tries) == 2
    assert either_town.idea(idea_id).title == "Judul baru"


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
    handle(store, batch.token, batch.ids, Work(), actor=ACTOR)
    ask_once()
    assert [m.state for m in messages(store)] == [MessageState.HANDLED]


def test_what_went_wrong_is_told_without_a_personal_word() -> None:
    def fail() -> None:
        raise ValueError("Sari Lestari 199001012015032001 <sari@contoh.example>")

    told = []
    for refuse in (fail, lambda: (_ for _ in ()).throw(Conflict("wrong_stage", stage="Sari Lestari"))):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - any fault must be told safely
            refuse()
        told.append(describe(caught.value))
    assert told[0].startswith("ValueError at fail:")
    assert told[1].startswith("Conflict (wrong_stage) at ")
    assert not any(word in text for text in told for word in ("Sari", "1990", "@"))


def test_the_error_kept_with_a_message_holds_no_personal_word(store: Database) -> None:
    ask(store, 1)
    batch = claimed(store)
    handle(store, batch.token, batch.ids, Work(bad="idea-000"), actor=ACTOR)
    (message,) = messages(store)
    assert (message.error or "").startswith("ValueError at __call__:")
    assert "Sari" not in (message.error or "")
