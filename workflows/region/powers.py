"""Who may change somebody's account or offices, and who may be the second person."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.doubles import MergedDouble
from models.instants import today
from models.ledger import LedgerEntry
from models.offices import OfficeHolder, is_confirmed
from models.people import DECIDING, Account, CodeRequest, Person, Role, RoleGrant, is_held
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.refusals import Conflict, Forbidden, NotFound

_GAVE_A_CODE = ("person.register", "person.renew_activation")


def get_person(session: Session, person_id: str) -> tuple[Person, Unit]:
    """A person with their home unit; raises NotFound."""
    row = session.exec(select(Person, Unit).join(Unit).where(Person.id == person_id)).first()
    if row is None:
        raise NotFound("person_not_found")
    return row[0], row[1]


def lock_account(session: Session, person_id: str) -> Account:
    """A person's account, which nobody else changes until the transaction ends; made where there was none."""
    found = select(Account).where(Account.person_id == person_id).with_for_update().execution_options(populate_existing=True)
    account = session.exec(found).first()
    if account is None:
        account = Account(person_id=person_id)
        session.add(account)
        session.flush()
    return account


def take_person(session: Session, person_id: str) -> tuple[Person, Unit, Account]:
    """A person with their home unit and account as they stand, which nobody else changes until the transaction ends; raises NotFound."""
    person, _home = get_person(session, person_id)
    account = lock_account(session, person.id)
    session.refresh(person)
    return person, session.get_one(Unit, person.unit_id), account


def list_offices(session: Session, person_id: str) -> list[str]:
    """The paths of the units over which somebody holds an office: a role, given or awaited, or an appointment that is not over."""
    granted = select(Unit.path).join(RoleGrant).where(RoleGrant.person_id == person_id, col(RoleGrant.ended_at).is_(None))
    until = col(OfficeHolder.valid_until)
    appointed = select(Unit.path).join(OfficeHolder, col(OfficeHolder.unit_id) == col(Unit.id)).where(OfficeHolder.person_id == person_id)
    appointed = appointed.where(sa.or_(until.is_(None), until >= today()))
    return sorted({*session.exec(granted.where(RoleGrant.role != Role.PROPOSER)), *session.exec(appointed)})


def is_deciding(session: Session, person_id: str) -> bool:
    """Whether somebody holds a deciding role, or it waits for its confirmation."""
    open_grants = select(RoleGrant.id).where(RoleGrant.person_id == person_id, col(RoleGrant.ended_at).is_(None))
    return session.exec(open_grants.where(col(RoleGrant.role).in_(DECIDING))).first() is not None


def is_in_office(session: Session, person_id: str, roles: Iterable[Role], *, but: str) -> bool:
    """Whether somebody holds one of some roles or the office of a unit, other than the grant or appointment of an id.

    An operator whose role nobody confirmed does not count: one admin alone gave it before it was a deciding role.
    """
    by_two = (col(RoleGrant.role) != Role.OPERATOR) | col(RoleGrant.confirmed_by).is_not(None)
    granted = select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.id != but, is_held(), by_two)
    granted = granted.where(col(RoleGrant.role).in_(list(roles)))
    until = col(OfficeHolder.valid_until)
    appointed = select(OfficeHolder.id).where(OfficeHolder.person_id == person_id, OfficeHolder.id != but, is_confirmed())
    appointed = appointed.where(until.is_(None) | (until >= today()))
    return any(session.exec(found).first() is not None for found in (granted, appointed))


def decides_or_signs(session: Session, person_id: str) -> bool:
    """Whether somebody decides or signs: nobody alone changes the name and rank under which they do."""
    return is_deciding(session, person_id) or is_in_office(session, person_id, (), but="")


def list_sponsors(session: Session, person_id: str) -> set[str]:
    """Who registered somebody, gave or confirmed a role or an office of theirs, handed them a code or let one be mailed, and who wrote the
    address that it went to.

    What two such people agree on, one may have made up. Codes stand in the ledger, where facts about no idea are few beside the others.
    """
    given = [payload for _kind, payload in _list_codes_given(session, person_id)]
    actors = {str(payload["actor"]) for payload in given} | {address_by for payload in given if (address_by := _read_address_by(payload))}
    granted = select(RoleGrant.granted_by, RoleGrant.confirmed_by).where(RoleGrant.person_id == person_id)
    appointed = select(OfficeHolder.appointed_by, OfficeHolder.confirmed_by).where(OfficeHolder.person_id == person_id)
    pairs = {who for question in (granted, appointed) for pair in session.exec(question) for who in pair if who}
    settled = select(CodeRequest.settled_by).where(CodeRequest.person_id == person_id)
    return actors | pairs | {who for who in session.exec(settled) if who}


def has_handed_code(session: Session, giver_id: str, person_id: str) -> bool:
    """Whether somebody ever handed a person a code for their account; who registered them did, unless another code came after that.

    A code that was mailed was never shown to who asked for it. Whoever wrote the address may have read it there, and it takes nothing
    from who registered them: they may have written an address of their own.
    """
    given = _list_codes_given(session, person_id)
    mailed = {address_by for _kind, payload in given if (address_by := _read_address_by(payload))}
    by_hand = [(kind, str(payload["actor"])) for kind, payload in given if not payload["detail"].get("by_mail")]
    later = {who for kind, who in by_hand if kind != _GAVE_A_CODE[0]}
    return giver_id in mailed | (later or {who for _kind, who in by_hand})


def _list_codes_given(session: Session, person_id: str) -> list[tuple[str, Mapping[str, Any]]]:
    facts = select(LedgerEntry.kind, LedgerEntry.payload).where(col(LedgerEntry.idea_id).is_(None), col(LedgerEntry.kind).in_(_GAVE_A_CODE))
    return list(session.exec(facts.where(col(LedgerEntry.payload)["subject"].as_string() == person_id)))


def _read_address_by(payload: Mapping[str, Any]) -> str:
    """Who wrote the address to which a code was mailed; empty for one that was handed over, and where nobody is known."""
    return str(payload["detail"].get("address_by") or "")


def require_over(session: Session, person: Person, home: Unit, *, actor: Actor, in_office: tuple[Role, ...] = (Role.ADMIN,)) -> list[str]:
    """Let an operator or admin over a person's home unit pass, who for an office holder must hold `in_office` over every office too.

    Answers the offices' paths. The scope follows the offices and not the home unit alone: otherwise whoever looks after the accounts of
    a village would look after that of a leader who lives there. Raises Conflict for a dissolved double, of which nothing changes any more.
    """
    if not any(actor.holds(role, home.path) for role in (Role.ADMIN, Role.OPERATOR)):
        raise Forbidden("only_operator")
    offices = list_offices(session, person.id)
    if not all(any(actor.holds(role, path) for role in in_office) for path in offices):
        raise Forbidden("office_beyond_reach")
    if session.get(MergedDouble, person.id) is not None:
        raise Conflict("double_merged")
    return offices


def is_second(actor: Actor, paths: Iterable[str], *first: str | None) -> bool:
    """Whether somebody may be the second person: an admin or leader over all of these units, and none of the first."""
    return actor.person_id not in first and all(actor.holds(Role.ADMIN, path) or actor.holds(Role.LEADER, path) for path in paths)


def require_second(actor: Actor, paths: Iterable[str], *first: str | None) -> None:
    """Refuse whoever may not be the second person: `only_second` for want of a role, `own_confirmation` for one of the first."""
    if not is_second(actor, paths):
        raise Forbidden("only_second")
    if actor.person_id in first:
        raise Forbidden("own_confirmation")
