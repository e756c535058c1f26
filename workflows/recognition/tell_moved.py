"""The mail that tells somebody of dates that became later: of what they are asked to do, and of the ideas that they propose."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calendars import DeclaredKind, MovedDate, Recount
from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.instants import local_day
from models.outbox import Message
from models.people import Account, Person
from models.settings import settings
from workflows.adapters.mail import OutgoingMail
from workflows.documents.mail import MovedLine, MovedMail, render_mail, write_word
from workflows.documents.text import format_date
from workflows.process.actors import Actor, actor_of
from workflows.process.browse import Count
from workflows.process.deadlines import list_in_force
from workflows.process.waiting import Awaited, count_waiting, list_inbox
from workflows.recognition.digest import list_addressees, name_task, write_count

TELL = "recognition.tell_moved_dates"
KEY = "moved:"  # before a recount's id and a person's: the key under which the person is told of it
MOST_LINES = 20
FREE = (DeclaredKind.HOLIDAY, DeclaredKind.JOINT_LEAVE)


def list_told(session: Session, recount: Recount) -> dict[str, str]:
    """Whom a recount concerns who has an address, with the key of their mail: who is asked for what moved, and the teams of the ideas."""
    asked = list_addressees(session, _is_moved(recount.id))
    moved = select(MovedDate.idea_id).where(MovedDate.recount_id == recount.id, col(MovedDate.item_id).is_(None))
    team = select(TeamMember.person_id).join(Person, col(Person.id) == col(TeamMember.person_id))
    proposing = session.exec(team.where(col(TeamMember.idea_id).in_(moved), Person.email != "").distinct())
    return {person_id: f"{KEY}{recount.id}:{person_id}" for person_id in sorted({*asked, *proposing})}


def find_moved_mail(session: Session, asked: Message) -> OutgoingMail | None:
    """The mail that a message asks for; None for somebody without an address or with a closed account, and where nothing stands any more.

    Tasks are told to those alone to whom the inbox shows them, the date of an idea to its team.
    """
    recount_id = str(asked.dedupe_key).removeprefix(KEY).partition(":")[0]
    recount, person = session.get(Recount, recount_id), session.get(Person, asked.subject_id)
    closed = session.exec(select(Account.closed_at).where(Account.person_id == asked.subject_id)).first()
    if recount is None or person is None or not person.email or closed is not None:
        return None
    actor = actor_of(session, person.id)
    waiting = list_inbox(session, actor=actor, about=_is_moved(recount.id), limit=MOST_LINES)
    ideas = _list_ideas(session, recount, actor, {each.idea.id for each in waiting})
    lines = [*_list_tasks(session, recount, waiting), *ideas][:MOST_LINES]
    if not lines:
        return None
    tasks = count_waiting(session, actor=actor, about=_is_moved(recount.id))
    more = write_count(Count(tasks.number + len(ideas) - len(lines), tasks.is_exact))
    mail = MovedMail(person.full_name, _list_days(session, recount), lines, more, f"{settings().address}/kotak-masuk")
    return OutgoingMail(person.email, *render_mail("moved", mail), f"<{recount.id}.{person.id}@gagas>")


def _list_tasks(session: Session, recount: Recount, waiting: Sequence[Awaited]) -> list[MovedLine]:
    of_items = select(MovedDate.item_id, MovedDate.due_before).where(MovedDate.recount_id == recount.id)
    before = dict(session.exec(of_items.where(col(MovedDate.item_id).in_([each.item.id for each in waiting]))).all())
    return [
        _write_line(name_task(session, each.item, each.idea), each.idea, before[each.item.id], each.item.due_at)
        for each in waiting
        if each.item.due_at is not None
    ]


def _list_ideas(session: Session, recount: Recount, actor: Actor, told: Collection[str]) -> list[MovedLine]:
    """The ideas that somebody proposes whose own date still is what the recount made it, but those of which a task is told."""
    own = select(Idea, MovedDate.due_before).join(MovedDate, col(MovedDate.idea_id) == col(Idea.id))
    own = own.join(TeamMember, col(TeamMember.idea_id) == col(Idea.id)).where(TeamMember.person_id == actor.person_id)
    own = own.where(MovedDate.recount_id == recount.id, col(MovedDate.item_id).is_(None), col(Idea.due_at) == col(MovedDate.due_at))
    rows = session.exec(own.order_by(col(Idea.due_at), col(Idea.id)))
    return [_write_line(write_word(idea.stage), idea, before, idea.due_at) for idea, before in rows if idea.id not in told]


def _is_moved(recount_id: str) -> sa.ColumnElement[bool]:
    moved = select(MovedDate.item_id).where(MovedDate.recount_id == recount_id, col(MovedDate.item_id).is_not(None))
    return col(InboxItem.id).in_(moved)


def _write_line(task: str, idea: Idea, before: datetime, until: datetime | None) -> MovedLine:
    return MovedLine(task, idea.title, *(format_date(local_day(at)) for at in (before, until or before)))


def _list_days(session: Session, recount: Recount) -> list[str]:
    """The region's free days that were confirmed since the recount before; none where the nation's calendar changed."""
    since = session.exec(select(Recount.begun_at).where(Recount.number == recount.number - 1)).first()
    days = [each for each in list_in_force(session, local_day(recount.begun_at)) if each.kind in FREE]
    new = [each for each in days if since is None or (each.confirmed_at is not None and each.confirmed_at >= since)]
    return [f"{format_date(each.day)}: {each.name} ({each.source})" for each in new[:MOST_LINES]]
