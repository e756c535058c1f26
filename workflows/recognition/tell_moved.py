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
from models.people import Person
from models.settings import settings
from workflows.documents.mail import MovedLine, MovedMail, write_word
from workflows.documents.text import format_date
from workflows.process.actors import Actor, actor_of
from workflows.process.browse import Count
from workflows.process.deadlines import list_in_force
from workflows.process.waiting import Awaited, count_waiting, list_inbox
from workflows.recognition.digest import list_addressees, name_task, write_counted
from workflows.recognition.outgoing import Told, find_reached, read_reader
from workflows.region.pauses import list_declared

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


def find_moved_mail(session: Session, asked: Message) -> Told | None:
    """The mail that a message asks for; None for who has no address or a closed account, and where nothing stands any more."""
    return find_reached(session, tell_moved(session, asked))


def tell_moved(session: Session, asked: Message) -> Told | None:
    """What a message tells its person of dates that moved; None where none of them stands any more.

    Tasks are told to those alone to whom the inbox shows them, the date of an idea to its team.
    """
    recount_id = str(asked.dedupe_key).removeprefix(KEY).partition(":")[0]
    recount, person = session.get(Recount, recount_id), session.get(Person, asked.subject_id)
    if recount is None or person is None:
        return None
    actor, reader = actor_of(session, person.id), read_reader(session, person.id)
    waiting = list_inbox(session, actor=actor, about=_is_moved(recount.id), limit=MOST_LINES)
    ideas = _list_ideas(session, recount, actor, {each.idea.id for each in waiting}, reader.language)
    lines = [*_list_tasks(session, recount, waiting, reader.language), *ideas][:MOST_LINES]
    if not lines:
        return None
    tasks = count_waiting(session, actor=actor, about=_is_moved(recount.id))
    more = write_counted(Count(tasks.number + len(ideas) - len(lines), tasks.is_exact), reader.language)
    days = _list_days(session, recount, reader.language)
    pauses = _list_pauses(session, recount, actor, reader.language)
    mail = MovedMail(person.full_name, days, lines, more, f"{settings().address}/kotak-masuk", pauses)
    return Told(person, reader, "moved", mail, f"<{recount.id}.{person.id}@gagas>", has_due=True)


def _list_tasks(session: Session, recount: Recount, waiting: Sequence[Awaited], language: str) -> list[MovedLine]:
    of_items = select(MovedDate.item_id, MovedDate.due_before).where(MovedDate.recount_id == recount.id)
    before = dict(session.exec(of_items.where(col(MovedDate.item_id).in_([each.item.id for each in waiting]))).all())
    return [
        _write_line(name_task(session, each.item, each.idea, language), each.idea, before[each.item.id], each.item.due_at, language)
        for each in waiting
        if each.item.due_at is not None
    ]


def _list_ideas(session: Session, recount: Recount, actor: Actor, told: Collection[str], language: str) -> list[MovedLine]:
    """The ideas that somebody proposes whose own date still is what the recount made it, but those of which a task is told."""
    own = select(Idea, MovedDate.due_before).join(MovedDate, col(MovedDate.idea_id) == col(Idea.id))
    own = own.join(TeamMember, col(TeamMember.idea_id) == col(Idea.id)).where(TeamMember.person_id == actor.person_id)
    own = own.where(MovedDate.recount_id == recount.id, col(MovedDate.item_id).is_(None), col(Idea.due_at) == col(MovedDate.due_at))
    rows = session.exec(own.order_by(col(Idea.due_at), col(Idea.id)))
    return [
        _write_line(write_word(idea.stage, language), idea, before, idea.due_at, language) for idea, before in rows if idea.id not in told
    ]


def _is_moved(recount_id: str) -> sa.ColumnElement[bool]:
    moved = select(MovedDate.item_id).where(MovedDate.recount_id == recount_id, col(MovedDate.item_id).is_not(None))
    return col(InboxItem.id).in_(moved)


def _write_line(task: str, idea: Idea, before: datetime, until: datetime | None, language: str) -> MovedLine:
    return MovedLine(task, idea.title, *(format_date(local_day(at), language) for at in (before, until or before)))


def _find_last(session: Session, recount: Recount) -> datetime | None:
    """When dates were counted anew before; None for the first time."""
    return session.exec(select(Recount.begun_at).where(Recount.number == recount.number - 1)).first()


def _list_pauses(session: Session, recount: Recount, actor: Actor, language: str) -> list[str]:
    """The pauses that were confirmed since dates were counted anew before, and lasted then."""
    since, lines = _find_last(session, recount), list_declared(session, actor=actor)
    new = [each for each in lines if since is None or (each.pause.confirmed_at is not None and each.pause.confirmed_at >= since)]
    return [
        f"{each.cause.label if language == 'id' else each.cause.label_en}: {first} - {last} ({each.unit})"
        for each in new[:MOST_LINES]
        if each.pause.last_day >= local_day(recount.begun_at)
        for first, last in [[format_date(day, language) for day in (each.pause.counts_from, each.pause.last_day)]]
    ]


def _list_days(session: Session, recount: Recount, language: str) -> list[str]:
    """The region's free days that were confirmed since the recount before; none where the nation's calendar changed."""
    since = _find_last(session, recount)
    days = [each for each in list_in_force(session, local_day(recount.begun_at)) if each.kind in FREE]
    new = [each for each in days if since is None or (each.confirmed_at is not None and each.confirmed_at >= since)]
    return [
        f"{format_date(each.day, language)}: {each.name if language == 'id' else each.name_en} ({each.source})" for each in new[:MOST_LINES]
    ]
