"""Find the mail that tells somebody what happened to their account, and the one that brings them a code."""

from sqlmodel import Session

from models.instants import local_day, region_zone
from models.people import AccountNotice, MailPurpose, Person
from models.settings import settings
from workflows.adapters.mail import OutgoingMail
from workflows.documents.mail import AccountMail, CodeMail, write_happening
from workflows.documents.text import format_date, format_instant
from workflows.recognition.outgoing import Told, read_reader
from workflows.region.mail_codes import draw_mail_code


def find_account_mail(session: Session, notice_id: str) -> Told | None:
    """The mail of a notice; None for somebody without an address, who sees it on their own page. It holds no code and no number."""
    notice = session.get(AccountNotice, notice_id)
    person = session.get(Person, notice.person_id) if notice is not None else None
    if notice is None or person is None or not person.email:
        return None
    return tell_notice(session, notice, person)


def tell_notice(session: Session, notice: AccountNotice, person: Person) -> Told:
    """What a notice tells its person."""
    reader = read_reader(session, person.id)
    happened = write_happening(notice.kind, notice.role, reader.language)
    mail = AccountMail(person.full_name, happened, format_date(local_day(notice.at), reader.language), f"{settings().address}/akun")
    return Told(person, reader, "account", mail, f"<{notice.id}@gagas>", is_urgent=True)


def find_code_mail(session: Session, code_id: str) -> tuple[OutgoingMail, str] | None:
    """The mail with a fresh code, and the code; None where it is worth nothing any more. The address alone is named, no number.

    It goes at once to the address that the code is about, whatever somebody chose.
    """
    drawn = draw_mail_code(session, code_id)
    if drawn is None:
        return None
    row, code = drawn
    person, reader = session.get_one(Person, row.person_id), read_reader(session, row.person_id)
    page = "/aktivasi" if row.purpose == MailPurpose.FORGOTTEN else "/akun"
    until = format_instant(row.until.astimezone(region_zone()), reader.language)
    mail = CodeMail(person.full_name, write_happening(row.purpose, None, reader.language), code, until, settings().address + page)
    written = Told(person, reader, "code", mail, f"<{row.id}@gagas>").written
    return OutgoingMail(row.email, written.subject, written.text, f"<{row.id}@gagas>", written.html), code
