"""One-time codes: with one somebody sets a password; for the holder of an office two people must agree before there is one.

A code is short enough to be typed from paper or read out. So it opens only the account whose employee number is typed with it, tries are
counted by number and address, and one that was made again lives only days.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, delete, select, update

from models.ids import new_code
from models.instants import now, wall_now
from models.messages import CalendarFeed
from models.people import Account, CodeRequest, MailCode, MailPurpose, NoticeKind, Role, SignIn
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Forbidden, NotFound
from workflows.region.notices import send_notice
from workflows.region.powers import (
    get_person,
    is_deciding,
    is_second,
    list_offices,
    list_sponsors,
    lock_account,
    require_over,
    require_second,
)

ACTIVATION_DAYS = 30  # a first code, handed out while a whole region is registered
RENEWAL_DAYS = 3  # one made for who lost theirs or their password


@dataclass(frozen=True)
class Renewal:
    """What came of asking for a code: the code, shown once; or the request that a second person must confirm first."""

    code: str | None = None
    request_id: str | None = None


def issue_activation(session: Session, person_id: str, *, days: int = ACTIVATION_DAYS) -> str:
    """A fresh one-time code with which the person sets a password; the one before is void, and only a hash is kept."""
    code, account = new_code(), lock_account(session, person_id)
    void_mail_codes(session, person_id, MailPurpose.ACTIVATION)
    account.activation_hash = hash_code(person_id, code)
    account.activation_until = wall_now() + timedelta(days=days)
    session.add(account)
    session.flush()
    return code


def hash_code(person_id: str, code: str) -> str:
    """What is kept of a person's code: upper and lower case, spaces and hyphens make no difference."""
    return hashlib.sha256(f"{person_id} {''.join(code.split()).replace('-', '').upper()}".encode("utf-8", "replace")).hexdigest()


def fits_code(account: Account, typed: str) -> bool:
    """Whether a typed code is the account's present one and not over; codes of former releases (43 signs) are read too."""
    former = hashlib.sha256(typed.strip().encode("utf-8", "replace")).hexdigest()
    if account.activation_hash is None or account.activation_until is None or account.activation_until < wall_now():
        return False
    return any(hmac.compare_digest(account.activation_hash, found) for found in (hash_code(account.person_id, typed), former))


def void_code(session: Session, person_id: str) -> None:
    """Make an unused code worthless: whoever kept a copy of it would sign in with the office that its person now gets."""
    account = lock_account(session, person_id)
    account.activation_hash = account.activation_until = None
    session.add(account)
    void_mail_codes(session, person_id, MailPurpose.ACTIVATION)


def void_mail_codes(session: Session, person_id: str, *purposes: MailPurpose) -> None:
    """Make the codes that were mailed for a person worthless, all or those of some purposes."""
    waiting = update(MailCode).where(col(MailCode.person_id) == person_id, col(MailCode.settled_at).is_(None))
    session.execute(waiting.where(col(MailCode.purpose).in_(purposes or tuple(MailPurpose))).values(settled_at=wall_now()))


def end_sessions(session: Session, person_id: str, *, but: str = "") -> None:
    """End somebody's sign-ins on every device, but the one of a token's hash; where none is left, their calendar's address, too.

    Whoever had the account before could have made one, and would read on in it what waits for its holder.
    """
    session.execute(delete(SignIn).where(col(SignIn.person_id) == person_id, col(SignIn.token_hash) != but))
    if not but:
        session.execute(delete(CalendarFeed).where(col(CalendarFeed.person_id) == person_id))


def renew_activation(session: Session, person_id: str, *, actor: Actor) -> Renewal:
    """A new one-time code for somebody who lost theirs or their password; an operator or admin over them and all their offices may ask.

    For the holder of an office nothing is shown: a second person confirms first; for that of a deciding role an admin alone may ask. The
    person is told either way. Raises Forbidden (`own_code`: who is signed in changes the password instead), Conflict for a closed account
    and for a request that waits already.
    """
    person, home = get_person(session, person_id)
    if person.id == actor.person_id:
        raise Forbidden("own_code")
    askers = (Role.ADMIN,) if is_deciding(session, person.id) else (Role.ADMIN, Role.OPERATOR)
    offices = require_over(session, person, home, actor=actor, in_office=askers)
    account = lock_account(session, person.id)
    if account.closed_at is not None:
        raise Conflict("account_closed")
    if not offices:
        return Renewal(code=make_code(session, account, actor=actor, asked_by=actor.person_id))
    if is_code_awaited(session, person.id):
        raise Conflict("code_already_asked")
    return Renewal(request_id=ask_code(session, person.id, actor=actor))


def is_code_awaited(session: Session, person_id: str) -> bool:
    """Whether somebody's code waits for the second person."""
    waiting = select(CodeRequest.id).where(CodeRequest.person_id == person_id, col(CodeRequest.settled_at).is_(None))
    return session.exec(waiting).first() is not None


def ask_code(session: Session, person_id: str, *, actor: Actor) -> str:
    """Ask for a code that a second person confirms and hands over; answers the request's id."""
    request = CodeRequest(person_id=person_id, asked_by=str(actor.person_id))
    session.add(request)
    session.flush()
    record(session, "person.ask_code", person_id, actor=actor, request=request.id)
    send_notice(session, person_id, NoticeKind.CODE_ASKED)
    return request.id


def confirm_code(session: Session, request_id: str, *, actor: Actor) -> str:
    """The code that somebody else asked for; an admin or leader over all of its person's offices confirms it and hands it over.

    It is shown to who confirms and never to who asked: an operator alone cannot come by the code of a unit's head. Who registered or
    appointed the asker, or gave them a code, is no second person to them: one of the two accounts might be the other's tool.
    """
    request, account, paths = _read_request(session, request_id)
    require_second(actor, paths, request.asked_by, request.person_id)
    if actor.person_id in list_sponsors(session, request.asked_by):
        raise Forbidden("appointed_the_asker")
    _settle(session, request, actor)
    return make_code(session, account, actor=actor, asked_by=request.asked_by)


def refuse_code(session: Session, request_id: str, *, actor: Actor) -> None:
    """Let a request for a code end without one: who asked, its person, or who may confirm it."""
    request, _account, paths = _read_request(session, request_id)
    if actor.person_id not in (request.asked_by, request.person_id) and not is_second(actor, paths):
        raise Forbidden("only_second")
    _settle(session, request, actor)
    record(session, "person.refuse_code", request.person_id, actor=actor, request=request.id)


def drop_requests(session: Session, person_id: str, *, actor: Actor) -> None:
    """Let every request for somebody's code end, since the account closes."""
    waiting = select(CodeRequest).where(CodeRequest.person_id == person_id, col(CodeRequest.settled_at).is_(None))
    for request in session.exec(waiting).all():
        _settle(session, request, actor)


def _read_request(session: Session, request_id: str) -> tuple[CodeRequest, Account, list[str]]:
    person_id = session.exec(select(CodeRequest.person_id).where(CodeRequest.id == request_id)).first()
    if person_id is None:
        raise NotFound("confirmation_not_found")
    account = lock_account(session, person_id)
    request = session.exec(select(CodeRequest).where(CodeRequest.id == request_id).with_for_update()).one()
    if request.settled_at is not None:
        raise Conflict("confirmation_settled")
    _person, home = get_person(session, person_id)
    return request, account, [home.path, *list_offices(session, person_id)]


def _settle(session: Session, request: CodeRequest, actor: Actor) -> None:
    request.settled_by, request.settled_at = actor.person_id, now()
    session.add(request)
    session.flush()


def make_code(session: Session, account: Account, *, actor: Actor, asked_by: str | None) -> str:
    """A fresh code for an account, which a person hands over: its sign-ins end, it is a fact, and its person is told."""
    end_sessions(session, account.person_id)
    return draw_code(session, account.person_id, actor=actor, asked_by=asked_by)


def draw_code(session: Session, person_id: str, *, actor: Actor, asked_by: str | None) -> str:
    """A fresh code, which is a fact and told to its person."""
    code = issue_activation(session, person_id, days=RENEWAL_DAYS)
    record(session, "person.renew_activation", person_id, actor=actor, asked_by=asked_by)
    send_notice(session, person_id, NoticeKind.CODE_MADE)
    return code
