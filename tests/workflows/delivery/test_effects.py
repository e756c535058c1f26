"""Effects: each lands once with its acknowledgement, and a bad message keeps no other back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from models.database import Database, LostRace
from models.ideas import Idea
from models.instants import wall_now
from models.outbox import ClockTick, Message, MessageState
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.delivery.outbox import Work, ask, claimed, come_round, effects, messages, store
from workflows.delivery.claims import claim_batch
from workflows.delivery.effects import Outcome, describe, handle_messages
from workflows.process.actors import Actor, flow_actor
from workflows.process.refusals import Conflict

__all__ = ["store"]
pytestmark = pytest.mark.slow
ACTOR = flow_actor("intake")


def test_one_bad_message_of_fifty_is_set_aside_and_forty_nine_commit(store: Database) -> None:
    ask(store, 50)
    batch = claimed(store)
    assert handle_messages(store, batch.token, batch.ids, Work(bad="idea-017"), actor=ACTOR) == Outcome(handled=49, failed=1)
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
    assert handle_messages(store, batch.token, batch.ids, collide, actor=ACTOR) == Outcome(handled=2, failed=1)
    assert effects(store) == ["idea-000", "idea-002"]


def test_each_failure_waits_longer_and_the_last_leaves_the_message_to_an_operator(store: Database) -> None:
    ask(store, 1)
    for attempt, pause in enumerate([1, 5, 30, 120, 600], start=1):
        began = wall_now()
        batch = claimed(store)
        assert batch.attempts == attempt
        assert handle_messages(store, batch.token, batch.ids, Work(bad="idea-000"), actor=ACTOR) == Outcome(failed=1)
        (message,) = messages(store)
        assert began + timedelta(seconds=pause) <= message.not_before <= wall_now() + timedelta(seconds=pause)
        assert claim_batch(store, "intake") is None
        come_round(store)
    batch = claimed(store)
    handle_messages(store, batch.token, batch.ids, Work(bad="idea-000"), actor=ACTOR)
    come_round(store)
    assert [m.state for m in messages(store)] == [MessageState.DEAD]
    assert claim_batch(store, "intake") is None
    assert effects(store) == []


def test_after_a_lost_race_every_message_is_tried_again_alone(store: Database) -> None:
    sessions: dict[str, list[Session]] = {}

    def race(session: Session, subject_id: str, /, *, actor: Actor) -> None:
        sessions.setdefault(subject_id, []).append(session)
        Work()(session, subject_id, actor=actor)
        if subject_id == "idea-001" and len(sessions[subject_id]) == 1:
            raise LostRace

    ask(store, 3)
    batch = claimed(store)
    assert handle_messages(store, batch.token, batch.ids, race, actor=ACTOR) == Outcome(handled=3)
    assert effects(store) == ["idea-000", "idea-001", "idea-002"]
    assert len({id(session) for tried in sessions.values() for session in tried[-1:]}) == 3


def test_a_race_lost_twice_is_set_aside_and_keeps_no_other_message_back(store: Database) -> None:
    ask(store, 3)
    batch = claimed(store)
    outcome = handle_messages(store, batch.token, batch.ids, Work(bad="idea-001", fault=LostRace()), actor=ACTOR)
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
    assert handle_messages(either_town.store, batch.token, batch.ids, race, actor=ACTOR) == Outcome(handled=1)
    assert len(tries) == 2
    assert either_town.idea(idea_id).title == "Judul baru"


def test_what_went_wrong_is_told_without_a_personal_word() -> None:
    def fail() -> None:
        raise ValueError("Sari Lestari 199001012015032001 <sari@contoh.example>")

    described = []
    for refuse in (fail, lambda: (_ for _ in ()).throw(Conflict("wrong_stage", stage="Sari Lestari"))):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - any fault must be told safely
            refuse()
        described.append(describe(caught.value))
    assert described[0].startswith("ValueError at fail:")
    assert described[1].startswith("Conflict (wrong_stage) at ")
    assert not any(word in text for text in described for word in ("Sari", "1990", "@"))


def test_the_error_kept_with_a_message_holds_no_personal_word(store: Database) -> None:
    ask(store, 1)
    batch = claimed(store)
    handle_messages(store, batch.token, batch.ids, Work(bad="idea-000"), actor=ACTOR)
    (message,) = messages(store)
    assert (message.error or "").startswith("ValueError at __call__:")
    assert "Sari" not in (message.error or "")
