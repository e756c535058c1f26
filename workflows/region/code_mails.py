"""Codes of activation by mail: for who has no password yet and an address in the directory; nobody is shown them on the way.

Whoever reads the mail takes the account. So a code goes to no address that stands for several people, to none that whoever asks for it
wrote themselves, to nobody who holds an office, and to nobody who has a password. What holds when it is asked for is asked again when the
mail is written and when the code is typed.

A code is made from its row's id and a secret that lies in no database: the mail that goes out twice, since nobody knows whether it did,
brings the same code, and its hash is kept before it goes out. So there is one code, and the one in the mailbox opens the account.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, func, select

from models.database import append_rows
from models.ids import derive_code, new_id
from models.instants import wall_now
from models.ledger import LedgerEntry
from models.people import Account, MailCode, MailPurpose, NoticeKind, Person, Role
from workflows.process.actors import Actor
from workflows.process.journal import record, record_each, send_each
from workflows.process.refusals import Conflict, Forbidden, Refusal
from workflows.region.code_sheet import list_waiting
from workflows.region.codes import ACTIVATION_DAYS, RENEWAL_DAYS, hash_code, is_code_awaited, void_mail_codes
from workflows.region.email_address import fold_email, mask_email
from workflows.region.mail_codes import list_lately_mailed, require_few
from workflows.region.notices import write_notices
from workflows.region.people import get_unit
from workflows.region.powers import get_person, list_offices, lock_account, require_over

MOST_MAILS = 500  # of one unit at once; who is left gets one of the next
JOB, FACT = "recognition.mail_activation", "person.renew_activation"
_WROTE_ADDRESS = ("person.register", "person.change", "account.change_email")


class Hindrance(StrEnum):
    """Why somebody is mailed no code."""

    NO_ADDRESS = "no_address"
    SHARED_ADDRESS = "shared_address"  # of an open account of somebody else, too: a mailbox that several people read
    OWN_ADDRESS = "own_address"  # whoever asks wrote it: it might be theirs
    LATELY_MAILED = "lately_mailed"  # and the code may still be used
    IN_OFFICE = "in_office"  # their code needs a second person


_REFUSALS: dict[Hindrance, Callable[[], Refusal]] = {
    Hindrance.NO_ADDRESS: lambda: Conflict("email_missing"),
    Hindrance.SHARED_ADDRESS: lambda: Conflict("email_shared"),
    Hindrance.OWN_ADDRESS: lambda: Forbidden("email_of_own_writing"),
    Hindrance.IN_OFFICE: lambda: Conflict("code_of_office_by_hand"),
}


@dataclass(frozen=True)
class Recipient:
    """Somebody to whom a code goes out; the address masked."""

    person_id: str
    name: str
    masked_email: str


@dataclass(frozen=True)
class LeftOut:
    """Somebody to whom none goes out, and why."""

    person_id: str
    name: str
    why: Hindrance


@dataclass(frozen=True)
class CodeMailing:
    """To whom of a unit codes go out and until when they can be used, who is left out, and how many were not looked at yet.

    Of those left out MOST_MAILS are named; `counts` says how many there are, by why.
    """

    unit: str
    until: datetime
    mailed: list[Recipient] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    counts: dict[Hindrance, int] = field(default_factory=dict)
    left: int = 0


@dataclass(frozen=True)
class MailedCode:
    """To whom a code goes out, and until when it can be used."""

    to: Recipient
    until: datetime


def mail_unit_codes(session: Session, unit_code: str, *, actor: Actor) -> CodeMailing:
    """Mail a code to everybody of a unit who has no password yet and to whom none is hindered; an admin or operator over it may.

    What they had on paper is void once the mail is written. Of a unit of more than MOST_MAILS each call is for the next. Each is a fact,
    which says who wrote the address. Raises Invalid for an unknown unit, Forbidden, Conflict `mail_without_people` where nobody waits.
    """
    unit = get_unit(session, unit_code)
    if not (actor.holds(Role.ADMIN, unit.path) or actor.holds(Role.OPERATOR, unit.path)):
        raise Forbidden("only_operator")
    waiting = [each for each in list_waiting(session, unit.id) if each.person.id != actor.person_id]
    if not waiting:
        raise Conflict("mail_without_people", "unit_code")
    mailed, left_out, looked_at = dict[str, Person](), list[LeftOut](), 0
    writers = dict[str, str]()
    while looked_at < len(waiting) and len(mailed) < MOST_MAILS:
        some = [each.person for each in waiting[looked_at : looked_at + MOST_MAILS - len(mailed)]]
        looked_at += len(some)
        writers |= (wrote := _list_address_writers(session, some))
        hindered = _find_hindrances(session, some, wrote, actor)
        mailed |= {person.id: person for person in some if person.id not in hindered}
        left_out += [LeftOut(person.id, person.full_name, hindered[person.id]) for person in some if person.id in hindered]
    until = wall_now() + timedelta(days=ACTIVATION_DAYS)
    record_each(session, FACT, _ask(session, list(mailed.values()), writers, until, actor), actor=actor)
    counts = {why: sum(each.why == why for each in left_out) for why in Hindrance}
    counts = {why: count for why, count in counts.items() if count}
    told = [_show(person) for person in mailed.values()]
    return CodeMailing(unit.name, until, told, left_out[:MOST_MAILS], counts, len(waiting) - looked_at)


def mail_code(session: Session, person_id: str, *, actor: Actor) -> MailedCode:
    """Mail a code to somebody who lost theirs before they had a password; the one before is void. An operator or admin over them may.

    Raises Forbidden for oneself (`own_code`) and for an address of one's own writing (`email_of_own_writing`); Conflict for a closed
    account, for one that has a password (`account_activated`), for the holder of an office (`code_of_office_by_hand`), for an address that
    is missing or shared, and for too many in a day.
    """
    person, home = get_person(session, person_id)
    if person.id == actor.person_id:
        raise Forbidden("own_code")
    require_over(session, person, home, actor=actor)
    account = lock_account(session, person.id)
    session.refresh(person)
    if account.closed_at is not None:
        raise Conflict("account_closed")
    if account.password_hash is not None:
        raise Conflict("account_activated")
    wrote = _list_address_writers(session, [person])
    why = _find_hindrances(session, [person], wrote, actor, anew=True).get(person.id)
    if why is not None:
        raise _REFUSALS[why]()
    require_few(session, person.id, MailPurpose.ACTIVATION)
    until = wall_now() + timedelta(days=RENEWAL_DAYS)
    record(session, FACT, person.id, actor=actor, **_ask(session, [person], wrote, until, actor)[person.id])
    return MailedCode(_show(person), until)


def make_mailed_code(session: Session, code_id: str, secret: bytes) -> tuple[MailCode, str] | None:
    """The code that a mail is about to bring, and its row; None, for good, where it may open nothing any more.

    The same each time. Its hash is kept, and what the person had on paper is void: commit this before the mail goes out.
    """
    row = session.get(MailCode, code_id)
    if row is None:
        return None
    account = lock_account(session, row.person_id)
    session.refresh(row)
    if not _may_open(session, row, account):
        row.settled_at = row.settled_at or wall_now()
        session.add(row)
        return None
    code = derive_code(secret, f"{MailPurpose.ACTIVATION} {row.id} {row.person_id} {row.email}")
    row.code_hash = hash_code(row.person_id, code)
    account.activation_hash = account.activation_until = None
    session.add_all([row, account])
    return row, code


def fits_mailed(session: Session, account: Account, typed: str) -> bool:
    """Whether a typed code is the one that was mailed to somebody without a password, and still may open the account."""
    kept = hash_code(account.person_id, typed)
    mailed = select(MailCode).where(MailCode.person_id == account.person_id, MailCode.purpose == MailPurpose.ACTIVATION)
    mailed = mailed.where(MailCode.code_hash == kept, col(MailCode.settled_at).is_(None))  # as it stands now, not as it was read before
    return any(_may_open(session, row, account) for row in session.exec(mailed).all())


def _may_open(session: Session, row: MailCode, account: Account) -> bool:
    """Whether a code may open an account that nobody opened yet: its person has that address still, and no office."""
    if row.settled_at is not None or row.until < wall_now() or account.closed_at is not None or account.password_hash is not None:
        return False
    person = session.get(Person, row.person_id, populate_existing=True)
    return person is not None and person.email == row.email and not _is_in_office(session, person.id)


def _is_in_office(session: Session, person_id: str) -> bool:
    return bool(list_offices(session, person_id)) or is_code_awaited(session, person_id)


def _find_hindrances(
    session: Session, people: Sequence[Person], wrote: dict[str, str], actor: Actor, *, anew: bool = False
) -> dict[str, Hindrance]:
    """Of some people without a password those who may be mailed no code now, and why; `anew`: one they have by mail is no reason."""
    lately = set[str]() if anew else list_lately_mailed(session, [person.id for person in people])
    shared = _list_shared(session, {fold_email(person.email) for person in people if person.email})
    confirmed = _list_confirmed(session, people)
    found = dict[str, Hindrance]()
    for person in people:
        if not person.email:
            found[person.id] = Hindrance.NO_ADDRESS
        elif person.id in lately:
            found[person.id] = Hindrance.LATELY_MAILED
        elif _is_in_office(session, person.id):  # after what costs nothing to know: a unit may have thousands without an address
            found[person.id] = Hindrance.IN_OFFICE
        elif fold_email(person.email) in shared:
            found[person.id] = Hindrance.SHARED_ADDRESS
        elif wrote.get(person.id) == actor.person_id and person.id not in confirmed:
            found[person.id] = Hindrance.OWN_ADDRESS
    return found


def _list_shared(session: Session, addresses: Iterable[str]) -> set[str]:
    """The addresses that stand for several people whose accounts are not closed; upper and lower case make no difference."""
    folded = func.lower(col(Person.email))
    several = select(folded).outerjoin(Account, col(Account.person_id) == col(Person.id)).where(col(Account.closed_at).is_(None))
    several = several.where(folded.in_(list(addresses))).group_by(folded).having(func.count() > 1)
    return set(session.exec(several))


def _list_confirmed(session: Session, people: Iterable[Person]) -> set[str]:
    """Those whose present address their own code confirmed."""
    confirmed = select(Account.person_id, Account.confirmed_email).where(col(Account.person_id).in_([person.id for person in people]))
    proved = dict(session.exec(confirmed).all())
    return {person.id for person in people if person.email and proved.get(person.id) == person.email}


def _list_address_writers(session: Session, people: Iterable[Person]) -> dict[str, str]:
    """Who last wrote each of some people's addresses, as the ledger knows it: a person's id, or a flow's name."""
    subject, with_address = col(LedgerEntry.payload)["subject"].as_string(), [person.id for person in people if person.email]
    facts = select(LedgerEntry.kind, LedgerEntry.payload).where(
        col(LedgerEntry.idea_id).is_(None), col(LedgerEntry.kind).in_(_WROTE_ADDRESS)
    )
    writers = dict[str, str]()
    if not with_address:
        return writers
    for kind, payload in session.exec(facts.where(subject.in_(with_address)).order_by(col(LedgerEntry.seq))):
        if kind != "person.change" or "email" in payload["detail"].get("fields", ()):
            writers[str(payload["subject"])] = str(payload["actor"])
    return writers


def _ask(session: Session, people: Sequence[Person], writers: dict[str, str], until: datetime, actor: Actor) -> dict[str, Any]:
    """Let the flow mail a code to each, which stands on their own page; one mailed before is void. Answers what the fact of each says."""
    at, rows = wall_now(), list[dict[str, Any]]()
    for person in people:
        lock_account(session, person.id)  # nobody asks for another meanwhile
        void_mail_codes(session, person.id, MailPurpose.ACTIVATION)
        asked = {"id": new_id(), "person_id": person.id, "change_id": None, "purpose": MailPurpose.ACTIVATION, "email": person.email}
        rows.append({**asked, "code_hash": None, "at": at, "until": until, "settled_at": None})
    append_rows(session, MailCode, rows)
    write_notices(session, [person.id for person in people], NoticeKind.CODE_MAILED)
    send_each(session, JOB, [str(row["id"]) for row in rows])
    return {of.id: {"asked_by": actor.person_id, "by_mail": True, "address_by": writers.get(of.id)} for of in people}


def _show(person: Person) -> Recipient:
    return Recipient(person.id, person.full_name, mask_email(person.email))
