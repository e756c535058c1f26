"""Roles: given by one person, for a deciding role confirmed by a second, ended; every step is a fact and every grant stays on record."""

from sqlmodel import Session, col, select

from models.instants import now, today
from models.may_hold import MAY_HOLD
from models.people import DECIDING, NoticeKind, Person, Role, RoleGrant, is_held
from models.units import Unit
from workflows.process.actors import Actor, flow_actor
from workflows.process.deadlines import end_of_day
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.wording import read_line
from workflows.region.heads import NewGrant, read_terms, require_sole_head, tell_terms
from workflows.region.notices import send_notice
from workflows.region.people import get_unit
from workflows.region.posts import LONGEST_REASON
from workflows.region.powers import is_second, lock_account, require_second
from workflows.region.taking_up import take_up_alone, take_up_by_two

CLOCK = flow_actor("clock")
FEWEST_ADMINS = 2  # over the whole region: one alone could confirm nothing


def grant_role(session: Session, person_id: str, role: Role, unit_code: str, *, actor: Actor) -> RoleGrant:
    """Give a person a role until it is ended, as `give_role` does."""
    return give_role(session, person_id, NewGrant(role, unit_code), actor=actor)


def give_role(session: Session, person_id: str, new: NewGrant, *, actor: Actor) -> RoleGrant:
    """Give a person a role over a unit and all below it; an admin over the unit may, and never to themselves.

    A deciding role (chair, leader, verifier, auditor, admin, operator) is held only once a second person has confirmed it; any other at
    once. Raises Invalid, all faults at once, for a role that people of this kind do not hold and for what `read_terms` refuses; Conflict
    for a closed account, for a role that is held, or waits for its confirmation, already, and for a second head (`require_sole_head`).
    """
    unit = get_unit(session, new.unit_code)
    actor.require(Role.ADMIN, unit.path)
    if person_id == actor.person_id:
        raise Forbidden("own_role")
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person_not_found")
    faults, reason = Faults(), ""
    if new.role not in MAY_HOLD[person.kind]:
        faults.found.append(Invalid("role_of_another_kind", "role", role=new.role, kind=person.kind))
    with faults.gather():
        reason = read_terms(new)
    faults.settle()
    if lock_account(session, person_id).closed_at is not None:
        raise Conflict("account_closed")
    end_lapsed(session, actor=CLOCK, person_id=person_id)
    refuse_open(session, person_id, new.role, unit)
    require_sole_head(session, person_id, new, unit)
    at, deciding = now(), new.role in DECIDING
    grant = RoleGrant(person_id=person_id, role=new.role, unit_id=unit.id, granted_by=actor.person_id, granted_at=at)
    grant.confirmed_at = None if deciding else at
    grant.capacity, grant.last_day, grant.reason = new.capacity, new.last_day, reason
    session.add(grant)
    session.flush()
    record(session, "role.grant", person_id, actor=actor, grant=grant.id, confirmation=deciding, **tell_terms(grant))
    if grant.confirmed_at is not None:
        take_up_alone(session, grant, actor=actor)
        send_notice(session, person_id, NoticeKind.ROLE_HELD, new.role)
    return grant


def confirm_grant(session: Session, grant_id: str, *, actor: Actor) -> str | None:
    """Confirm a deciding role: another admin, or the leader, over its unit may, who neither gave it nor gets it.

    Answers the one-time code to hand over where it is the person's first office that two people gave.
    """
    grant, unit = _read_waiting(session, grant_id)
    require_second(actor, [unit.path], grant.granted_by, grant.person_id)
    if lock_account(session, grant.person_id).closed_at is not None:
        raise Conflict("account_closed")
    grant.confirmed_by, grant.confirmed_at = actor.person_id, now()
    session.add(grant)
    session.flush()
    record(session, "role.confirm", grant.person_id, actor=actor, grant=grant.id, role=grant.role, unit=unit.id)
    send_notice(session, grant.person_id, NoticeKind.ROLE_HELD, grant.role)
    return take_up_by_two(session, grant.person_id, grant.id, first=grant.granted_by, actor=actor)


def refuse_grant(session: Session, grant_id: str, *, actor: Actor) -> RoleGrant:
    """Refuse or withdraw a role that waits for its confirmation: who gave it, who would get it, or who may confirm it."""
    grant, unit = _read_waiting(session, grant_id)
    if actor.person_id not in (grant.granted_by, grant.person_id) and not is_second(actor, [unit.path]):
        raise Forbidden("only_second")
    kind = "role.withdraw" if actor.person_id == grant.granted_by else "role.refuse"
    _close(session, grant, kind, actor=actor)
    return grant


def end_grant(session: Session, person_id: str, grant_id: str, reason: str = "", *, actor: Actor) -> RoleGrant:
    """End a role, effective from the next request, and say why: an admin or leader over its unit may, and its holder.

    The region keeps two admins over the whole of it. Raises NotFound, Forbidden, Invalid for the reason, and Conflict (`role_ended`,
    `admins_too_few`).
    """
    grant, unit = _read_grant(session, grant_id)
    if grant.person_id != person_id:
        raise NotFound("role_not_found")
    if person_id != actor.person_id and not is_second(actor, [unit.path]):
        raise Forbidden("only_second")
    if grant.is_over:
        raise Conflict("role_ended")
    end_role(session, grant, read_line("reason", reason, maximum=LONGEST_REASON, minimum=0), actor=actor)
    return grant


def end_role(session: Session, grant: RoleGrant, reason: str = "", *, actor: Actor) -> None:
    """End an open grant of somebody, whoever may; raises Conflict where the region would keep fewer than two admins."""
    held = grant.confirmed_at is not None
    if held and grant.role == Role.ADMIN:
        _keep_admins(session, grant)
    grant.end_reason = reason
    _close(session, grant, "role.end" if held else "role.withdraw", actor=actor)
    if held:
        send_notice(session, grant.person_id, NoticeKind.ROLE_ENDED, grant.role)


def end_lapsed(session: Session, *, actor: Actor, person_id: str = "", limit: int = 500) -> None:
    """Write the end of roles whose last day is past, of everybody or of one person, and tell their holders; they gave nothing since."""
    lapsed = select(RoleGrant).where(col(RoleGrant.ended_at).is_(None), col(RoleGrant.last_day) < today())
    if person_id:
        lapsed = lapsed.where(RoleGrant.person_id == person_id)
    lapsed = lapsed.order_by(col(RoleGrant.last_day), col(RoleGrant.id)).limit(limit)
    for grant in session.exec(lapsed.with_for_update(skip_locked=not person_id)).all():  # the clock waits for nobody: it holds the chain
        held = grant.confirmed_at is not None
        _close(session, grant, "role.end" if held else "role.withdraw", actor=actor)
        if held:
            send_notice(session, grant.person_id, NoticeKind.ROLE_ENDED, grant.role)


def list_grants(session: Session, person_id: str) -> list[tuple[RoleGrant, Unit]]:
    """Every grant that somebody ever had, with its unit; open ones first, then the last given."""
    granted = select(RoleGrant, Unit).join(Unit).where(RoleGrant.person_id == person_id)
    newest = col(RoleGrant.granted_at).desc()
    return [
        (grant, unit) for grant, unit in session.exec(granted.order_by(col(RoleGrant.ended_at).is_not(None), newest, col(RoleGrant.id)))
    ]


def refuse_open(session: Session, person_id: str, role: Role, unit: Unit) -> None:
    """Raise Conflict where somebody holds a role over a unit already, or its confirmation is awaited."""
    same = select(RoleGrant.confirmed_at).where(RoleGrant.person_id == person_id, RoleGrant.role == role, RoleGrant.unit_id == unit.id)
    for confirmed_at in session.exec(same.where(col(RoleGrant.ended_at).is_(None))):
        raise Conflict("role_already_held" if confirmed_at else "role_awaits_confirmation", "role", role=role)


def _read_grant(session: Session, grant_id: str) -> tuple[RoleGrant, Unit]:
    """A grant and its unit, locked; its person's account is locked first, as everywhere, so that no two wait for each other."""
    person_id = session.exec(select(RoleGrant.person_id).where(RoleGrant.id == grant_id)).first()
    if person_id is None:
        raise NotFound("role_not_found")
    lock_account(session, person_id)
    grant = session.exec(select(RoleGrant).where(RoleGrant.id == grant_id).with_for_update()).one()
    return grant, session.get_one(Unit, grant.unit_id)


def _read_waiting(session: Session, grant_id: str) -> tuple[RoleGrant, Unit]:
    grant, unit = _read_grant(session, grant_id)
    if grant.confirmed_at is not None or grant.is_over:
        raise Conflict("confirmation_settled")
    return grant, unit


def _close(session: Session, grant: RoleGrant, kind: str, *, actor: Actor) -> None:
    lapsed = grant.last_day is not None and grant.last_day < today()
    grant.ended_by, grant.ended_at = actor.person_id, end_of_day(grant.last_day) if lapsed and grant.last_day else now()
    session.add(grant)
    session.flush()
    record(session, kind, grant.person_id, actor=actor, grant=grant.id, role=grant.role, unit=grant.unit_id)


def _keep_admins(session: Session, ending: RoleGrant) -> None:
    """The region is locked: two who end each other's role at once would else both find the other one left. Who leaves soon is none."""
    region = session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)).with_for_update()).one()
    held = select(RoleGrant.id).where(RoleGrant.role == Role.ADMIN, RoleGrant.unit_id == region, is_held())
    admins = set(session.exec(held.where(col(RoleGrant.last_day).is_(None))))
    if ending.id in admins and len(admins) <= FEWEST_ADMINS:
        raise Conflict("admins_too_few", minimum=FEWEST_ADMINS)
