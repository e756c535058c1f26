"""The mail that tells the head of a unit, or the head above, that a permission was not answered and what that means in its call."""

from datetime import date

from sqlmodel import Session, col, select

from models.calls import Call
from models.ideas import Decision, Idea
from models.outbox import Message
from models.people import Person
from models.settings import settings
from workflows.documents.mail import SilenceMail, write_word
from workflows.documents.text import format_date
from workflows.intake.silence import BY_RULE, EXPIRE
from workflows.process.actors import actor_of
from workflows.process.visibility import sees_idea
from workflows.recognition.outgoing import Told, find_reached, read_reader


def find_silence_mail(session: Session, asked: Message) -> Told | None:
    """The mail that a message asks for; None for who has no address or a closed account, and who may not read the idea."""
    return find_reached(session, tell_silence(session, asked))


def tell_silence(session: Session, asked: Message) -> Told | None:
    """What a head is told of a permission that was settled by the rule of its call; None for who may not read the idea by now."""
    person, idea = session.get(Person, asked.subject_id), session.get(Idea, asked.idea_id)
    if person is None or idea is None or not sees_idea(session, idea.id, actor_of(session, person.id)):
        return None
    settled = select(Decision).where(Decision.idea_id == idea.id, Decision.action == EXPIRE)
    decision = session.exec(settled.order_by(col(Decision.at).desc(), col(Decision.id).desc())).first()
    if decision is None or BY_RULE not in decision.detail:
        return None
    reader, call = read_reader(session, person.id), session.get_one(Call, idea.call_id)
    due = format_date(date.fromisoformat(decision.detail["due_on"]), reader.language)
    meaning = write_word(f"silence_{decision.outcome}", reader.language)
    mail = SilenceMail(person.full_name, idea.title, idea.code or "", call.title, due, meaning, f"{settings().address}/usulan/{idea.id}")
    return Told(person, reader, "silence", mail, f"<silence.{asked.id}@gagas>")
