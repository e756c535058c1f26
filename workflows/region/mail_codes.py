"""Codes by mail: they prove whose an address is, and let somebody who forgot the password set a new one.

A mailbox is a key to an account. So an address counts only once a code came back from it, the one so far agrees to a change, and nobody
who holds an office sets a password by mail: whoever runs the mail server would sign in as the mayor. For them two people make a code. The
codes that let somebody set their first password stand in `code_mails`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.ids import new_code, new_id
from models.instants import wall_now
from models.people import Account, EmployeeNumber, MailCode, MailPurpose, NoticeKind, Person
from workflows.process.actors import Actor
from workflows.process.journal import record, send
from workflows.process.refusals import Conflict, Invalid
from workflows.region.codes import hash_code, void_mail_codes
from workflows.region.email_address import fold_email
from workflows.region.notices import send_notice
from workflows.region.powers import get_person, list_offices, lock_account, require_over
from workflows.region.sign_in_names import find_sign_in_name

ADDRESS_HOURS = 24
FORGOTTEN_MINUTES = 30
REST_DAYS = 3  # so long a mailed code of activation is waited for before its person is mailed another, or gets a strip
MOST_A_DAY = 5  # mails of one purpose for one account: nobody fills a stranger's mailbox


@dataclass(frozen=True)
class Profile:
    """What is known of somebody, as they see it themselves; `awaited` is the new address that waits for its codes."""

    person: Person
    unit: str
    number: str
    sign_in_name: str
    email: str
    email_confirmed: bool
    awaited: str
    old_code_needed: bool


@dataclass(frozen=True)
class NewAddress:
    """The codes that came to a new address and to the one so far, which is empty where there was none."""

    new_code: str
    old_code: str = ""


def read_profile(session: Session, *, actor: Actor) -> Profile:
    """One's own profile."""
    person, home = get_person(session, str(actor.person_id))
    account = session.get(Account, person.id) or Account(person_id=person.id)
    held = select(EmployeeNumber.number).where(EmployeeNumber.person_id == person.id, col(EmployeeNumber.valid_until).is_(None))
    waiting = {code.purpose: code for code in _list_waiting(session, person.id) if code.change_id is not None}
    awaited = waiting[MailPurpose.NEW_ADDRESS].email if MailPurpose.NEW_ADDRESS in waiting else ""
    confirmed = bool(person.email) and account.confirmed_email == person.email
    number = session.exec(held).first() or ""
    name = find_sign_in_name(session, person.id)
    return Profile(person, home.name, number, name, person.email, confirmed, awaited, MailPurpose.OLD_ADDRESS in waiting)


def ask_email(session: Session, email: str, *, actor: Actor) -> None:
    """Ask for codes to a new address and to the one so far; nothing changes before they are typed, and a change asked before is void.

    One's present address is confirmed in the same way, by its own code alone. Raises Invalid, Conflict for too many in a day.
    """
    person, _home = get_person(session, str(actor.person_id))
    account = lock_account(session, person.id)
    if not email:
        raise Invalid("field_missing", "email")
    if email == account.confirmed_email == person.email:
        raise Conflict("email_unchanged", "email")
    require_few(session, person.id, MailPurpose.NEW_ADDRESS)
    void_mail_codes(session, person.id, MailPurpose.NEW_ADDRESS, MailPurpose.OLD_ADDRESS)
    change, until = new_id(), wall_now() + timedelta(hours=ADDRESS_HOURS)
    to = {MailPurpose.NEW_ADDRESS: email}
    if person.email and person.email != email:
        to[MailPurpose.OLD_ADDRESS] = person.email
    for purpose, address in to.items():
        _ask(session, MailCode(person_id=person.id, change_id=change, purpose=purpose, email=address, until=until))
    record(session, "account.ask_email", person.id, actor=actor)
    send_notice(session, person.id, NoticeKind.EMAIL_ASKED)


def confirm_email(session: Session, typed: NewAddress, *, actor: Actor) -> None:
    """Let the new address count, by the codes that came to it and to the one so far. Raises Invalid at the code that is wrong."""
    person, _home = get_person(session, str(actor.person_id))
    account = lock_account(session, person.id)
    waiting = {code.purpose: code for code in _list_waiting(session, person.id) if code.change_id is not None}
    new, old = waiting.get(MailPurpose.NEW_ADDRESS), waiting.get(MailPurpose.OLD_ADDRESS)
    if new is None or new.code_hash != hash_code(person.id, typed.new_code):
        raise Invalid("mail_code_invalid", "new_code")
    if old is not None and (old.code_hash is None or old.code_hash != hash_code(person.id, typed.old_code)):
        raise Invalid("mail_code_invalid", "old_code")
    if old is None and person.email not in ("", new.email):
        raise Invalid("mail_code_invalid", "new_code")  # meanwhile there is an address that never agreed
    person.email = account.confirmed_email = new.email
    account.email_key = fold_email(new.email)
    session.add_all([person, account])
    void_mail_codes(session, person.id)
    session.flush()
    record(session, "account.change_email", person.id, actor=actor)
    send_notice(session, person.id, NoticeKind.EMAIL_CHANGED)


def drop_email(session: Session, person_id: str, *, actor: Actor) -> None:
    """Forget an address that its person cannot open any more, so that a new one needs its own code alone; who looks after the account may.

    It opens nothing: the new address is asked for by who is signed in and knows the password. Raises Forbidden, Conflict without one.
    """
    person, home = get_person(session, person_id)
    require_over(session, person, home, actor=actor)
    account = lock_account(session, person.id)
    if not person.email:
        raise Conflict("email_missing")
    person.email = account.confirmed_email = ""
    account.email_key = None
    session.add_all([person, account])
    void_mail_codes(session, person.id)
    session.flush()
    record(session, "person.drop_email", person.id, actor=actor)
    send_notice(session, person.id, NoticeKind.EMAIL_DROPPED)


def ask_forgotten(session: Session, person_id: str | None) -> None:
    """Ask for a code to somebody's confirmed address; nothing, and no word of it, where there is none to send it to.

    None goes to a closed account, to an address that nobody confirmed, to who holds an office, and to who had several today.
    """
    if (
        person_id is None
        or not may_set_by_mail(session, person_id)
        or _count_today(session, person_id, MailPurpose.FORGOTTEN) >= MOST_A_DAY
    ):
        return
    void_mail_codes(session, person_id, MailPurpose.FORGOTTEN)
    until = wall_now() + timedelta(minutes=FORGOTTEN_MINUTES)
    person = session.get_one(Person, person_id)
    _ask(session, MailCode(person_id=person_id, purpose=MailPurpose.FORGOTTEN, email=person.email, until=until))


def may_set_by_mail(session: Session, person_id: str) -> bool:
    """Whether somebody may set a forgotten password by mail: an open account with a password, a confirmed address, and no office."""
    account, person = session.get(Account, person_id), session.get(Person, person_id)
    if account is None or person is None or account.closed_at is not None or account.password_hash is None:
        return False
    return bool(person.email) and account.confirmed_email == person.email and not list_offices(session, person_id)


def fits_forgotten(session: Session, person_id: str, typed: str) -> bool:
    """Whether a typed code is the one that was mailed to who forgot the password, and still may open the account."""
    kept = hash_code(person_id, typed)
    waiting = [code for code in _list_waiting(session, person_id) if code.purpose == MailPurpose.FORGOTTEN and code.code_hash == kept]
    return bool(waiting) and may_set_by_mail(session, person_id)


def draw_mail_code(session: Session, code_id: str) -> tuple[MailCode, str] | None:
    """The code to be mailed, fresh each time, and what it is for; None where it is worth nothing any more. Nothing is kept yet."""
    code = session.get(MailCode, code_id)
    if code is None or code.settled_at is not None or code.until < wall_now():
        return None
    return code, new_code()


def keep_mail_code(session: Session, code_id: str, drawn: str) -> None:
    """Keep the hash of a code that was mailed; one mailed before it is void."""
    code = session.get(MailCode, code_id, with_for_update=True)
    if code is not None:
        code.code_hash = hash_code(code.person_id, drawn)
        session.add(code)


def require_few(session: Session, person_id: str, purpose: MailPurpose) -> None:
    """Raise Conflict where a person was mailed MOST_A_DAY codes of a purpose within a day."""
    if _count_today(session, person_id, purpose) >= MOST_A_DAY:
        raise Conflict("too_many_mail_codes", maximum=MOST_A_DAY)


def list_lately_mailed(session: Session, people: Iterable[str]) -> set[str]:
    """Those to whom a code of activation was mailed in the last REST_DAYS days, or is about to be, and it may still be used."""
    lately = select(MailCode.person_id).where(MailCode.purpose == MailPurpose.ACTIVATION, col(MailCode.person_id).in_(list(people)))
    lately = lately.where(col(MailCode.settled_at).is_(None), MailCode.until > wall_now())
    return set(session.exec(lately.where(MailCode.at > wall_now() - timedelta(days=REST_DAYS))))


def find_mailed_at(session: Session, person_id: str) -> datetime | None:
    """When the code was asked for that somebody has by mail and may still use."""
    mailed = select(MailCode.at).where(MailCode.person_id == person_id, MailCode.purpose == MailPurpose.ACTIVATION)
    return session.exec(mailed.where(col(MailCode.settled_at).is_(None), MailCode.until > wall_now())).first()


def _ask(session: Session, code: MailCode) -> None:
    session.add(code)
    session.flush()
    send(session, "recognition.mail_code", code.id)


def _list_waiting(session: Session, person_id: str) -> list[MailCode]:
    waiting = select(MailCode).where(MailCode.person_id == person_id, col(MailCode.settled_at).is_(None), MailCode.until > wall_now())
    return list(session.exec(waiting))


def _count_today(session: Session, person_id: str, purpose: MailPurpose) -> int:
    since = wall_now() - timedelta(days=1)
    asked = select(func.count()).select_from(MailCode).where(MailCode.person_id == person_id, MailCode.purpose == purpose)
    return session.exec(asked.where(MailCode.at > since)).one()
