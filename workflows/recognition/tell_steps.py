"""The mail that reminds somebody of a task before or after its last day, in the steps that the call's policy names."""

from sqlmodel import Session, col, select

from models.ideas import TeamMember
from models.inbox import InboxItem
from models.instants import local_day, now
from models.outbox import Message
from models.people import Person, Role
from models.settings import settings
from workflows.documents.mail import StepMail
from workflows.documents.text import format_date
from workflows.process.actors import actor_of
from workflows.process.last_notice import CLOSED_UNANSWERED, LAST_NOTICE
from workflows.process.reminding import StruckStep
from workflows.process.silence import list_heads
from workflows.process.waiting import list_inbox
from workflows.recognition.digest import list_addressees, name_task
from workflows.recognition.outgoing import Told, find_reached, read_reader

REMIND_OF_TASK = "recognition.remind_of_task"
KEY = "step:"  # before a task's id, a step, a person's id and the how manieth notice it is: the key under which the person is told once


def list_reminded(session: Session, taken: StruckStep) -> dict[str, str]:
    """Whom a task's step concerns who has an address, with the key of their mail: who is asked by name or by a role over its unit.

    Of several heads above each other the nearest who is not of the team: who stands above is asked once the task is passed up.
    """
    asked = list_addressees(session, col(InboxItem.id) == taken.item.id)
    if taken.item.role == Role.UNIT_HEAD:
        nearest = _list_nearest(session, taken.item)
        asked = [each for each in asked if each in nearest]
    return {person_id: f"{KEY}{taken.item.id}:{taken.step}:{person_id}:{len(taken.item.reminded)}" for person_id in asked}


def _list_nearest(session: Session, item: InboxItem) -> set[str]:
    team = set(session.exec(select(TeamMember.person_id).where(TeamMember.idea_id == item.idea_id)))
    levels = ({grant.person_id for grant in heads} - team for heads in list_heads(session, item.unit_path))
    return next((level for level in levels if level), set())


def find_step_mail(session: Session, asked: Message) -> Told | None:
    """The mail that a message asks for; None for who has no address or a closed account, and where the task is done or not theirs."""
    return find_reached(session, tell_step(session, asked))


def tell_step(session: Session, asked: Message) -> Told | None:
    """What a message reminds its person of; None where the inbox shows them the task no more, as it is done or nobody's of theirs.

    A last notice before something is closed is mailed at once, whatever the person chose.
    """
    item_id, step, *_ = str(asked.dedupe_key).removeprefix(KEY).split(":")
    person = session.get(Person, asked.subject_id)
    if person is None:
        return None
    waiting = list_inbox(session, actor=actor_of(session, person.id), about=col(InboxItem.id) == item_id, limit=1)
    if not waiting or waiting[0].item.due_at is None:
        return None
    item, idea, reader = waiting[0].item, waiting[0].idea, read_reader(session, person.id)
    due_at = waiting[0].item.due_at
    task, due = name_task(session, item, idea, reader.language), format_date(local_day(due_at), reader.language)
    is_last = item.task in CLOSED_UNANSWERED and int(step) >= LAST_NOTICE
    mail = StepMail(person.full_name, task, idea.title, due, due_at < now(), f"{settings().address}/kotak-masuk", is_last)
    return Told(person, reader, "step", mail, f"<step.{asked.id}@gagas>", has_due=True, is_urgent=is_last)
