"""A message to one person in their language, and whether its mail goes out at once, waits for their next digest, or is not wanted."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, select

from models.database import append_rows
from models.ids import new_id
from models.instants import now
from models.messages import GATHERED, HeldNews, Pace
from models.people import Account, Person
from models.settings import settings
from workflows.adapters.mail import MailRoute, OutgoingMail, send_mail
from workflows.documents.mail import DocumentMail, Mail, render_mail
from workflows.documents.mail_forms import Reader, WrittenMail, write_short, write_subject
from workflows.region.message_choice import read_choice

SENDER = "Gagas: "  # how a subject begins


@dataclass(frozen=True)
class Told:
    """What one person is told: the folder of its words, what it tells, and the id that makes a repeated mail recognisable.

    `has_due`: it gives the person a date to keep, be it the last day of a right. `is_urgent`: it is mailed at once whatever they chose.
    """

    person: Person
    reader: Reader
    folder: str
    about: Mail
    message_id: str
    has_due: bool = False
    is_urgent: bool = False
    document_id: str | None = None

    @cached_property
    def written(self) -> WrittenMail:
        """The message in every form."""
        return render_mail(self.folder, self.about, self.reader)

    @property
    def to(self) -> str:
        """The address it goes to; empty where there is none."""
        return self.person.email

    @property
    def subject(self) -> str:
        """Its subject."""
        return write_subject(self.folder, self.about, self.reader)

    @property
    def news(self) -> str:
        """Its subject as a line among others, where who writes is known."""
        return self.subject.removeprefix(SENDER)

    @property
    def short(self) -> str:
        """What one copies into a messenger."""
        return write_short(self.folder, self.about, self.reader)

    @property
    def url(self) -> str:
        """The address that it leads to."""
        return self.about.verify_url if isinstance(self.about, DocumentMail) else self.about.url

    @property
    def text(self) -> str:
        """Its plain text."""
        return self.written.text

    def write(self) -> OutgoingMail:
        """Its mail."""
        return OutgoingMail(self.to, self.written.subject, self.written.text, self.message_id, self.written.html)


@dataclass(frozen=True)
class Prepared:
    """What a message of the outbox comes to: the mails to send, and what is held for people's digests."""

    mails: list[OutgoingMail]
    held: list[dict[str, Any]]


def read_reader(session: Session, person_id: str) -> Reader:
    """In which language somebody is written to, and where they choose it."""
    return Reader(read_choice(session, person_id).language or settings().language, f"{settings().address}/akun#surel")


def find_reached(session: Session, told: Told | None) -> Told | None:
    """What is told to somebody with an address and an open account; None for anybody else, who reads it on their own page."""
    if told is None or not told.to:
        return None
    closed = select(Account.closed_at).where(Account.person_id == told.person.id)
    return told if session.exec(closed).first() is None else None


def prepare(session: Session, number: int, told: Iterable[Told]) -> Prepared:
    """Sort what the outbox' message of a number tells by what each person chose."""
    mails, held = list[OutgoingMail](), list[dict[str, Any]]()
    for each in told:
        pace = Pace.AT_ONCE if each.is_urgent else read_choice(session, each.person.id).pace
        if pace in GATHERED:
            news = {"document_id": each.document_id, "subject": each.news}
            held.append({"person_id": each.person.id, "message_id": number, **news})
        elif pace == Pace.AT_ONCE or each.has_due:
            mails.append(each.write())
    return Prepared(mails, held)


def keep_held(session: Session, prepared: Prepared) -> None:
    """Keep what waits for digests, in the transaction that acknowledges the message; what stands there already is not kept twice."""
    at = now()
    for each in prepared.held:
        there = select(HeldNews.id).where(HeldNews.person_id == each["person_id"], HeldNews.message_id == each["message_id"])
        if session.exec(there).first() is None:
            append_rows(session, HeldNews, [{"id": new_id(), "at": at, **each, "subject": each["subject"][:400]}])


def list_held(session: Session, person_id: str) -> list[HeldNews]:
    """What waits for somebody's next digest, the eldest first."""
    held = select(HeldNews).where(HeldNews.person_id == person_id)
    return list(session.exec(held.order_by(col(HeldNews.at), col(HeldNews.message_id))))


def send_safely(mails: list[OutgoingMail]) -> Exception | None:
    """Send mails by the region's route; answers with what kept them from going out."""
    route = MailRoute(settings().mail_from, settings().smtp_url.get_secret_value(), settings().data / "mail")
    try:
        send_mail(route, mails)
    except (OSError, ValueError) as fault:  # smtplib's own errors are OSErrors; an address that cannot be one is a ValueError
        return fault
    return None
