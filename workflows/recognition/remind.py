"""Find out who must be reminded of an inbox item, and of what."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.ideas import Idea, TeamMember
from models.inbox import InboxItem
from models.instants import local_day, now
from models.people import Person, RoleGrant, is_held
from models.policy import Policy
from models.settings import settings
from models.units import Unit
from workflows.documents.mail import ReminderMail, write_task
from workflows.documents.text import format_date
from workflows.process.context import read_policy_of
from workflows.process.duties import list_barred
from workflows.process.inbox import VERIFY, find_duty_of, find_gate
from workflows.process.superiors import list_owned_above
from workflows.process.ways import GATE_ACTION


@dataclass(frozen=True)
class Reminder:
    """A mail to one person about one task."""

    to: str
    mail: ReminderMail
    message_id: str


def find_reminders(session: Session, item_id: str) -> list[Reminder]:
    """One mail for each person a still open item waits for; nobody with a part in the idea or another duty, nobody without an address."""
    item = session.get(InboxItem, item_id)
    idea = session.get(Idea, item.idea_id) if item is not None else None
    if item is None or idea is None or item.done_at is not None or item.due_at is None:
        return []
    overdue = item.due_at < now()
    task = _name_task(session, item, idea)
    due, url = format_date(local_day(item.due_at)), f"{settings().address}/kotak-masuk"
    return [
        Reminder(
            person.email,
            ReminderMail(person.full_name, task, idea.title, due, url, overdue),
            f"<{item.id}.{person.id}.{'late' if overdue else 'soon'}@gagas>",
        )
        for person in _list_awaited(session, item, read_policy_of(session, idea))
        if person.email
    ]


def _name_task(session: Session, item: InboxItem, idea: Idea) -> str:
    """The task as people read it; of a gate its own label."""
    gate = find_gate(item.task, read_policy_of(session, idea))
    return write_task(item.task) if gate is None else f"{write_task(GATE_ACTION)}: {gate.label}"


def _list_awaited(session: Session, item: InboxItem, policy: Policy) -> list[Person]:
    if item.person_id is not None:
        return list(session.exec(select(Person).where(Person.id == item.person_id)))
    own = select(TeamMember.person_id).where(TeamMember.idea_id == item.idea_id)
    rows = session.exec(
        select(Person, Unit.path)
        .join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
        .join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
        .where(RoleGrant.role == item.role, is_held(), col(Person.id).not_in(own))
    )
    duty = find_duty_of(item)
    barred = list_barred(session, item.idea_id, duty, policy) if duty else set()
    people = {person.id: person for person, path in rows if item.unit_path.startswith(path) and person.id not in barred}
    return [person for person in people.values() if item.task != VERIFY or not _is_below_owner(session, item, person)]


def _is_below_owner(session: Session, item: InboxItem, person: Person) -> bool:
    path = session.exec(select(Unit.path).where(Unit.id == person.unit_id)).one()
    return bool(list_owned_above(session, [item.idea_id], path))
