"""An operator's retry of what the flows gave up."""

from sqlmodel import Session, col, func, select

from models.instants import wall_now
from models.outbox import Message, MessageState
from models.people import Role
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.records import readable_messages, retriable_messages


def retry_dead(session: Session, *, actor: Actor) -> int:
    """Put the dead messages about an admin's units back into the queue with their attempts at zero.

    Answers how many of those that they may read; of the others nobody is told.
    """
    actor.require(Role.ADMIN)
    dead = Message.state == MessageState.DEAD, retriable_messages(session, actor)
    told = session.exec(select(func.count()).select_from(Message).where(*dead, readable_messages(session, actor))).one()
    messages = session.exec(select(Message).where(*dead).order_by(col(Message.id))).all()
    for message in messages:
        message.state, message.attempts, message.not_before, message.error = MessageState.WAITING, 0, wall_now(), None
    session.flush()
    if messages:
        record(session, "outbox.retry", str(messages[0].id), actor=actor, count=len(messages))
    return told
