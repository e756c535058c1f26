"""Find the mail that tells somebody what happened to a call: its end moved, or the rules for their ideas under way."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call, CallChange, CallChangeKind, PolicyVersion
from models.ideas import Idea, TeamMember
from models.instants import region_zone
from models.outbox import Message
from models.people import Person
from models.settings import settings
from models.waits import Span
from workflows.calculations.employee_number import mask_employee_number
from workflows.documents.mail import ChangeMail, write_part, write_value, write_word
from workflows.documents.mail_forms import say
from workflows.documents.text import format_instant
from workflows.process import ways
from workflows.process.ways import Kind
from workflows.recognition.outgoing import Told, find_reached, read_reader
from workflows.region.call_changes import KEY
from workflows.region.differences import Difference, Leaf, list_differences

MOST_IDEAS = 20


def find_change_mail(session: Session, asked: Message) -> Told | None:
    """The mail that a message asks for; None for somebody without an address or with a closed account."""
    return find_reached(session, tell_change(session, asked))


def tell_change(session: Session, asked: Message) -> Told | None:
    """What a message tells its person of a call; None where there is no such change or person any more."""
    change_id = str(asked.dedupe_key).removeprefix(KEY).partition(":")[0]
    change, person = session.get(CallChange, change_id), session.get(Person, asked.subject_id)
    if change is None or person is None:
        return None
    call, reader = session.get_one(Call, change.call_id), read_reader(session, person.id)
    is_amended = change.kind == CallChangeKind.AMENDED
    mail = ChangeMail(
        name=person.full_name,
        call=call.title,
        reason=change.reason,
        before=_write_moment(change.closes_before, reader.language),
        until=_write_moment(change.closes_at, reader.language),
        changed=_list_changed(session, change, reader.language) if is_amended else [],
        ideas=_list_own(session, change, person.id),
        url=f"{settings().address}/periode-usulan/{call.id}",
    )
    folder = "amended" if is_amended else "extended"
    return Told(person, reader, folder, mail, f"<{change.id}.{person.id}@gagas>", has_due=True)


def _list_own(session: Session, change: CallChange, person_id: str) -> list[str]:
    """The titles of somebody's own ideas that a change is about: drafts where the end moved, those now held to the amendment."""
    own = select(Idea.title).join(TeamMember, col(TeamMember.idea_id) == col(Idea.id)).where(TeamMember.person_id == person_id)
    about: sa.ColumnElement[bool] = col(Idea.stage).in_(ways.IDEA.list_stages(Kind.DRAFT))
    if change.kind == CallChangeKind.AMENDED:
        version = select(PolicyVersion.id).where(PolicyVersion.call_id == change.call_id, PolicyVersion.number == change.number)
        about = col(Idea.policy_id).in_(version)
    return list(session.exec(own.where(Idea.call_id == change.call_id, about).order_by(col(Idea.created_at)).limit(MOST_IDEAS)))


def _list_changed(session: Session, change: CallChange, language: str) -> list[str]:
    of_call = select(PolicyVersion).where(PolicyVersion.call_id == change.call_id)
    after = session.exec(of_call.where(PolicyVersion.number == change.number)).one()
    before = session.exec(of_call.where(PolicyVersion.number == after.amends)).one()
    found = list_differences(before.read().model_dump(mode="json"), after.body)
    return [_write_changed(each, language) for each in found]


def _write_changed(difference: Difference, language: str) -> str:
    before, after = (_show(difference, value, language) for value in (difference.before, difference.after))
    return say("changed_from", language, part=_name(difference, language), before=before, after=after)


def _show(difference: Difference, value: Leaf, language: str) -> str:
    """A value as a mail may say it: an employee number shows birth date and sex."""
    if isinstance(value, Span):
        return f"{value.amount} {write_word(value.unit, language)}"
    if difference.is_wait and isinstance(value, int):
        return f"{value} {write_word('calendar_days', language)}"
    shown = "-" if value is None or value == "" else str(value)
    return mask_employee_number(shown) if difference.field == "employee_number" and shown != "-" else write_value(shown, language)


def _write_moment(at: datetime | None, language: str) -> str:
    return format_instant(at.astimezone(region_zone()), language) if at is not None else ""


def _name(difference: Difference, language: str) -> str:
    return ", ".join(write_part(step.name, language) if step.is_field else step.name for step in difference.place)
