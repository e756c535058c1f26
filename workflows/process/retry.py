"""An operator's retry of what the flows gave up."""

from sqlmodel import Session, col, select

from models.instants import wall_now
from models.outbox import Message, MessageState
from models.people import Role
from workflows.process.actors import Actor
from workflows.process.journal import record


def retry_dead(session: Session, *, actor: Actor) -> int:
    """Put every dead message back into the queue with its attempts at zero; answers how many. An admin may."""
    actor.require(Role.ADMIN)
    messages = session.exec(select(Message).where(Message.state == MessageState.DEAD).order_by(col(Message.id))).all()
    for message in messages:
        message.state, message.attempts, message.not_before, message.error = MessageState.WAITING, 0, wall_now(), None
    session.flush()
    if messages:
        record(session, "outbox.retry", str(messages[0].id), actor=actor, count=len(messages))
    return len(messages)
