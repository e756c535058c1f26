"""Find the mail that tells somebody what happened to their account."""

from sqlmodel import Session

from models.instants import local_day
from models.people import AccountNotice, Person
from models.settings import settings
from workflows.adapters.mail import OutgoingMail
from workflows.documents.mail import AccountMail, render_mail, write_happening
from workflows.documents.text import format_date


def find_account_mail(session: Session, notice_id: str) -> OutgoingMail | None:
    """The mail of a notice; None for somebody without an address, who sees it on their own page. It holds no code and no number."""
    notice = session.get(AccountNotice, notice_id)
    person = session.get(Person, notice.person_id) if notice is not None else None
    if notice is None or person is None or not person.email:
        return None
    happened, at = write_happening(notice.kind, notice.role), format_date(local_day(notice.at))
    mail = AccountMail(person.full_name, happened, at, f"{settings().address}/akun")
    return OutgoingMail(person.email, *render_mail("account", mail), f"<{notice.id}@gagas>")
