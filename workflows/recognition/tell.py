"""Find the mail that tells somebody what happened to their account, and the one that brings them a code."""

from sqlmodel import Session

from models.instants import local_day
from models.people import AccountNotice, MailPurpose, Person
from models.settings import settings
from workflows.adapters.mail import OutgoingMail
from workflows.documents.mail import AccountMail, CodeMail, render_mail, write_happening
from workflows.documents.text import format_date, format_instant
from workflows.region.mail_codes import draw_mail_code


def find_account_mail(session: Session, notice_id: str) -> OutgoingMail | None:
    """The mail of a notice; None for somebody without an address, who sees it on their own page. It holds no code and no number."""
    notice = session.get(AccountNotice, notice_id)
    person = session.get(Person, notice.person_id) if notice is not None else None
    if notice is None or person is None or not person.email:
        return None
    happened, at = write_happening(notice.kind, notice.role), format_date(local_day(notice.at))
    mail = AccountMail(person.full_name, happened, at, f"{settings().address}/akun")
    return OutgoingMail(person.email, *render_mail("account", mail), f"<{notice.id}@gagas>")


def find_code_mail(session: Session, code_id: str) -> tuple[OutgoingMail, str] | None:
    """The mail with a fresh code, and the code; None where it is worth nothing any more. The address alone is named, no number."""
    drawn = draw_mail_code(session, code_id)
    if drawn is None:
        return None
    row, code = drawn
    person = session.get_one(Person, row.person_id)
    page = "/aktivasi" if row.purpose == MailPurpose.FORGOTTEN else "/akun"
    purpose, until = write_happening(row.purpose, None), format_instant(row.until)
    mail = CodeMail(person.full_name, purpose, code, until, settings().address + page)
    return OutgoingMail(row.email, *render_mail("code", mail), f"<{row.id}@gagas>"), code
