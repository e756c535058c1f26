"""Five bugs, each a patch on the process it is called in: mistakes that the fault harness must catch, or it is blind."""

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database import Database
from models.outbox import Message, MessageState
from workflows.delivery import claims, effects
from workflows.delivery.effects import Outcome, SubjectEffect
from workflows.process import journal
from workflows.process.crashpoints import crashpoint
from workflows.recognition import number

ROOMS = ("api", "models", "workflows")
PAUSE_SECONDS = 0.02  # between two transactions that should be one: what a busy machine or a far database takes

apply_together = effects.apply_chunk


def replace(old: Any, new: Any) -> None:
    """Put another function in the place of one, in every module of ours that holds it; raises LookupError where none does."""
    ours = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in ROOMS]
    places = [(module, name) for module in ours for name, value in list(vars(module).items()) if value is old]
    if not places:
        raise LookupError(f"nobody holds {old}")
    for module, name in places:
        setattr(module, name, new)


def pause() -> None:
    """The time between two transactions that should be one, and a place to die in it."""
    crashpoint("between_two_transactions")
    time.sleep(PAUSE_SECONDS)


def acknowledge_before_effect() -> None:
    """A message is acknowledged in one transaction, and has its effect in the next."""
    replace(
        apply_together, lambda store, token, wanted: sum((_acknowledge_then_act(store, token, *one) for one in wanted.items()), Outcome())
    )


def put_effect_outside_acknowledgement() -> None:
    """A message has its effect in one transaction, and is acknowledged in the next."""
    replace(
        apply_together, lambda store, token, wanted: sum((_act_then_acknowledge(store, token, *one) for one in wanted.items()), Outcome())
    )


def forget_what_was_numbered() -> None:
    """A cause that has its document gets another: nobody looks, and a test takes the constraint away."""
    replace(number.find_document, lambda _session, _cause: None)


def ignore_leases() -> None:
    """A message is claimed whoever holds it, and handled for whoever claimed it last or before."""
    replace(claims.claimable, any_claimable)
    replace(effects.claimed_message, find_message)


def write_messages_afterwards() -> None:
    """The dual write: a fact's messages are written in a transaction of their own, once the fact's has committed."""
    replace(journal.add_messages, _write_afterwards)


BUGS: dict[str, Callable[[], None]] = {
    "ack_before_effect": acknowledge_before_effect,
    "effect_outside_ack": put_effect_outside_acknowledgement,
    "missing_unique": forget_what_was_numbered,
    "no_lease": ignore_leases,
    "dual_write": write_messages_afterwards,
}


def _acknowledge_then_act(store: Database, token: str, message: int, effect: SubjectEffect | Exception) -> Outcome:
    outcome = _acknowledge(store, token, message, effect)
    pause()
    _act(store, message, effect)
    return outcome


def _act_then_acknowledge(store: Database, token: str, message: int, effect: SubjectEffect | Exception) -> Outcome:
    _act(store, message, effect)
    pause()
    return _acknowledge(store, token, message, effect)


def _act(store: Database, message: int, effect: SubjectEffect | Exception) -> None:
    if isinstance(effect, Exception):
        return
    with store.unit_of_work() as session:
        effect(session, session.exec(select(Message.subject_id).where(Message.id == message)).one())
        session.flush()


def _acknowledge(store: Database, token: str, message: int, effect: SubjectEffect | Exception) -> Outcome:
    wanted: Mapping[int, SubjectEffect | Exception] = {message: effect if isinstance(effect, Exception) else _change_nothing}
    return apply_together(store, token, wanted)


def _change_nothing(_session: Session, _subject_id: str) -> None:
    """No effect at all."""


def any_claimable(_store: Database) -> sa.ColumnElement[bool]:
    """Whatever is not done yet, whoever holds it."""
    return col(Message.state).in_((MessageState.WAITING, MessageState.CLAIMED))


def find_message(_token: str, message: int) -> SelectOfScalar[Message]:
    """A message, whoever holds it."""
    return select(Message).where(Message.id == message)


def _write_afterwards(session: Session, messages: list[dict[str, Any]]) -> None:
    waiting: list[dict[str, Any]] = session.info.setdefault("written_afterwards", [])
    if messages and not waiting:
        event.listen(session, "after_commit", _write_waiting)
    waiting += messages


def _write_waiting(session: Session) -> None:
    if session.in_nested_transaction():
        return
    pause()
    waiting = session.info.pop("written_afterwards", [])
    with Session(session.get_bind()) as other, other.begin():
        other.add_all([Message(**message) for message in waiting])
