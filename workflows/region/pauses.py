"""Let clocks stand still for a while: an admin declares it for a unit or a call and a cause that policies name, a second person confirms.

Who would cheat here saves a late friend, or their own idea. So nobody declares a day that is past, a pause counts at the earliest from the
day on which it was confirmed, brings no date back that has passed, has a last day, and is neither declared nor confirmed by whoever would
have longer by it. It is about a unit or a call and never about one person: who is away has a substitute, and their clock goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.calls import Call, CallState, PolicyVersion
from models.clock_rules import PauseCause
from models.ideas import Idea, Invitation, TeamMember
from models.inbox import InboxItem
from models.instants import now, today
from models.pauses import ClockPause
from models.people import Person, Role
from models.units import Unit
from workflows.process.actors import Actor
from workflows.process.context import read_policy, read_policy_of
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.standing_still import is_of_clocks
from workflows.process.waits import find_wait_name
from workflows.process.wording import read_text
from workflows.region.people import get_unit
from workflows.region.powers import is_second, require_second

MOST_DAYS = 60  # of one pause; what lasts longer is declared again
MOST_AHEAD = 60  # days until the first
SHORTEST_REASON = 10
MOST_LISTED = 200


@dataclass(frozen=True)
class NewPause:
    """A pause as it is declared: for which cause, of which unit's ideas, of one call alone where its code is given; its days, and why."""

    cause: str
    unit_code: str
    call_code: str
    first_day: date
    last_day: date
    reason: str


@dataclass(frozen=True)
class PauseLine:
    """A pause as people read it: its cause, the unit and the call that it is about, and who declared and confirmed it."""

    pause: ClockPause
    cause: PauseCause
    unit: str
    call: str
    declared_by: str
    confirmed_by: str

    @property
    def is_over(self) -> bool:
        """Whether its last day is past."""
        return self.pause.last_day < today()


def declare_pause(session: Session, new: NewPause, *, actor: Actor) -> ClockPause:
    """Declare that clocks stand still from one day to another, both taken out; it counts once a second person has confirmed it.

    Raises Invalid, all faults at once, for an unknown unit, call or cause, days that are past, too far ahead, too many or out of order, and
    a missing reason; Forbidden for all but admins over the unit, and for whoever would have longer by it; Conflict where the same is
    declared already for one of the days.
    """
    if not declares_pauses(actor):
        raise Forbidden("only_admin")
    faults, reason = Faults(_list_day_faults(new)), ""
    with faults.gather():
        get_unit(session, new.unit_code)
    call = _find_call(session, new.call_code)
    if new.call_code and call is None:
        faults.found.append(Invalid("pause_call_unknown", "call_code"))
    if new.cause not in {each.name for each in list_causes(session, call)}:
        faults.found.append(Invalid("pause_cause_unknown", "cause"))
    with faults.gather():
        reason = read_text("reason", new.reason, maximum=1_000, minimum=SHORTEST_REASON)
    faults.settle()
    unit = _lock_unit(session, new.unit_code)
    actor.require(Role.ADMIN, unit.path)
    pause = ClockPause(
        unit_id=unit.id,
        call_id=call.id if call else None,
        cause=new.cause,
        first_day=new.first_day,
        last_day=new.last_day,
        reason=reason,
        declared_by=str(actor.person_id),
    )
    if _is_declared(session, pause):
        raise Conflict("pause_declared", "first_day")
    if gains_by(session, pause, unit.path, actor.person_id):
        raise Forbidden("own_clock_paused")
    session.add(pause)
    session.flush()
    days = {"first_day": pause.first_day.isoformat(), "last_day": pause.last_day.isoformat()}
    record(session, "unit.declare_pause", pause.id, actor=actor, unit=unit.id, call=pause.call_id, cause=pause.cause, **days)
    return pause


def confirm_pause(session: Session, pause_id: str, *, actor: Actor) -> ClockPause:
    """Confirm a pause: an admin or leader over its unit may, who did not declare it and has no longer by it.

    It counts from today at the earliest; what is late by then stays late. What was told is counted anew by the clock. Raises Forbidden;
    Conflict where it is settled or its last day is past.
    """
    pause, unit = _read(session, pause_id)
    require_second(actor, [unit.path], pause.declared_by)
    if not pause.is_waiting:
        raise Conflict("confirmation_settled")
    if pause.last_day < today():
        raise Conflict("pause_over")
    if gains_by(session, pause, unit.path, actor.person_id):
        raise Forbidden("own_clock_paused")
    pause.confirmed_by, pause.confirmed_at = actor.person_id, now()
    session.add(pause)
    session.flush()
    said = {"counts_from": pause.counts_from.isoformat(), "last_day": pause.last_day.isoformat()}
    record(session, "unit.confirm_pause", pause.id, actor=actor, unit=unit.id, cause=pause.cause, **said)
    return pause


def end_pause(session: Session, pause_id: str, *, actor: Actor) -> ClockPause:
    """Take a pause back, or refuse it, while it waits: who declared it may, and who may confirm it; one that counts stands."""
    pause, unit = _read(session, pause_id)
    if actor.person_id != pause.declared_by and not is_second(actor, [unit.path]):
        raise Forbidden("only_second")
    if not pause.is_waiting:
        raise Conflict("confirmation_settled")
    pause.ended_by, pause.ended_at = actor.person_id, now()
    session.add(pause)
    session.flush()
    record(session, "unit.end_pause", pause.id, actor=actor, unit=unit.id, cause=pause.cause)
    return pause


def list_declared(session: Session, *, actor: Actor, is_waiting: bool = False) -> list[PauseLine]:
    """The pauses that count or counted, the last first, for everybody signed in; or those that wait for their second person."""
    first: Any = aliased(Person)
    second: Any = aliased(Person)
    query = (
        sa.select(ClockPause, Unit, Call, first, second)
        .join(Unit, col(Unit.id) == col(ClockPause.unit_id))
        .join(first, first.id == col(ClockPause.declared_by))
        .outerjoin(Call, col(Call.id) == col(ClockPause.call_id))
        .outerjoin(second, second.id == col(ClockPause.confirmed_by))
        .where(col(ClockPause.ended_at).is_(None))
    )
    open_ones = (col(ClockPause.confirmed_at).is_(None), col(ClockPause.last_day) >= today())
    query = query.where(*open_ones) if is_waiting else query.where(col(ClockPause.confirmed_at).is_not(None))
    rows = session.execute(query.order_by(col(ClockPause.first_day).desc(), col(ClockPause.id)).limit(MOST_LISTED)).all()
    causes = {each.name: each for each in list_causes(session)}
    return [
        PauseLine(
            pause,
            causes.get(pause.cause) or PauseCause(name=pause.cause, label=pause.cause, label_en=pause.cause),
            unit.name,
            call.title if call else "",
            by.full_name,
            other.full_name if other else "",
        )
        for pause, unit, call, by, other in rows
        if not is_waiting or actor.person_id == pause.declared_by or is_second(actor, [unit.path])
    ]


def list_causes(session: Session, call: Call | None = None) -> list[PauseCause]:
    """The causes that signed policies name for a wait: of one call, or of all that are not archived; each name once."""
    signed = select(PolicyVersion).join(Call, col(Call.id) == col(PolicyVersion.call_id))
    signed = signed.where(col(PolicyVersion.signed_at).is_not(None), is_of_clocks(col(PolicyVersion.id)))
    signed = signed.where(col(Call.archived_at).is_(None)) if call is None else signed.where(Call.id == call.id)
    found: dict[str, PauseCause] = {}
    for version in session.exec(signed.order_by(col(PolicyVersion.created_at).desc(), col(PolicyVersion.id))):
        policy = read_policy(version)
        used = {cause for rule in policy.clocks for cause in rule.paused_by}
        found = {each.name: each for each in policy.pauses if each.name in used} | found
    return [found[name] for name in sorted(found)]


def declares_pauses(actor: Actor) -> bool:
    """Whether somebody declares pauses: a person who administers any unit."""
    return actor.person_id is not None and actor.holds(Role.ADMIN)


def gains_by(session: Session, pause: ClockPause, unit_path: str, person_id: str | None) -> bool:
    """Whether somebody would have longer by a pause: for what is asked of the team of an own idea, or of them in person."""
    if person_id is None:
        return False
    led = select(Idea.id).where(Idea.lead_id == person_id)
    shared = select(TeamMember.idea_id).where(TeamMember.person_id == person_id)
    invited = select(Invitation.idea_id).where(Invitation.person_id == person_id)
    own = sa.or_(*(col(InboxItem.idea_id).in_(ideas) for ideas in (led, shared, invited))) & (col(InboxItem.role) == Role.PROPOSER)
    within = select(InboxItem, Idea).join(Idea, col(Idea.id) == col(InboxItem.idea_id)).join(Unit, col(Unit.id) == col(Idea.unit_id))
    within = within.where(col(Unit.path).startswith(unit_path), is_of_clocks(col(Idea.policy_id)), col(InboxItem.done_at).is_(None))
    within = within.where(col(InboxItem.due_at) > now(), own | (col(InboxItem.person_id) == person_id))
    if pause.call_id is not None:
        within = within.where(Idea.call_id == pause.call_id)
    return any(
        pause.cause in read_policy_of(session, idea).find_clock(find_wait_name(item, idea.stage)).paused_by
        for item, idea in session.exec(within)
    )


def _list_day_faults(new: NewPause) -> list[Invalid]:
    latest = today() + timedelta(days=MOST_AHEAD)
    if new.first_day < today():
        return [Invalid("pause_in_the_past", "first_day")]
    if new.first_day > latest:
        return [Invalid("calendar_day_too_far", "first_day", last=latest.isoformat())]
    if new.last_day < new.first_day:
        return [Invalid("pause_out_of_order", "last_day")]
    too_long = (new.last_day - new.first_day).days >= MOST_DAYS
    return [Invalid("pause_too_long", "last_day", maximum=MOST_DAYS)] if too_long else []


def _is_declared(session: Session, pause: ClockPause) -> bool:
    """Whether the same cause is declared for the same unit and call, for one of the days, confirmed or not."""
    same = select(ClockPause.id).where(
        ClockPause.unit_id == pause.unit_id, ClockPause.cause == pause.cause, col(ClockPause.ended_at).is_(None)
    )
    same = same.where(col(ClockPause.call_id).is_(None) if pause.call_id is None else ClockPause.call_id == pause.call_id)
    return session.exec(same.where(ClockPause.first_day <= pause.last_day, ClockPause.last_day >= pause.first_day)).first() is not None


def _lock_unit(session: Session, code: str) -> Unit:
    """A unit by its code, held from others who declare; raises Invalid."""
    unit = get_unit(session, code)
    session.exec(select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True)).one()
    return unit


def _find_call(session: Session, code: str) -> Call | None:
    """A call that is under way, by its code."""
    return session.exec(select(Call).where(Call.code == code, Call.state != CallState.PLANNED, col(Call.archived_at).is_(None))).first()


def _read(session: Session, pause_id: str) -> tuple[ClockPause, Unit]:
    """A pause, which nobody else settles until the transaction ends, and its unit; raises NotFound."""
    found = session.get(ClockPause, pause_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("confirmation_not_found")
    return found, session.get_one(Unit, found.unit_id)


def list_waiting(session: Session, *, actor: Actor) -> Sequence[PauseLine]:
    """The pauses that wait for their second person, for who declared them and who may confirm."""
    return list_declared(session, actor=actor, is_waiting=True) if actor.grants else []
