"""Find the mail that reminds somebody who was asked to join a team and has not answered."""

from sqlmodel import Session, col, select

from models.ideas import Answer, Idea, Invitation
from models.inbox import InboxItem
from models.instants import local_day
from models.outbox import Message
from models.people import Person
from models.settings import settings
from workflows.documents.mail import ReminderMail
from workflows.documents.text import format_date, format_share
from workflows.process.ways import IDEA
from workflows.recognition.outgoing import Told, find_reached, read_reader

REMIND = "recognition.remind_asked"
AGREE = IDEA.action("agree")


def find_reminder_mail(session: Session, asked: Message) -> Told | None:
    """The mail that a message asks for; None for who cannot be reached, and where nothing is to be answered any more."""
    return find_reached(session, tell_reminder(session, asked))


def tell_reminder(session: Session, asked: Message) -> Told | None:
    """What a message reminds its person of: the share that is offered, and until when; None once they answered or are asked no more."""
    person, idea = session.get(Person, asked.subject_id), session.get(Idea, str(asked.idea_id))
    offered = select(Invitation).where(Invitation.idea_id == asked.idea_id, Invitation.person_id == asked.subject_id)
    invitation = session.exec(offered.where(Invitation.answer == Answer.ASKED)).first()
    if person is None or idea is None or invitation is None:
        return None
    reader, lead = read_reader(session, person.id), session.get_one(Person, idea.lead_id).full_name
    item = select(InboxItem.due_at).where(InboxItem.idea_id == idea.id, InboxItem.person_id == person.id, InboxItem.task == AGREE)
    due_at = session.exec(item.where(col(InboxItem.done_at).is_(None))).first()
    until = format_date(local_day(due_at), reader.language) if due_at else ""
    share = format_share(invitation.share_hundredths)
    share = share if reader.language == "id" else share.replace(",", ".")
    mail = ReminderMail(person.full_name, idea.title, lead, share, until, f"{settings().address}/usulan/{idea.id}")
    return Told(person, reader, "reminder", mail, f"<reminder.{asked.id}@gagas>", has_due=bool(until))
