"""Dissolve the second record of one person into the first: its numbers go over, and nobody signs in with it ever after.

Every rule of independence asks for a person's id: two records that judged one idea would pass for two people. So a record under which
anybody ever did something, was asked for something or held a role is no double that could be dissolved, and one whose account was
activated may be somebody else's: whoever wants to dissolve it closes the account first, and its holder is told.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, select

from models.doubles import MergedDouble
from models.instants import now, today
from models.people import Account, EmployeeNumber, NoticeKind, Person, SignInName
from models.statements.mentions import list_mentions
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.wording import read_line
from workflows.region.accounts import close_account
from workflows.region.identifiers import find_by_number_or_name
from workflows.region.notices import send_notice
from workflows.region.people import require_serving
from workflows.region.posts import LONGEST_REASON, end_post
from workflows.region.powers import get_person, lock_account, require_over

FIELD = "double"
# whose rows say what a record is, and not what anybody did under it
OF_A_RECORD = frozenset(
    (
        *("account", "accountnotice", "calendarfeed", "employeenumber", "heldnews", "mailcode", "messagechoice", "nameword"),
        *("post", "signin", "signinname"),
    )
)


@dataclass(frozen=True)
class Double:
    """The second record, by its employee number or sign-in name; whether its number is the person's true one; and why it is dissolved."""

    identifier: str
    has_true_number: bool
    reason: str


def merge_double(session: Session, person_id: str, double: Double, *, actor: Actor) -> Person:
    """Dissolve a double into the person it is of, who is told: that they sign in with another number from now on, or that they do not.

    An operator or admin over both may, for the holder of an office an admin over every office, and nobody for themselves. Raises Invalid,
    all faults at once, for a double that nobody over it has, the person's own number, one of another kind, and without a reason; Conflict
    where the double was activated and is open (`double_activated`), is named anywhere (`double_in_use`) or was dissolved before
    (`double_merged`), and for who retired.
    """
    person, home = get_person(session, person_id)
    require_over(session, person, home, actor=actor)
    faults, other, reason = Faults(), person, ""
    with faults.gather():
        other = _find_double(session, person, double.identifier, actor)
    with faults.gather():
        reason = read_line("reason", double.reason, maximum=LONGEST_REASON)
    faults.settle()
    if actor.person_id in (person.id, other.id):
        raise Forbidden("own_account")
    accounts = {each: lock_account(session, each) for each in sorted((person.id, other.id))}
    for each in (person, other):
        session.refresh(each)
    require_serving(person)
    _require_unused(session, accounts[other.id])
    if accounts[other.id].closed_at is None:
        close_account(session, other.id, actor=actor)
    is_renumbered = _hand_over_numbers(session, person, other, double.has_true_number)
    _end_service(session, other, reason)
    session.add(MergedDouble(double_id=other.id, person_id=person.id, reason=reason, merged_by=str(actor.person_id)))
    session.flush()
    record(session, "person.merge", other.id, actor=actor, into=person.id, takes_number=double.has_true_number)
    send_notice(session, person.id, NoticeKind.NUMBER_CHANGED if is_renumbered else NoticeKind.DOUBLE_MERGED)
    return person


def _find_double(session: Session, person: Person, identifier: str, actor: Actor) -> Person:
    """The record of an identifier; one that the actor is not over is as unknown as none, so that no number can be tried here."""
    found = find_by_number_or_name(session, identifier)
    if found == person.id:
        raise Invalid("double_is_same", FIELD)
    try:
        other, home = get_person(session, found or "")
        require_over(session, other, home, actor=actor)
    except (Forbidden, NotFound) as unknown:
        raise Invalid("double_unknown", FIELD) from unknown
    if other.kind.has_number != person.kind.has_number:
        raise Invalid("double_of_other_kind", FIELD)
    return other


def _require_unused(session: Session, account: Account) -> None:
    if list_mentions(session, account.person_id, OF_A_RECORD):
        raise Conflict("double_in_use", FIELD)
    if account.closed_at is None and account.password_hash is not None:
        raise Conflict("double_activated", FIELD)


def _hand_over_numbers(session: Session, person: Person, other: Person, has_true_number: bool) -> bool:
    """Make the double's numbers the person's: the true one from today on, the others as numbers that never held a day.

    Answers whether the person has another number from now on: a double without a present one has none to give.
    """
    open_until = {number.person_id: number for number in _list_numbers(session, person.id, other.id) if number.valid_until is None}
    for number in _list_numbers(session, other.id):
        number.person_id, number.valid_until = person.id, number.valid_from - timedelta(days=1)
        session.add(number)
    if not has_true_number or other.id not in open_until:
        return False
    if person.id in open_until:
        open_until[person.id].valid_until = today() - timedelta(days=1)
        session.add(open_until[person.id])
    true = open_until[other.id]
    true.valid_from, true.valid_until, person.kind = today(), None, other.kind
    session.add_all([true, person])
    return True


def _list_numbers(session: Session, *people: str) -> list[EmployeeNumber]:
    return list(session.exec(select(EmployeeNumber).where(col(EmployeeNumber.person_id).in_(people))))


def _end_service(session: Session, other: Person, reason: str) -> None:
    """Nobody serves, signs in or is asked to join a team under the double from now on."""
    for name in session.exec(select(SignInName).where(SignInName.person_id == other.id, col(SignInName.ended_at).is_(None))):
        name.ended_at = now()
        session.add(name)
    if other.retired_on is None:
        other.retired_on = today()
        session.add(other)
        session.flush()
        end_post(session, other.id, today(), reason)
