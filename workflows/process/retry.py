"""What the flows gave up and what no flow will ever take, as an operator sees it; the retry of the former."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, func, select, update

from models.instants import wall_now
from models.outbox import Message, MessageState
from models.people import Role
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.records import readable_messages, retriable_messages
from workflows.process.ways import STEPS

STATE = sa.cast(col(Message.state), sa.String)  # as it stands there, since a damaged one is no MessageState
OVER = (MessageState.HANDLED, MessageState.DEAD)


def is_stuck() -> sa.ColumnElement[bool]:
    """Which messages nobody will take: their topic is no flow's, or their state is none; only a hand in the database leaves such."""
    strange_topic = col(Message.topic).not_in(STEPS) & STATE.not_in([state.value for state in OVER])
    return strange_topic | STATE.not_in([state.value for state in MessageState])


def count_messages(session: Session, which: sa.ColumnElement[bool] | None = None) -> dict[str, int]:
    """How many messages (of some) there are by state, and under `stuck` those that nobody will take, wherever else they count."""
    these = sa.true() if which is None else which
    by_state = session.execute(sa.select(STATE, sa.func.count()).select_from(Message).where(these).group_by(STATE))
    counts: dict[str, int] = {state: number for state, number in by_state}  # noqa: C416
    stuck = session.exec(select(func.count()).select_from(Message).where(these, is_stuck())).one()
    return {**{state.value: counts.get(state.value, 0) for state in MessageState}, "stuck": stuck}


@dataclass(frozen=True)
class JobSubject:
    """What one job (`topic.job`) was asked about one subject."""

    job: str
    subject_id: str


def retry_dead(session: Session, asked: JobSubject | None = None, *, actor: Actor) -> int:
    """Put the dead messages about an admin's units, or those that ask one thing, back into the queue with their attempts at zero.

    Answers how many of those that they may read; of the others nobody is told. What was taken up again already is left as it is.
    """
    actor.require(Role.ADMIN)
    dead = [col(Message.state) == MessageState.DEAD, retriable_messages(session, actor)]
    if asked is not None:
        topic, _, job = asked.job.partition(".")
        dead += [col(Message.topic) == topic, col(Message.job) == job, col(Message.subject_id) == asked.subject_id]
    told = session.exec(select(func.count()).select_from(Message).where(*dead, readable_messages(session, actor))).one()
    ids = session.exec(select(Message.id).where(*dead).order_by(col(Message.id))).all()
    again = update(Message).where(*dead).values(state=MessageState.WAITING, attempts=0, not_before=wall_now(), error=None)
    session.execute(again.execution_options(synchronize_session=False))  # by a statement: one row that cannot be read stops no retry
    if ids:
        record(session, "outbox.retry", str(ids[0]), actor=actor, count=len(ids))
    return told
