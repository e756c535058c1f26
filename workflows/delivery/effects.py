"""Effects: what a job changes, put in place in one transaction with the acknowledgement of its message."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database import Database, LostRace
from models.ideas import Idea
from models.instants import now, wall_now
from models.outbox import Message, MessageState
from models.settings import settings
from workflows.delivery.claims import BACKOFF_SECONDS
from workflows.process.actors import Actor
from workflows.process.crashpoints import crashpoint
from workflows.process.refusals import Conflict

GATE_OPEN = "gate_open"  # the refusal upon which a message is held instead of counted as failed

Effect = Callable[[Session], None]
SubjectEffect = Callable[[Session, str], None]  # told the subject of the message


class Later(Exception):
    """Raised by an effect whose hour has not come: its message is held until the clock wakes it."""


class Action(Protocol):
    """What a job does for one subject, inside the caller's transaction."""

    def __call__(self, session: Session, subject_id: str, /, *, actor: Actor) -> None: ...


@dataclass(frozen=True)
class Outcome:
    """How many messages of a chunk were handled, failed (to be tried again or given up), came too late for their lease, are held."""

    handled: int = 0
    failed: int = 0
    late: int = 0
    held: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.handled + other.handled, self.failed + other.failed, self.late + other.late, self.held + other.held)


def handle_messages(store: Database, token: str, ids: Iterable[int], action: Action, *, actor: Actor) -> Outcome:
    """Take an action for each message of a chunk, as `apply_effects` puts effects in place."""

    def act(session: Session, subject_id: str) -> None:
        action(session, subject_id, actor=actor)

    return apply_chunk(store, token, dict.fromkeys(ids, act))


def apply_effects(store: Database, token: str, effects: Mapping[int, Effect | Exception]) -> Outcome:
    """Put prepared effects in place and acknowledge each message with its own; an exception stands for one that failed before.

    One transaction for all, a savepoint for each: the message of an effect that fails waits for another attempt, the others commit.
    After a lost race each message is tried again in a transaction of its own; one that loses again waits for another attempt.
    A message whose job meets an open gate is held, no attempt counted, until `release_held` wakes it; one that comes too early (Later)
    likewise, until the clock does.
    """

    def for_any_subject(effect: Effect) -> SubjectEffect:
        return lambda session, _subject_id: effect(session)

    prepared = {number: effect if isinstance(effect, Exception) else for_any_subject(effect) for number, effect in effects.items()}
    return apply_chunk(store, token, prepared)


def apply_chunk(store: Database, token: str, effects: Mapping[int, SubjectEffect | Exception]) -> Outcome:
    """Put the effects of a chunk's messages in place, as `apply_effects` says."""
    try:
        with store.unit_of_work() as session:
            outcomes = {number: _apply_one(session, token, number, effect) for number, effect in effects.items()}
            crashpoint("after_ack_before_commit")
        crashpoint("after_commit_before_release")
    except LostRace:
        outcomes = {number: _apply_alone(store, token, number, effect) for number, effect in effects.items()}
    for number in [number for number, outcome in outcomes.items() if outcome.held]:
        outcomes[number] = _apply_alone(store, token, number, effects[number], _apply_or_hold)
    return sum(outcomes.values(), Outcome())


def claimed_message(token: str, number: int) -> SelectOfScalar[Message]:
    """The question for a message that is still held under a lease token."""
    return select(Message).where(Message.id == number, Message.lease_token == token, Message.state == MessageState.CLAIMED)


def describe(fault: Exception) -> str:
    """What went wrong, for an operator: the kind of fault and our own code, never a text that could hold personal data."""
    code = getattr(fault, "code", "")
    place = fault.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place is not None else ""
    return f"{type(fault).__name__}{f' ({code})' if isinstance(code, str) and code else ''}{where}"[:500]


def _apply_one(session: Session, token: str, number: int, effect: SubjectEffect | Exception) -> Outcome:
    message = session.exec(claimed_message(token, number).with_for_update()).first()
    if message is None:
        return Outcome(late=1)
    if isinstance(effect, Exception):
        return _record_failure(session, message, effect)
    try:
        crashpoint("before_effect")
        with session.begin_nested():
            effect(session, message.subject_id)
            session.flush()
        crashpoint("after_effect_before_ack")
    except (LostRace, StaleDataError) as lost:  # a version column shows that somebody else was faster
        raise LostRace from lost
    except Exception as fault:  # whatever a job meets, the other messages of the chunk must not suffer from it
        if isinstance(fault, Later) or (isinstance(fault, Conflict) and fault.code == GATE_OPEN and message.idea_id):
            return Outcome(held=1)
        return _record_failure(session, message, fault)
    message.state, message.handled_at, message.error = MessageState.HANDLED, now(), None
    message.lease_token = message.holder = None
    session.flush()
    return Outcome(handled=1)


def _apply_or_hold(session: Session, token: str, number: int, effect: SubjectEffect | Exception) -> Outcome:
    """Lock the idea, so that nobody passes its gate meanwhile and finds nothing to wake, and try again: what still meets a gate is held."""
    idea_id = select(Message.idea_id).where(Message.id == number).scalar_subquery()
    session.exec(select(Idea.id).where(col(Idea.id) == idea_id).with_for_update(key_share=True)).first()
    outcome = _apply_one(session, token, number, effect)
    if outcome.held:
        message = session.get_one(Message, number)
        message.state, message.attempts, message.error = MessageState.HELD, message.attempts - 1, None
        message.lease_token = message.lease_until = message.holder = None
        session.flush()
    return outcome


def _apply_alone(
    store: Database, token: str, number: int, effect: SubjectEffect | Exception, apply: Callable[..., Outcome] = _apply_one
) -> Outcome:
    """Apply one effect in a transaction of its own; a lost race counts as a failed attempt."""
    try:
        with store.unit_of_work() as session:
            return apply(session, token, number, effect)
    except LostRace as lost:
        with store.unit_of_work() as session:
            return _apply_one(session, token, number, lost)


def _record_failure(session: Session, message: Message, fault: Exception) -> Outcome:
    """Let the message wait for its next attempt, longer each time, or give it up after the last."""
    message.error = describe(fault)
    message.lease_token = message.lease_until = message.holder = None
    if message.attempts >= settings().attempts:
        message.state = MessageState.DEAD
    else:
        message.state = MessageState.WAITING
        pause = BACKOFF_SECONDS[min(message.attempts, len(BACKOFF_SECONDS)) - 1]
        message.not_before = wall_now() + timedelta(seconds=pause)
    session.flush()
    return Outcome(failed=1)
