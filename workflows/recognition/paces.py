"""At what pace somebody is told what waits for them, and which of it a digest names: nothing is told too late, and nothing lost.

Whoever chose a digest is not mailed when they are asked for something; the next digest names everything that came since the last one.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.inbox import InboxItem
from models.instants import now, region_zone, today
from models.messages import GATHERED, MessageChoice, Pace
from workflows.process.actors import actor_of
from workflows.process.waiting import list_inbox
from workflows.region.message_choice import NEW, read_choice

DIGEST_HOUR = 7  # before the offices open
SOON = timedelta(days=2)
MONDAY, WEEK = 0, timedelta(days=7)
ASKED_AT = sa.func.coalesce(col(InboxItem.passed_at), col(InboxItem.created_at))  # since when whoever is asked now is asked


def is_pressing(choice: MessageChoice, asked: Collection[str] = ()) -> sa.ColumnElement[bool]:
    """The condition on items that a digest names: new since the last one, due before the next can warn of it, late, or among `asked`."""
    since = min(choice.told_at, now() - NEW)
    ahead = WEEK + SOON if choice.pace == Pace.WEEKLY else SOON
    pressing = (since <= ASKED_AT) | (col(InboxItem.due_at) < now() + ahead) | col(InboxItem.id).in_(asked)
    return pressing & col(InboxItem.due_at).is_not(None) if choice.pace == Pace.DUE_ONLY else pressing


def is_gathered(session: Session, person_id: str) -> bool:
    """Whether somebody is told of nothing at once, but in the morning or once a week."""
    return read_choice(session, person_id).pace in GATHERED


def is_day_of_digest(session: Session, person_id: str) -> bool:
    """Whether this morning brings somebody's digest: each does, but to who chose one a week Monday's, or the first after it; any other
    one only where something came since that is due before the next, and so could not wait for it."""
    choice = read_choice(session, person_id)
    if choice.pace != Pace.WEEKLY or choice.told_at < last_monday():
        return True
    new = (choice.told_at <= ASKED_AT) & (col(InboxItem.due_at) < last_monday() + WEEK + NEW)
    return bool(list_inbox(session, actor=actor_of(session, person_id), limit=1, about=new))


def last_monday() -> datetime:
    """The hour of the last digest of the week."""
    day = today() - timedelta(days=(today().weekday() - MONDAY) % 7)
    hour = datetime.combine(day, time(DIGEST_HOUR), region_zone())
    return hour if hour <= now() else hour - WEEK


def note_told(session: Session, person_id: str, at: datetime) -> None:
    """Note up to when somebody was told, where they chose anything; who chose nothing needs no note."""
    choice = session.exec(select(MessageChoice).where(MessageChoice.person_id == person_id).with_for_update()).first()
    if choice is not None:
        choice.told_at = max(choice.told_at, at)
        session.add(choice)
