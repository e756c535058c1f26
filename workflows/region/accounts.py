"""Close an account and open it again; what somebody knows of a person's account and offices."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.doubles import MergedDouble
from models.instants import now
from models.people import Account, EmployeeNumber, MailPurpose, NoticeKind, Person, Role, RoleGrant
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Forbidden
from workflows.region.codes import Renewal, drop_requests, end_sessions, renew_activation, void_mail_codes
from workflows.region.grants import end_role, list_grants
from workflows.region.mail_codes import find_mailed_at
from workflows.region.message_choice import forget_held
from workflows.region.notices import send_notice
from workflows.region.people import require_serving
from workflows.region.posts import HeldPost, list_posts
from workflows.region.powers import get_person, is_second, lock_account, require_over
from workflows.region.sign_in_names import find_sign_in_name


@dataclass(frozen=True)
class PersonRecord:
    """A person as those see them who look after the account: home unit, numbers and posts over time, every grant, the account's state; of
    a dissolved double whose it was."""

    person: Person
    home: Unit
    numbers: list[EmployeeNumber]
    sign_in_name: str
    posts: list[HeldPost]
    grants: list[tuple[RoleGrant, Unit]]
    closed: bool
    activated: bool
    merged_into: Person | None = None  # whose double it was
    mailed_at: datetime | None = None  # when a code was mailed that may still be used


def close_account(session: Session, person_id: str, *, actor: Actor) -> None:
    """Close an account: sign-ins, roles, the password and codes end at once, and nothing the person ever did is lost.

    What waited for them by role waits for the others who hold it; what waited for them by name is shown to the secretariat. An operator
    or admin over the person may, for the holder of an office an admin over every office, and nobody for themselves. Raises Conflict
    where it is closed already and where the region would keep fewer than two admins.
    """
    person, home = get_person(session, person_id)
    if person.id == actor.person_id:
        raise Forbidden("own_account")
    require_over(session, person, home, actor=actor)
    account = lock_account(session, person.id)
    if account.closed_at is not None:
        raise Conflict("account_closed")
    for grant in session.exec(select(RoleGrant).where(RoleGrant.person_id == person.id, col(RoleGrant.ended_at).is_(None))).all():
        end_role(session, grant, actor=actor)
    drop_requests(session, person.id, actor=actor)
    end_sessions(session, person.id)
    forget_held(session, person.id)
    void_mail_codes(session, person.id, MailPurpose.ACTIVATION)
    account.password_hash = account.activation_hash = account.activation_until = None
    account.closed_at = now()
    session.add(account)
    session.flush()
    record(session, "account.close", person.id, actor=actor)
    send_notice(session, person.id, NoticeKind.ACCOUNT_CLOSED)


def reopen_account(session: Session, person_id: str, *, actor: Actor) -> Renewal:
    """Open a closed account again, with a one-time code and without its roles, which are given anew; who may close it may.

    Raises Conflict where it is open, and for who retired: `restore_person` brings them back.
    """
    person, home = get_person(session, person_id)
    require_over(session, person, home, actor=actor)
    require_serving(person)
    account = lock_account(session, person.id)
    if account.closed_at is None:
        raise Conflict("account_open")
    account.closed_at = None
    session.add(account)
    session.flush()
    record(session, "account.reopen", person.id, actor=actor)
    send_notice(session, person.id, NoticeKind.ACCOUNT_REOPENED)
    return renew_activation(session, person.id, actor=actor)


def read_person(session: Session, person_id: str, *, actor: Actor) -> PersonRecord:
    """A person's account and offices, for who is over the home unit or one of the offices; raises NotFound, Forbidden."""
    person, home = get_person(session, person_id)
    grants = list_grants(session, person.id)
    paths = {home.path, *(unit.path for grant, unit in grants if grant.ended_at is None)}
    if not any(actor.holds(role, *paths) for role in (Role.ADMIN, Role.OPERATOR)) and not is_second(actor, paths):
        raise Forbidden("only_operator")
    held = select(EmployeeNumber).where(EmployeeNumber.person_id == person.id).order_by(col(EmployeeNumber.valid_from))
    account = session.get(Account, person.id) or Account(person_id=person.id)
    merged = select(Person).join(MergedDouble, col(MergedDouble.person_id) == col(Person.id))
    return PersonRecord(
        person=person,
        home=home,
        numbers=list(session.exec(held)),
        sign_in_name=find_sign_in_name(session, person.id),
        posts=list_posts(session, person.id),
        grants=grants,
        closed=account.closed_at is not None,
        activated=account.password_hash is not None,
        merged_into=session.exec(merged.where(MergedDouble.double_id == person.id)).first(),
        mailed_at=find_mailed_at(session, person.id),
    )
