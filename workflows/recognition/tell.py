"""Find the mail that tells somebody what happened to their account or is asked of them, and the one that brings them a code."""

from collections.abc import Mapping

from sqlmodel import Session

from models.instants import local_day, region_zone
from models.may_hold import MAY_ADVISE
from models.people import AccountNotice, MailPurpose, NoticeKind, Person
from models.settings import settings
from workflows.adapters.mail import OutgoingMail
from workflows.documents.mail import AccountMail, CodeMail, write_happening
from workflows.documents.text import format_date, format_instant
from workflows.recognition.outgoing import Told, read_reader
from workflows.region.mail_codes import draw_mail_code

ACCOUNT, IDEAS, MENTORING = "/akun", "/usulan", "/bimbingan"
# Where the reader sees what they are told of, or answers it. What stands nowhere here happened to their account, or was done in their name.
PAGES: Mapping[NoticeKind, str] = {
    **dict.fromkeys((NoticeKind.LATE_PERMITTED, NoticeKind.LATE_ENDED, NoticeKind.CLINIC_CANCELLED, NoticeKind.FILE_REFUSED), IDEAS),
    **dict.fromkeys((NoticeKind.IDEA_DICTATED,), "/usulan-titipan"),
    **dict.fromkeys((NoticeKind.TEAM_ASKED,), "/pergantian"),
    **dict.fromkeys((NoticeKind.TEAM_REPLACED, NoticeKind.TEAM_KEPT, NoticeKind.LEAD_CHANGED), IDEAS),
    **dict.fromkeys((NoticeKind.CLAIM_FILED, NoticeKind.CLAIM_LATE, NoticeKind.CLAIM_WITHOUT_DECIDER), "/klaim"),
    **dict.fromkeys((NoticeKind.CLAIM_UPHELD,), "/penghargaan"),
    **dict.fromkeys((NoticeKind.ORIGINATOR_NAMED,), IDEAS),
    **dict.fromkeys((NoticeKind.MERGE_ASKED, NoticeKind.MERGE_ENDED), "/penggabungan"),
    **dict.fromkeys((NoticeKind.MERGE_DONE, NoticeKind.MERGE_UNDONE), IDEAS),
    **dict.fromkeys((NoticeKind.TRANSFER_OFFERED, NoticeKind.TRANSFER_ACCEPTED), "/pengalihan"),
    **dict.fromkeys((NoticeKind.TRANSFER_DONE, NoticeKind.TRANSFER_ENDED), "/daftar"),
    **dict.fromkeys((NoticeKind.MENTOR_ASKED, NoticeKind.MENTOR_ENDED), MENTORING),
    **dict.fromkeys((NoticeKind.MENTOR_ACCEPTED, NoticeKind.MENTOR_DECLINED, NoticeKind.MENTOR_SILENT, NoticeKind.MENTOR_ADVISED), IDEAS),
}


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
    page, day = find_page(notice.kind, person), format_date(local_day(notice.at), reader.language)
    mail = AccountMail(person.full_name, happened, day, f"{settings().address}{page}", is_of_account=page == ACCOUNT)
    return Told(person, reader, "account", mail, f"<{notice.id}@gagas>", is_urgent=True)


def find_page(kind: NoticeKind, person: Person) -> str:
    """The path of the page on which somebody sees what they are told of; a mentor's pages are for people who may be mentors."""
    page = PAGES.get(kind, ACCOUNT)
    return IDEAS if page == MENTORING and person.kind not in MAY_ADVISE else page


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
