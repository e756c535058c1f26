"""The mail that tells somebody what waits for them: at once where they are asked in person, else once a day, all in one."""

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea
from models.inbox import InboxItem
from models.instants import local_day, now
from models.people import Account, Person, RoleGrant, is_held
from models.settings import settings
from models.units import Unit
from workflows.adapters.mail import OutgoingMail
from workflows.documents.mail import DigestLine, DigestMail, render_mail, write_task
from workflows.documents.text import format_date, format_number
from workflows.process.actors import actor_of
from workflows.process.browse import Count
from workflows.process.context import read_policy_of
from workflows.process.inbox import find_gate
from workflows.process.waiting import Awaited, count_waiting, list_inbox
from workflows.process.ways import GATE_ACTION

SOON = timedelta(days=2)
NEW = timedelta(days=1)
MOST_LINES = 20


def list_addressees(session: Session, about: sa.ColumnElement[bool] | None = None) -> list[str]:
    """The ids of the people with an address of whom an open item asks something: in person, or by a role that they hold over its unit.

    `about` is a condition on the items.
    """
    open_items = select(InboxItem.person_id, InboxItem.role, InboxItem.unit_path).where(col(InboxItem.done_at).is_(None)).distinct()
    open_items = open_items if about is None else open_items.where(about)
    asked: set[str] = set()
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


def find_digest(session: Session, person_id: str, number: int, asked: Collection[str] = ()) -> OutgoingMail | None:
    """What waits for somebody, by the number of the message that asks; None where nothing is new, due within two days or late.

    The items of `asked` are told of however old they are. None too for somebody without an address or with a closed account.
    """
    person = session.get(Person, person_id)
    closed = session.exec(select(Account.closed_at).where(Account.person_id == person_id)).first()
    if person is None or not person.email or closed is not None:
        return None
    actor, pressing = actor_of(session, person_id), _is_pressing(asked)
    listed = list_inbox(session, actor=actor, limit=MOST_LINES, about=pressing)
    if not listed:
        return None
    count = count_waiting(session, actor=actor, about=pressing)
    mail = DigestMail(
        name=person.full_name,
        lines=[_write_line(session, each) for each in listed],
        more=write_count(Count(count.number - len(listed), count.is_exact)),
        late=write_count(count_waiting(session, actor=actor, about=col(InboxItem.due_at) < now())),
        waiting=write_count(count_waiting(session, actor=actor)),
        url=f"{settings().address}/kotak-masuk",
    )
    return OutgoingMail(person.email, *render_mail("digest", mail), f"<digest.{number}@gagas>")


def _is_pressing(asked: Collection[str]) -> sa.ColumnElement[bool]:
    soon = col(InboxItem.due_at) < now() + SOON
    return (col(InboxItem.created_at) >= now() - NEW) | soon | col(InboxItem.id).in_(asked)


def write_count(count: Count) -> str:
    """A number as people read it; empty for none."""
    written = format_number(count.number) if count.number else ""
    return written if count.is_exact else f"lebih dari {written}"


def _is_late(item: InboxItem) -> bool:
    return item.due_at is not None and item.due_at < now()


def _write_line(session: Session, awaited: Awaited) -> DigestLine:
    item, idea = awaited.item, awaited.idea
    due = "" if item.due_at is None else format_date(local_day(item.due_at))
    return DigestLine(name_task(session, item, idea), idea.title, due, _is_late(item))


def name_task(session: Session, item: InboxItem, idea: Idea) -> str:
    """The task as people read it; of a gate its own label."""
    gate = find_gate(item.task, read_policy_of(session, idea))
    return write_task(item.task) if gate is None else f"{write_task(GATE_ACTION)}: {gate.label}"
