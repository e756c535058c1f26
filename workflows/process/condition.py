"""How the machinery stands, as an admin of the region sees it: who lives, what waits or failed, when the last backup was made."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from models.backups import LastBackup, read_stamp
from models.instants import wall_now
from models.outbox import ClockTick, Message, MessageState
from models.statements.outbox import is_unhandled
from workflows.process.actors import Actor
from workflows.process.addressees import Addressee, find_addressee
from workflows.process.jobs import MAIL_JOBS
from workflows.process.records import readable_messages, require_region_admin
from workflows.process.retry import STATE, count_messages, is_stuck

ALIVE = timedelta(minutes=2)  # a relay gives a sign of life each half minute
LATE = timedelta(minutes=30)  # behind its hour, or behind the end of its lease: nobody takes it
MOST_SHOWN = 200  # messages, the oldest first


class Kind(StrEnum):
    """What is wrong with a message: a mail or a job that was given up, one that nobody takes in time, one that no flow will ever take."""

    MAIL = "mail"
    JOB = "job"
    LATE = "late"
    STUCK = "stuck"


@dataclass(frozen=True)
class Trouble:
    """What one job was asked about one subject and is not done: since when, in how many messages, with which fault.

    `fault` is the kind of fault and our own code, as an operator may see it; `addressee` whom a mail did not reach.
    """

    kind: Kind
    job: str
    subject_id: str
    idea_id: str | None
    number: int
    since: datetime | None
    fault: str
    addressee: Addressee | None

    @property
    def may_retry(self) -> bool:
        """Whether it was given up, so that it can be taken up again."""
        return self.kind in (Kind.MAIL, Kind.JOB)


@dataclass(frozen=True)
class Sign:
    """When a part of the machinery last gave a sign of life, and whether that is recent."""

    at: datetime | None
    alive: bool


@dataclass(frozen=True)
class Condition:
    """All of it. `waiting` counts what flows could do now or soon, `oldest` is when the oldest of that was asked."""

    relay: Sign
    prefect: Sign
    backup: LastBackup | None
    backup_old: bool
    waiting: int
    oldest: datetime | None
    dead: int
    late: int
    stuck: int


def read_condition(session: Session, data: Path, *, actor: Actor) -> Condition:
    """How the machinery stands; for an admin of the whole region, who may not read of every message. Raises Forbidden."""
    require_region_admin(session, actor)
    return measure_condition(session, data, readable_messages(session, actor))


def measure_condition(session: Session, data: Path, which: sa.ColumnElement[bool] | None = None) -> Condition:
    """How the machinery stands, by all messages or by some: for whoever sits at the machine itself."""
    these, present = is_unhandled() if which is None else is_unhandled() & which, wall_now()
    counts, tick, last = count_messages(session, these), session.get(ClockTick, 1) or ClockTick(), read_stamp(data)
    under_way = sa.or_(STATE == MessageState.WAITING, STATE == MessageState.CLAIMED)
    oldest = session.execute(sa.select(sa.func.min(sa.cast(col(Message.created_at), sa.String))).where(these, under_way)).scalar()
    late = session.execute(sa.select(sa.func.count()).select_from(Message).where(these, is_late(present))).scalar_one()
    return Condition(
        relay=_read_sign(tick.relay_at, present),
        prefect=_read_sign(tick.prefect_at, present),
        backup=last,
        backup_old=last is None or last.is_old(present),
        waiting=counts[MessageState.WAITING] + counts[MessageState.CLAIMED],
        oldest=_read_instant(oldest),
        dead=counts[MessageState.DEAD],
        late=late,
        stuck=counts["stuck"],
    )


def list_troubles(session: Session, *, actor: Actor) -> list[Trouble]:
    """What is not done and will not be without somebody, the oldest first; for an admin of the whole region. Raises Forbidden.

    Of awards before their hour, and of ideas in which the admin has part, nothing is shown.
    """
    require_region_admin(session, actor)
    present = wall_now()
    late, stuck = sa.case((is_late(present), 1), else_=0), sa.case((is_stuck(), 1), else_=0)
    shown = sa.select(
        *(col(Message.topic), col(Message.job), col(Message.subject_id), col(Message.idea_id), col(Message.error)),
        *(STATE.label("state"), late.label("late"), stuck.label("stuck")),
        sa.cast(col(Message.created_at), sa.String).label("since"),
    )
    wrong = sa.or_(STATE == MessageState.DEAD, late == 1, stuck == 1)
    found: dict[tuple[Kind, str, str], list[Any]] = {}
    query = shown.where(is_unhandled(), readable_messages(session, actor), wrong).order_by(col(Message.id))
    for row in session.execute(query.limit(MOST_SHOWN)):
        found.setdefault((_find_kind(row), f"{row.topic}.{row.job}", row.subject_id), []).append(row)
    return [_describe(session, *key, rows) for key, rows in found.items()]


def is_late(present: datetime) -> sa.ColumnElement[bool]:
    """Which messages should have been taken, or taken back, long ago."""
    waits = (STATE == MessageState.WAITING) & (col(Message.not_before) < present - LATE)
    hangs = (STATE == MessageState.CLAIMED) & (col(Message.lease_until) < present - LATE)
    return sa.or_(waits, hangs)


def _find_kind(row: Any) -> Kind:
    if row.state == MessageState.DEAD:
        return Kind.MAIL if f"{row.topic}.{row.job}" in MAIL_JOBS else Kind.JOB
    return Kind.STUCK if row.stuck else Kind.LATE


def _describe(session: Session, kind: Kind, job: str, subject_id: str, rows: list[Any]) -> Trouble:
    addressee = find_addressee(session, job, subject_id) if kind is Kind.MAIL else None
    return Trouble(kind, job, subject_id, rows[0].idea_id, len(rows), _read_instant(rows[0].since), rows[-1].error or "", addressee)


def _read_sign(at: datetime | None, present: datetime) -> Sign:
    return Sign(at, at is not None and abs(present - at) < ALIVE)


def _read_instant(written: str | None) -> datetime | None:
    """An instant as the database wrote it; None where a damaged row holds none."""
    try:
        instant = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
