"""The mail that tells somebody what waits for them: at once where they are asked in person, else once a day, all in one.

Of whoever chose a digest it tells the news, too, that would have been mails of their own.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import local_day, now
from models.messages import HeldNews
from models.people import Account, Person, RoleGrant, is_held
from models.settings import settings
from models.units import Unit
from workflows.adapters.mail import OutgoingMail
from workflows.documents.mail import DigestLine, DigestMail, write_count, write_task
from workflows.documents.text import format_date, format_number
from workflows.process.actors import Actor, actor_of
from workflows.process.browse import Count
from workflows.process.context import read_policy_of
from workflows.process.waiting import Awaited, count_waiting, list_inbox
from workflows.process.ways import GATE_ACTION
from workflows.recognition.outgoing import Told, list_held, read_reader
from workflows.recognition.paces import is_pressing
from workflows.region.message_choice import read_choice

MOST_LINES = 20


def list_addressees(session: Session, about: sa.ColumnElement[bool] | None = None) -> list[str]:
    """The ids of the people with an address of whom an open item asks something: in person, or by a role that they hold over its unit;
    and of those for whom news was held.

    `about` is a condition on the items.
    """
    open_items = select(InboxItem.person_id, InboxItem.role, InboxItem.unit_path).where(col(InboxItem.done_at).is_(None)).distinct()
    open_items = open_items if about is None else open_items.where(about)
    asked: set[str] = set(session.exec(select(HeldNews.person_id).distinct())) if about is None else set()
    by_role: dict[str, set[str]] = {}
    for person_id, role, unit_path in session.exec(open_items):
        if person_id is not None:
            asked.add(person_id)
        else:
            by_role.setdefault(role, set()).add(unit_path)
    held = select(RoleGrant.person_id, RoleGrant.role, Unit.path).join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
    for person_id, role, path in session.exec(held.where(is_held(), col(RoleGrant.role).in_(by_role))):
        if any(each.startswith(path) for each in by_role[role]):
            asked.add(person_id)
    reached = select(Person.id).where(Person.email != "")
    return sorted(asked.intersection(session.exec(reached).all()))


def find_digest(
    session: Session, person_id: str, number: int, asked: Collection[str] = (), news: Collection[str] = ()
) -> OutgoingMail | None:
    """What waits for somebody, by the number of the message that asks; None where nothing is new, due soon or late, nor any news held.

    The items of `asked` are told of however old they are, and the held news of these ids. None too for somebody without an address or
    with a closed account.
    """
    person = session.get(Person, person_id)
    closed = session.exec(select(Account.closed_at).where(Account.person_id == person_id)).first()
    if person is None or not person.email or closed is not None:
        return None
    pressing = is_pressing(read_choice(session, person_id), asked)
    held = [each.subject for each in list_held(session, person_id) if each.id in news]
    told = tell_waiting(session, person, number, pressing, held)
    return told.write() if told else None


def tell_waiting(session: Session, person: Person, number: int, about: sa.ColumnElement[bool], news: list[str]) -> Told | None:
    """What waits for somebody of the items that a condition is about, and the news; None where there is neither."""
    actor, reader = actor_of(session, person.id), read_reader(session, person.id)
    listed = list_inbox(session, actor=actor, limit=MOST_LINES, about=about)
    if not listed and not news:
        return None
    count = count_waiting(session, actor=actor, about=about)
    mail = DigestMail(
        name=person.full_name,
        lines=[_write_line(session, each, reader.language) for each in listed],
        more=write_counted(Count(count.number - len(listed), count.is_exact), reader.language),
        late=_count(session, actor, col(InboxItem.due_at) < now(), reader.language),
        waiting=_count(session, actor, None, reader.language),
        url=f"{settings().address}/kotak-masuk",
        news=news,
    )
    return Told(person, reader, "digest", mail, f"<digest.{number}@gagas>")


def _count(session: Session, actor: Actor, about: sa.ColumnElement[bool] | None, language: str) -> str:
    return write_counted(count_waiting(session, actor=actor, about=about), language)


def write_counted(count: Count, language: str) -> str:
    """A number as people read it; empty for none."""
    return write_count(format_number(count.number, language) if count.number else "", count.is_exact, language)


def _is_late(item: InboxItem) -> bool:
    return item.due_at is not None and item.due_at < now()


def _write_line(session: Session, awaited: Awaited, language: str) -> DigestLine:
    item, idea = awaited.item, awaited.idea
    due = "" if item.due_at is None else format_date(local_day(item.due_at), language)
    return DigestLine(name_task(session, item, idea, language), idea.title, due, _is_late(item))


def name_task(session: Session, item: InboxItem, idea: Idea, language: str) -> str:
    """The task as people read it; of a gate its own label."""
    gate = read_policy_of(session, idea).find_gate(item.task)
    if gate is None:
        return write_task(item.task, language)
    return f"{write_task(GATE_ACTION, language)}: {gate.label if language == 'id' else gate.label_en}"
