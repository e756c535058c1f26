"""Find the mail that tells somebody what happened to a call: its end moved, or the rules for their ideas under way."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.calls import Call, CallChange, CallChangeKind, PolicyVersion
from models.ideas import Idea, TeamMember
from models.instants import region_zone
from models.outbox import Message
from models.people import Account, Person
from models.settings import settings
from models.waits import Span
from workflows.adapters.mail import OutgoingMail
from workflows.calculations.employee_number import mask_employee_number
from workflows.documents.mail import ChangeMail, render_mail, write_part, write_word
from workflows.documents.text import format_instant
from workflows.process import ways
from workflows.process.ways import Kind
from workflows.region.call_changes import KEY
from workflows.region.differences import Difference, Leaf, list_differences

MOST_IDEAS = 20


def find_change_mail(session: Session, asked: Message) -> OutgoingMail | None:
    """The mail that a message asks for; None for somebody without an address or with a closed account."""
    change_id = str(asked.dedupe_key).removeprefix(KEY).partition(":")[0]
    change, person = session.get(CallChange, change_id), session.get(Person, asked.subject_id)
    closed = session.exec(select(Account.closed_at).where(Account.person_id == asked.subject_id)).first()
    if change is None or person is None or not person.email or closed is not None:
        return None
    call = session.get_one(Call, change.call_id)
    is_amended = change.kind == CallChangeKind.AMENDED
    mail = ChangeMail(
        name=person.full_name,
        call=call.title,
        reason=change.reason,
        before=_write_moment(change.closes_before),
        until=_write_moment(change.closes_at),
        changed=_list_changed(session, change) if is_amended else [],
        ideas=_list_own(session, change, person.id),
        url=f"{settings().address}/periode-usulan/{call.id}",
    )
    folder = "amended" if is_amended else "extended"
    return OutgoingMail(person.email, *render_mail(folder, mail), f"<{change.id}.{person.id}@gagas>")


def _list_own(session: Session, change: CallChange, person_id: str) -> list[str]:
    """The titles of somebody's own ideas that a change is about: drafts where the end moved, those now held to the amendment."""
    own = select(Idea.title).join(TeamMember, col(TeamMember.idea_id) == col(Idea.id)).where(TeamMember.person_id == person_id)
    about: sa.ColumnElement[bool] = col(Idea.stage).in_(ways.IDEA.list_stages(Kind.DRAFT))
    if change.kind == CallChangeKind.AMENDED:
        version = select(PolicyVersion.id).where(PolicyVersion.call_id == change.call_id, PolicyVersion.number == change.number)
        about = col(Idea.policy_id).in_(version)
    return list(session.exec(own.where(Idea.call_id == change.call_id, about).order_by(col(Idea.created_at)).limit(MOST_IDEAS)))


def _list_changed(session: Session, change: CallChange) -> list[str]:
    of_call = select(PolicyVersion).where(PolicyVersion.call_id == change.call_id)
    after = session.exec(of_call.where(PolicyVersion.number == change.number)).one()
    before = session.exec(of_call.where(PolicyVersion.number == after.amends)).one()
    found = list_differences(before.read().model_dump(mode="json"), after.body)
    return [f"{_name(each)}: {_show(each, each.before)} -> {_show(each, each.after)}" for each in found]


def _show(difference: Difference, value: Leaf) -> str:
    """A value as a mail may say it: an employee number shows birth date and sex."""
    if isinstance(value, Span):
        return f"{value.amount} {write_word(value.unit)}"
    if difference.is_wait and isinstance(value, int):
        return f"{value} {write_word('calendar_days')}"
    shown = "-" if value is None or value == "" else str(value)
    return mask_employee_number(shown) if difference.field == "employee_number" and shown != "-" else shown


def _write_moment(at: datetime | None) -> str:
    return format_instant(at.astimezone(region_zone())) if at is not None else ""


def _name(difference: Difference) -> str:
    return ", ".join(write_part(step.name) if step.is_field else step.name for step in difference.place)
