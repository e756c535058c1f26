"""Claims on the outbox: who holds which messages until when, and how each is acknowledged with its effect."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, select, update

from models.database import Database, LostRace
from models.ids import new_id
from models.instants import now, wall_now
from models.outbox import Message, MessageState
from models.settings import settings
from workflows.process.actors import Actor
from workflows.process.crashpoints import crashpoint
from workflows.process.planted_bugs import pause, planted

BACKOFF_SECONDS = (1, 5, 30, 120, 600)


class Job(Protocol):
    """One thing a flow does for one subject, inside the caller's transaction."""

    def __call__(self, session: Session, subject_id: str, /, *, actor: Actor) -> None: ...


Effect = Callable[[Session], None]


@dataclass(frozen=True)
class Batch:
    """Messages of one topic held under one lease token, by job; numbers only, so that Prefect may see it."""

    topic: str
    token: str
    jobs: dict[str, list[int]]
    attempts: int

    @property
    def ids(self) -> list[int]:
        """All message numbers of the batch."""
        return sorted(number for numbers in self.jobs.values() for number in numbers)


@dataclass(frozen=True)
class Outcome:
    """How a chunk ended: handled, failed (to be tried again or given up), and come too late for its lease."""

    handled: int = 0
    failed: int = 0
    late: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.handled + other.handled, self.failed + other.failed, self.late + other.late)


def claim_batch(store: Database, topic: str) -> Batch | None:
    """Take up to a batch of a topic's waiting messages, and those whose lease ran out, under a new lease; None when nothing waits."""
    if not _anything_waits(store, topic):
        return None
    with store.unit_of_work() as session:
        messages = session.exec(
            select(Message)
            .where(Message.topic == topic, _claimable())
            .order_by(col(Message.id))
            .limit(settings().batch_size)
            .with_for_update(skip_locked=True)
        ).all()
        token, until = new_id(), _lease_end()
        taken = [message for message in messages if not _mark_dead(message)]
        for message in taken:
            message.state, message.lease_token, message.lease_until = MessageState.CLAIMED, token, until
            message.attempts += 1
        jobs: dict[str, list[int]] = {}
        for message in taken:
            jobs.setdefault(message.job, []).append(int(message.id or 0))
        crashpoint("in_claim_before_commit")
    crashpoint("after_claim_before_run")
    return Batch(topic, token, jobs, max(message.attempts for message in taken)) if taken else None


def name_run(store: Database, batch: Batch, run_id: str) -> None:
    """Write the flow run's id beside the messages it holds; their lease counts from now."""
    crashpoint("after_run_created_before_note")
    _update_held(store, batch, run_id=run_id, lease_until=_lease_end())
    crashpoint("after_note_before_work")


def release_unstarted(store: Database, batch: Batch) -> None:
    """Let go of a batch that could not be started at all: it waits again, no attempt counted."""
    _release(store, batch, attempts=Message.attempts - 1)


def release_unhandled(store: Database, batch: Batch) -> None:
    """Let go of what a run left unhandled when it ended: it waits again after a pause, the attempt counted."""
    crashpoint("after_run_before_let_go")
    _release(store, batch)


def handle(store: Database, token: str, ids: Iterable[int], job: Job, *, actor: Actor) -> Outcome:
    """Do a job for each message of a chunk in one transaction, a savepoint each: a bad message is set aside, the others commit.

    A lost race tries every message again, each in a transaction of its own.
    """
    return apply(store, token, {number: _effect(job, actor) for number in ids})


def apply(store: Database, token: str, effects: dict[int, "Effect | SubjectEffect | Exception"]) -> Outcome:
    """Put prepared effects in place and acknowledge each message with its own; an exception stands for one that failed before.

    After a lost race each message is tried again in a transaction of its own; one that loses again is set aside.
    """
    if planted("ack_before_effect") or planted("effect_outside_ack"):
        return sum((_apply_apart(store, token, number, effect) for number, effect in effects.items()), Outcome())
    try:
        with store.unit_of_work() as session:
            outcome = sum((_apply_one(session, token, number, effect) for number, effect in effects.items()), Outcome())
            crashpoint("after_ack_before_commit")
        crashpoint("after_commit_before_release")
        return outcome
    except LostRace:
        return sum((_apply_alone(store, token, number, effect) for number, effect in effects.items()), Outcome())


SubjectEffect = tuple[Job, Actor]


def _effect(job: Job, actor: Actor) -> SubjectEffect:
    return job, actor


def _apply_alone(store: Database, token: str, number: int, effect: "Effect | SubjectEffect | Exception") -> Outcome:
    try:
        with store.unit_of_work() as session:
            return _apply_one(session, token, number, effect)
    except LostRace as lost:
        with store.unit_of_work() as session:
            return _apply_one(session, token, number, lost)


def _apply_apart(store: Database, token: str, number: int, effect: "Effect | SubjectEffect | Exception") -> Outcome:
    """Planted bugs only: effect and acknowledgement in two transactions, whichever comes first."""

    def act() -> None:
        with store.unit_of_work() as session:
            message = session.exec(select(Message).where(Message.id == number)).one()
            if not isinstance(effect, Exception):
                _act(session, message, effect)

    def acknowledge() -> Outcome:
        return _apply_alone(store, token, number, effect if isinstance(effect, Exception) else _effect(_nothing, Actor(None)))

    if planted("ack_before_effect"):
        outcome = acknowledge()
        pause()
        act()
        return outcome
    act()
    pause()
    return acknowledge()


def _apply_one(session: Session, token: str, number: int, effect: "Effect | SubjectEffect | Exception") -> Outcome:
    held = select(Message).where(Message.id == number, Message.lease_token == token, Message.state == MessageState.CLAIMED)
    if planted("no_lease"):
        held = select(Message).where(Message.id == number)
    message = session.exec(held.with_for_update()).first()
    if message is None:
        return Outcome(late=1)
    if isinstance(effect, Exception):
        _record_failure(message, effect)
        session.flush()
        return Outcome(failed=1)
    try:
        crashpoint("before_effect")
        with session.begin_nested():
            _act(session, message, effect)
        crashpoint("after_effect_before_ack")
    except (LostRace, StaleDataError) as lost:  # a version column shows that somebody else was faster
        raise LostRace from lost
    except Exception as fault:  # whatever a job meets, the other messages of the chunk must not suffer from it
        _record_failure(message, fault)
        session.flush()
        return Outcome(failed=1)
    message.state, message.handled_at, message.lease_token, message.error = MessageState.HANDLED, now(), None, None
    session.flush()
    return Outcome(handled=1)


def _act(session: Session, message: Message, effect: Effect | SubjectEffect) -> None:
    if isinstance(effect, tuple):
        effect[0](session, message.subject_id, actor=effect[1])
    else:
        effect(session)
    session.flush()


def _nothing(_session: Session, _subject_id: str, /, *, actor: Actor) -> None:
    """No effect at all."""


def _record_failure(message: Message, fault: Exception) -> None:
    message.error = describe(fault)
    message.lease_token = message.lease_until = None
    if message.attempts >= settings().attempts:
        message.state = MessageState.DEAD
        return
    message.state = MessageState.WAITING
    wait = BACKOFF_SECONDS[min(message.attempts, len(BACKOFF_SECONDS)) - 1]
    message.not_before = wall_now() + timedelta(seconds=wait)


def describe(fault: Exception) -> str:
    """What went wrong, for an operator: the kind of fault and our own code, never a text that could hold personal data."""
    code = getattr(fault, "code", "")
    place = fault.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place is not None else ""
    return f"{type(fault).__name__}{f' ({code})' if isinstance(code, str) and code else ''}{where}"[:500]


def _claimable() -> Any:
    instant = wall_now()
    if planted("no_lease"):
        return col(Message.state).in_((MessageState.WAITING, MessageState.CLAIMED))
    waiting = (col(Message.state) == MessageState.WAITING) & (col(Message.not_before) <= instant)
    abandoned = (col(Message.state) == MessageState.CLAIMED) & (col(Message.lease_until) < instant)
    return waiting | abandoned


def _lease_end() -> datetime:
    return wall_now() + timedelta(seconds=settings().lease_seconds)


def _anything_waits(store: Database, topic: str) -> bool:
    with store.reading() as session:
        return session.exec(select(Message.id).where(Message.topic == topic, _claimable()).limit(1)).first() is not None


def _mark_dead(message: Message) -> bool:
    """A message whose holders died on it, time and again, is left to an operator."""
    if message.attempts < settings().attempts:
        return False
    message.state, message.lease_token = MessageState.DEAD, None
    message.error = message.error or "its run ended without an answer"
    return True


def _release(store: Database, batch: Batch, **values: Any) -> None:
    later = wall_now() + timedelta(seconds=BACKOFF_SECONDS[1])
    _update_held(store, batch, state=MessageState.WAITING, lease_token=None, lease_until=None, not_before=later, **values)


def _update_held(store: Database, batch: Batch, **values: Any) -> None:
    with store.unit_of_work() as session:
        held = update(Message).where(col(Message.lease_token) == batch.token, col(Message.state) == MessageState.CLAIMED)
        session.execute(held.values(**values).execution_options(synchronize_session=False))
