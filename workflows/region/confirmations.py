"""What waits for a second person: deciding roles, appointments, codes for office holders, late permits, days, pauses, past ideas."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from models.calendars import DeclaredDay, DeclaredKind
from models.late_permits import LatePermit
from models.offices import OfficeHolder
from models.past_ideas import PastFile
from models.pauses import ClockPause
from models.people import CodeRequest, Person, Role, RoleGrant, is_not_over
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.refusals import NotFound
from workflows.region.calendar import confirm_day, end_day, gains_by, get_region, list_waiting
from workflows.region.call_changes import proposes_in
from workflows.region.codes import confirm_code, refuse_code
from workflows.region.grants import confirm_grant, refuse_grant
from workflows.region.holders import confirm_holder, refuse_holder
from workflows.region.late_permits import confirm_late_permit, end_late_permit, list_unconfirmed
from workflows.region.past_files import confirm_past_file, end_past_file, list_files_waiting, may_look_through
from workflows.region.pauses import confirm_pause, end_pause
from workflows.region.pauses import gains_by as gains_by_pause
from workflows.region.pauses import list_waiting as list_pauses_waiting
from workflows.region.powers import get_person, is_second, list_offices, list_sponsors

Kind = Literal["role", "office", "code", "late", "calendar", "pause", "past"]

Settle = Callable[..., object]
CONFIRMED_BY: dict[str, Settle] = {"late": confirm_late_permit, "calendar": confirm_day, "pause": confirm_pause, "past": confirm_past_file}
ENDED_BY: dict[str, Settle] = {"late": end_late_permit, "calendar": end_day, "pause": end_pause, "past": end_past_file}


@dataclass(frozen=True)
class Confirmation:
    """Something one person began and a second must confirm.

    `about` is who would get it, `first` who began it (None: a flow); `unit` is whose role or office it is, of a code the home unit, of a
    late permit the unit that holds the call. `call`, `until` and `reason` are a late permit's; `day`, `declares` and `source` those of a
    day of the region, which `about` names; of a pause `about` names the cause, and `call`, `reason` and its first and last day are told.
    Of a file of earlier years `about` is its name, and `sha256` and how many ideas it tells of (`count`) are told.
    """

    id: str
    kind: Kind
    about: str
    about_id: str | None
    first: str
    role: Role | None
    unit: str
    at: datetime | None
    may_confirm: bool
    may_refuse: bool
    call: str | None = None
    until: datetime | None = None
    reason: str | None = None
    day: date | None = None
    declares: DeclaredKind | None = None
    source: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    sha256: str | None = None
    count: int | None = None


def list_confirmations(session: Session, *, actor: Actor) -> list[Confirmation]:
    """What waits and concerns the actor: what they may confirm, what they began, and what they would get."""
    rows = [*_list_roles(session, actor), *_list_holders(session, actor), *_list_codes(session, actor)]
    rows += [*_list_late(session, actor), *_list_days(session, actor), *_list_pauses(session, actor), *_list_files(session, actor)]
    return [row for row in rows if row.may_confirm or row.may_refuse]


def count_to_confirm(session: Session, *, actor: Actor) -> int:
    """How much waits for the actor as the second person."""
    if not (actor.holds(Role.ADMIN) or actor.holds(Role.LEADER)):
        return 0
    return sum(row.may_confirm for row in list_confirmations(session, actor=actor))


def confirm(session: Session, confirmation_id: str, *, actor: Actor) -> str | None:
    """Confirm as the second person. Raises NotFound, Forbidden, Conflict.

    Answers the one-time code to hand over: where it was about one, and where somebody takes up their first office that two people gave.
    """
    kind = _find_kind(session, confirmation_id, actor)
    if kind == "code":
        return confirm_code(session, confirmation_id, actor=actor)
    if kind == "role":
        return confirm_grant(session, confirmation_id, actor=actor)
    if kind in CONFIRMED_BY:
        CONFIRMED_BY[kind](session, confirmation_id, actor=actor)
        return None
    return confirm_holder(session, confirmation_id, actor=actor)


def find_person(session: Session, confirmation_id: str) -> str | None:
    """Whose role, office or code a confirmation is about; nobody's of what is no such, by which no code is made."""
    found = (session.get(table, confirmation_id) for table in (RoleGrant, OfficeHolder, CodeRequest))
    return next((row.person_id for row in found if isinstance(row, RoleGrant | OfficeHolder | CodeRequest)), None)


def refuse(session: Session, confirmation_id: str, *, actor: Actor) -> None:
    """Refuse as somebody who might confirm, or withdraw as who began it. Raises NotFound, Forbidden, Conflict."""
    kind = _find_kind(session, confirmation_id, actor)
    if kind == "code":
        refuse_code(session, confirmation_id, actor=actor)
    elif kind == "role":
        refuse_grant(session, confirmation_id, actor=actor)
    elif kind in ENDED_BY:
        ENDED_BY[kind](session, confirmation_id, actor=actor)
    else:
        refuse_holder(session, confirmation_id, actor=actor)


def _find_kind(session: Session, confirmation_id: str, actor: Actor) -> Kind:
    kinds: tuple[tuple[Kind, Any], ...] = (
        *(("role", RoleGrant), ("office", OfficeHolder), ("code", CodeRequest), ("late", LatePermit)),
        *(("calendar", DeclaredDay), ("pause", ClockPause), ("past", PastFile)),
    )
    if actor.flow:
        raise NotFound("confirmation_not_found")
    for kind, table in kinds:
        if session.exec(select(table.id).where(table.id == confirmation_id)).first() is not None:
            return kind
    raise NotFound("confirmation_not_found")


def _list_roles(session: Session, actor: Actor) -> list[Confirmation]:
    waiting = select(RoleGrant, Person, Unit).join(Person, col(Person.id) == col(RoleGrant.person_id))
    waiting = waiting.join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
    waiting = waiting.where(col(RoleGrant.confirmed_at).is_(None), is_not_over()).order_by(col(RoleGrant.granted_at))
    return [
        Confirmation(
            id=grant.id,
            kind="role",
            about=person.full_name,
            about_id=person.id,
            first=_name(session, grant.granted_by),
            role=grant.role,
            unit=unit.name,
            at=grant.granted_at,
            may_confirm=is_second(actor, [unit.path], grant.granted_by, person.id),
            may_refuse=actor.person_id in (grant.granted_by, person.id) or is_second(actor, [unit.path]),
        )
        for grant, person, unit in session.exec(waiting)
    ]


def _list_holders(session: Session, actor: Actor) -> list[Confirmation]:
    waiting = select(OfficeHolder, Person, Unit).join(Unit, col(Unit.id) == col(OfficeHolder.unit_id))
    waiting = waiting.outerjoin(Person, col(Person.id) == col(OfficeHolder.person_id))
    until, first_day = col(OfficeHolder.valid_until), col(OfficeHolder.valid_from)
    waiting = waiting.where(col(OfficeHolder.confirmed_at).is_(None), until.is_(None) | (until >= first_day)).order_by(first_day)
    return [
        Confirmation(
            id=holder.id,
            kind="office",
            about=(holder if holder.person_id is None else person).full_name,
            about_id=holder.person_id,
            first=_name(session, holder.appointed_by),
            role=None,
            unit=unit.name,
            at=None,
            may_confirm=is_second(actor, [unit.path], holder.appointed_by, holder.person_id),
            may_refuse=actor.person_id in (holder.appointed_by, holder.person_id) or is_second(actor, [unit.path]),
        )
        for holder, person, unit in session.exec(waiting)
    ]


def _list_codes(session: Session, actor: Actor) -> list[Confirmation]:
    waiting = select(CodeRequest).where(col(CodeRequest.settled_at).is_(None)).order_by(col(CodeRequest.asked_at))
    rows = []
    for request in session.exec(waiting):
        person, home = get_person(session, request.person_id)
        paths = [home.path, *list_offices(session, person.id)]
        is_other = is_second(actor, paths, request.asked_by, person.id) and actor.person_id not in list_sponsors(session, request.asked_by)
        rows.append(
            Confirmation(
                id=request.id,
                kind="code",
                about=person.full_name,
                about_id=person.id,
                first=_name(session, request.asked_by),
                role=None,
                unit=home.name,
                at=request.asked_at,
                may_confirm=is_other,
                may_refuse=actor.person_id in (request.asked_by, person.id) or is_second(actor, paths),
            )
        )
    return rows


def _list_late(session: Session, actor: Actor) -> list[Confirmation]:
    """Whoever proposes in the call confirms nobody; who gave a permit takes it back."""
    rows = []
    for permit, person, call, unit in list_unconfirmed(session, actor=actor):
        outside = actor.person_id is not None and not proposes_in(session, call, actor.person_id)
        row = Confirmation(
            id=permit.id,
            kind="late",
            about=person.full_name,
            about_id=person.id,
            first=_name(session, permit.given_by),
            role=None,
            unit=unit.name,
            at=permit.given_at,
            may_confirm=outside and is_second(actor, [unit.path], permit.given_by, permit.person_id),
            may_refuse=outside and (actor.person_id == permit.given_by or is_second(actor, [unit.path])),
            call=call.title,
            until=permit.until,
            reason=permit.reason,
        )
        rows.append(row)
    return rows


def _list_days(session: Session, actor: Actor) -> list[Confirmation]:
    """Whoever would have longer for an own idea by a day confirms it not; who declared it takes it back."""
    waiting = list_waiting(session, actor=actor)
    region = get_region(session) if waiting else None
    return [
        Confirmation(
            id=each.id,
            kind="calendar",
            about=each.name,
            about_id=None,
            first=_name(session, each.declared_by),
            role=None,
            unit=region.name,
            at=each.declared_at,
            may_confirm=is_second(actor, [region.path], each.declared_by) and not gains_by(session, each, actor.person_id),
            may_refuse=actor.person_id == each.declared_by or is_second(actor, [region.path]),
            day=each.day,
            declares=each.kind,
            source=each.source,
        )
        for each in waiting
        if region is not None
    ]


def _list_pauses(session: Session, actor: Actor) -> list[Confirmation]:
    """Whoever would have longer by a pause confirms it not; who declared it takes it back."""
    rows = []
    for line in list_pauses_waiting(session, actor=actor):
        pause, unit = line.pause, session.get_one(Unit, line.pause.unit_id)
        is_other = is_second(actor, [unit.path], pause.declared_by)
        row = Confirmation(
            id=pause.id,
            kind="pause",
            about=line.cause.label,
            about_id=None,
            first=line.declared_by,
            role=None,
            unit=line.unit,
            at=pause.declared_at,
            may_confirm=is_other and not gains_by_pause(session, pause, unit.path, actor.person_id),
            may_refuse=actor.person_id == pause.declared_by or is_second(actor, [unit.path]),
            call=line.call or None,
            reason=pause.reason,
            first_day=pause.first_day,
            last_day=pause.last_day,
        )
        rows.append(row)
    return rows


def _list_files(session: Session, actor: Actor) -> list[Confirmation]:
    """Whoever answers for a file of earlier years takes it back; who stands over the whole region confirms it."""
    waiting = list_files_waiting(session, actor=actor)
    region = get_region(session).name if waiting else ""
    return [
        Confirmation(
            id=file.id,
            kind="past",
            about=file.name,
            about_id=None,
            first=_name(session, file.author_id),
            role=None,
            unit=region,
            at=file.imported_at,
            may_confirm=may_look_through(actor) and actor.person_id != file.author_id,
            may_refuse=True,
            sha256=file.sha256,
            count=file.count,
        )
        for file in waiting
    ]


def _name(session: Session, person_id: str | None) -> str:
    person = session.get(Person, person_id) if person_id else None
    return person.full_name if person else ""
