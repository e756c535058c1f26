"""The hours between two digests to one person: what is asked meanwhile is told in the next one, all in one, and nothing twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.inbox import InboxItem
from models.instants import now, wall_now
from models.messages import HeldNews
from models.outbox import Message, MessageState
from workflows.process import ways
from workflows.process.inbox import ITEM_KEY
from workflows.recognition.outgoing import list_held
from workflows.recognition.paces import is_day_of_digest, is_gathered, note_told

PAUSE = timedelta(hours=4)  # a working morning, or an afternoon
JOB = ways.JOBS["asked_in_person"].partition(".")[2]


@dataclass(frozen=True)
class Due:
    """What a chunk's messages about one person ask for: a mail now, under the number of the first, on these items of theirs; or nothing.

    `covered` are the person's other messages that stood there before the mail was written, so that it tells of what they ask for too.
    `news` is what was held for this digest. Without `is_asked` nothing is to be told now: whoever chose a digest is not told of each task.
    """

    number: int
    items: tuple[str, ...]
    is_asked: bool
    covered: tuple[int, ...]
    at: datetime
    person_id: str
    news: tuple[str, ...] = ()


def find_due_digest(session: Session, person_id: str, numbers: Sequence[int]) -> Due | None:
    """What to tell somebody of whom these messages are; None within the pause, and where an earlier message is still to be sent.

    The first tells of all that stand there: so no message that comes meanwhile puts the mail off, and two runs never both send one.
    """
    first = min(numbers)
    others = select(Message.id, Message.dedupe_key).where(*_is_open(), Message.subject_id == person_id)
    open_keys = {int(number or 0): key for number, key in session.exec(others)}
    if _was_mailed_lately(session, person_id) or first > min(open_keys, default=first):
        return None
    at = now()
    asked = [key.removeprefix(ITEM_KEY) for key in open_keys.values() if key and key.startswith(ITEM_KEY)]
    is_open = (col(InboxItem.id).in_(asked), col(InboxItem.person_id) == person_id, col(InboxItem.done_at).is_(None))
    items = tuple(session.exec(select(InboxItem.id).where(*is_open)))
    is_morning = any(not (open_keys.get(number) or "").startswith(ITEM_KEY) for number in {*open_keys, *numbers})
    is_asked = is_morning and is_day_of_digest(session, person_id)
    is_asked = is_asked or (bool(items) and not is_gathered(session, person_id))
    news = tuple(each.id for each in list_held(session, person_id)) if is_asked else ()
    return Due(first, items, is_asked, tuple(sorted(open_keys.keys() - set(numbers))), at, person_id, news)


def keep_told(session: Session, due: Due, token: str) -> tuple[str, ...]:
    """Begin the pause at the message whose mail has gone out, in the transaction of its acknowledgement; what it covers is told, too.

    Answers the documents of which it told: their holders know of them now.
    """
    told = list(session.exec(select(HeldNews).where(col(HeldNews.id).in_(due.news)))) if due.news else []
    for each in told:
        session.delete(each)
    keep_covered(session, due, token)
    session.get_one(Message, due.number).not_before = due.at + PAUSE
    return tuple(each.document_id for each in told if each.document_id)


def keep_covered(session: Session, due: Due, token: str) -> None:
    """Acknowledge what a message covers together with it, under its run: all was told, or nothing was to be told; no pause begins."""
    if due.is_asked:
        note_told(session, due.person_id, due.at)
    message = session.get_one(Message, due.number)
    message.not_before = due.at
    told = sa.update(Message).where(col(Message.id).in_(due.covered), _waits_here(token))
    told = told.values(
        state=MessageState.HANDLED, handled_at=now(), lease_token=None, holder=None, run_id=message.run_id, not_before=due.at
    )
    session.execute(told.execution_options(synchronize_session=False))


def wake_digests(session: Session) -> None:
    """Let the messages go on that were held for a pause which is over: of each person the first, which tells of the others."""
    other = sa.orm.aliased(Message)
    pausing = select(other.id).where(other.subject_id == Message.subject_id, *_mailed_lately(other)).exists()
    earlier = sa.orm.aliased(Message)
    behind = (
        select(earlier.id).where(earlier.subject_id == Message.subject_id, col(earlier.id) < col(Message.id), *_is_open(earlier)).exists()
    )
    held = sa.update(Message).where(col(Message.state) == MessageState.HELD, col(Message.job) == JOB, ~pausing, ~behind)
    session.execute(held.values(state=MessageState.WAITING, not_before=wall_now()).execution_options(synchronize_session=False))


def _was_mailed_lately(session: Session, person_id: str) -> bool:
    mailed = select(Message.id).where(Message.subject_id == person_id, *_mailed_lately(Message))
    return session.exec(mailed.limit(1)).first() is not None


def _mailed_lately(message: type[Message]) -> tuple[sa.ColumnElement[bool], ...]:
    """Which messages began a pause that still lasts; no pause ends later than a whole one from now, whatever became of the clock."""
    paused = (col(message.not_before) > now(), col(message.not_before) <= now() + PAUSE)
    return (col(message.dedupe_key).is_not(None), col(message.job) == JOB, col(message.state) == MessageState.HANDLED, *paused)


def _is_open(message: type[Message] = Message) -> tuple[sa.ColumnElement[bool], ...]:
    unsent = (MessageState.WAITING, MessageState.CLAIMED, MessageState.HELD)
    return (col(message.dedupe_key).is_not(None), col(message.job) == JOB, col(message.state).in_(unsent))


def _waits_here(token: str) -> sa.ColumnElement[bool]:
    """Which messages no other run holds."""
    claimed_here = (col(Message.state) == MessageState.CLAIMED) & (col(Message.lease_token) == token)
    return col(Message.state).in_((MessageState.WAITING, MessageState.HELD)) | claimed_here
