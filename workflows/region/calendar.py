"""The region's own days: a holiday, joint leave or a working day that an admin declares and a second person confirms.

Who would cheat here moves a date of their own idea. So a day is declared ahead or for the day itself, never afterwards; the decree is
named; and nobody declares or confirms one who would so have longer for an own idea. What was told never becomes earlier by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from models.calendars import DeclaredDay, DeclaredKind
from models.ideas import Idea, Invitation, TeamMember
from models.inbox import InboxItem
from models.instants import now, region_zone, today
from models.people import Role
from models.units import Unit
from workflows.calculations.calendar import FIRST_YEAR, LAST_YEAR, list_national
from workflows.process.actors import Actor
from workflows.process.deadlines import as_row, is_of_working_days, list_in_force, read_calendar
from workflows.process.journal import record
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.wording import read_lines
from workflows.region.powers import is_second, require_second

MOST_AHEAD = 800  # days: the decree on a year's days comes in the year before
MOST_IN_YEAR = 60
LENGTHS = {"name": (3, 200), "name_en": (3, 200), "source": (5, 200)}


@dataclass(frozen=True)
class NewDay:
    """A day as it is declared: what it is, its names in Indonesian and English, and the decree that it rests on."""

    day: date
    kind: DeclaredKind
    name: str
    name_en: str
    source: str


@dataclass(frozen=True)
class CalendarDay:
    """A day that is not as its weekday says: the nation's, or the region's own with the decree that it rests on."""

    day: date
    kind: str
    name: str
    name_en: str
    source: str = ""
    is_own: bool = False


@dataclass(frozen=True)
class CalendarYear:
    """The days of a year in their order, how many working days each month has, and what waits for its second person.

    What waits is told to those alone who may confirm or declare.
    """

    days: list[CalendarDay]
    working_days: list[int]
    waiting: list[DeclaredDay]


def declare_day(session: Session, new: NewDay, *, actor: Actor) -> DeclaredDay:
    """Declare a day of the region; it counts once a second person has confirmed it. Declared again as it stands it is the same.

    Raises Invalid, all faults at once, for a day that is past or too far ahead and for names or a decree that are none; Forbidden for all
    but admins of the region, and for whoever would have longer for an own idea; Conflict where a declaration of the day waits already, it
    says nothing new, or the year has too many.
    """
    region = require_keeper(session, actor)
    faults = Faults(_list_day_faults(new.day))
    lines = read_lines(faults, new, LENGTHS)
    faults.settle()
    name, name_en, source = (lines[each] for each in LENGTHS)
    declared = DeclaredDay(day=new.day, kind=new.kind, name=name, name_en=name_en, source=source, declared_by=str(actor.person_id))
    waiting = _find_waiting(session, new.day)
    if waiting is not None and _says_the_same(waiting, declared) and waiting.declared_by == actor.person_id:
        return waiting
    if waiting is not None:
        raise Conflict("calendar_day_waiting", "day")
    present = _find_in_force(session, new.day)
    if present is not None and _says_the_same(present, declared):
        raise Conflict("calendar_day_same", "day")
    if _count_others(session, new.day) >= MOST_IN_YEAR:
        raise Conflict("calendar_full", "day", maximum=MOST_IN_YEAR)
    _require_no_gain(session, declared, actor)
    return _declare(session, declared, region, actor)


def withdraw_day(session: Session, day: date, *, actor: Actor) -> DeclaredDay:
    """Let the region have no day of its own then: what waits is taken back, and of what counts it is declared, to be confirmed.

    Asked again it is the same. Raises NotFound where the region has no day of its own, Invalid for a day that is past, Forbidden as for
    declaring.
    """
    region = require_keeper(session, actor)
    waiting, present = _find_waiting(session, day), _find_in_force(session, day)
    if waiting is not None and waiting.kind == DeclaredKind.AS_NATION:
        return waiting
    if waiting is not None:
        waiting = end_day(session, waiting.id, actor=actor)
    if present is None or present.kind == DeclaredKind.AS_NATION:
        if waiting is None:
            raise NotFound("calendar_day_not_found")
        return waiting
    Faults(_list_day_faults(day)).settle()
    withdrawn = DeclaredDay(
        day=day,
        kind=DeclaredKind.AS_NATION,
        name=present.name,
        name_en=present.name_en,
        source=present.source,
        declared_by=str(actor.person_id),
    )
    _require_no_gain(session, withdrawn, actor)
    return _declare(session, withdrawn, region, actor)


def confirm_day(session: Session, declared_id: str, *, actor: Actor) -> DeclaredDay:
    """Confirm a declaration: an admin or leader of the region may, who did not declare it and has no longer for an own idea by it.

    What was told and is too early by it is counted anew by the clock. Raises Forbidden; Conflict where it is settled or its day is past.
    """
    declared, region = _read(session, declared_id)
    require_second(actor, [region.path], declared.declared_by)
    if not declared.is_waiting:
        raise Conflict("confirmation_settled")
    if declared.day < today():
        raise Conflict("calendar_day_over")
    _require_no_gain(session, declared, actor)
    before = _find_in_force(session, declared.day)
    if before is not None:
        before.ended_by, before.ended_at = actor.person_id, now()
        session.flush()  # of a day one declaration counts
    declared.confirmed_by, declared.confirmed_at = actor.person_id, now()
    session.add(declared)
    session.flush()
    record(session, "region.confirm_day", declared.id, actor=actor, day=declared.day.isoformat(), declares=declared.kind)
    return declared


def end_day(session: Session, declared_id: str, *, actor: Actor) -> DeclaredDay:
    """Take a declaration back, or refuse it, while it waits: who declared it may, and who may confirm it."""
    declared, region = _read(session, declared_id)
    if actor.person_id != declared.declared_by and not is_second(actor, [region.path]):
        raise Forbidden("only_second")
    if not declared.is_waiting:
        raise Conflict("confirmation_settled")
    declared.ended_by, declared.ended_at = actor.person_id, now()
    session.add(declared)
    session.flush()
    record(session, "region.end_day", declared.id, actor=actor, day=declared.day.isoformat(), declares=declared.kind)
    return declared


def read_year(session: Session, year: int, *, actor: Actor) -> CalendarYear:
    """The days of a year that are not as their weekday says, for everybody signed in; raises NotFound for a year that nobody knows."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound("calendar_year_unknown")
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = {day: CalendarDay(day, free.kind, free.name, free.name_en) for day, free in list_national(year).items()}
    for own in list_in_force(session, first, last):
        if own.kind != DeclaredKind.AS_NATION:
            days[own.day] = CalendarDay(own.day, own.kind, own.name, own.name_en, own.source, is_own=True)
    waiting = [each for each in list_waiting(session, actor=actor) if first <= each.day <= last]
    return CalendarYear([days[day] for day in sorted(days)], _count_working_days(session, first, last), waiting)


def list_waiting(session: Session, *, actor: Actor) -> Sequence[DeclaredDay]:
    """The declarations that wait for their second person and are not past, for admins and leaders of the region."""
    region = get_region(session)
    if not (actor.holds(Role.ADMIN, region.path) or actor.holds(Role.LEADER, region.path)):
        return []
    waiting = select(DeclaredDay).where(col(DeclaredDay.confirmed_at).is_(None), col(DeclaredDay.ended_at).is_(None))
    return session.exec(waiting.where(DeclaredDay.day >= today()).order_by(col(DeclaredDay.day))).all()


def keeps_calendar(session: Session, actor: Actor) -> bool:
    """Whether somebody declares days of the region."""
    return actor.person_id is not None and actor.holds(Role.ADMIN, get_region(session).path)


def require_keeper(session: Session, actor: Actor) -> Unit:
    """The region, for a person who administers all of it, held from others who declare; raises Forbidden, for whoever runs the server too.

    Nobody would answer for what a server declares.
    """
    region = session.exec(select(Unit).where(col(Unit.parent_id).is_(None)).with_for_update(key_share=True)).one()
    if actor.person_id is None:
        raise Forbidden("only_admin")
    actor.require(Role.ADMIN, region.path)
    return region


def gains_by(session: Session, declared: DeclaredDay, person_id: str | None) -> bool:
    """Whether a day would become free and give somebody longer for an own idea: for what is asked of its team, due then or later."""
    if person_id is None or not _frees(session, declared):
        return False
    begins = datetime.combine(declared.day, time(0), region_zone())
    led = select(Idea.id).where(Idea.lead_id == person_id)
    shared = select(TeamMember.idea_id).where(TeamMember.person_id == person_id)
    asked = select(Invitation.idea_id).where(Invitation.person_id == person_id)
    own = sa.or_(*(col(InboxItem.idea_id).in_(ideas) for ideas in (led, shared, asked)))
    open_item = select(InboxItem.id).join(Idea, col(Idea.id) == col(InboxItem.idea_id))
    open_item = open_item.where(col(InboxItem.done_at).is_(None), col(InboxItem.due_at) >= begins, InboxItem.role == Role.PROPOSER, own)
    return session.exec(open_item.where(is_of_working_days(col(Idea.policy_id))).limit(1)).first() is not None


def _count_working_days(session: Session, first: date, last: date) -> list[int]:
    """By the months of a year, how many days are worked."""
    calendar, counts = read_calendar(session, since=first), [0] * 12
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        counts[day.month - 1] += calendar.works(day)
    return counts


def _frees(session: Session, declared: DeclaredDay) -> bool:
    """Whether nobody works on a day any more once its declaration counts."""
    before = read_calendar(session, since=declared.day)
    others = {day: row for day, row in before.own.items() if day != declared.day}
    row = as_row(declared)
    after = replace(before, own={**others, row.day: row} if row else others)
    return before.works(declared.day) and not after.works(declared.day)


def _declare(session: Session, declared: DeclaredDay, region: Unit, actor: Actor) -> DeclaredDay:
    session.add(declared)
    session.flush()
    said = {"day": declared.day.isoformat(), "declares": declared.kind, "name": declared.name, "source": declared.source}
    record(session, "region.declare_day", declared.id, actor=actor, unit=region.id, **said)
    return declared


def _list_day_faults(day: date) -> list[Invalid]:
    last = today() + timedelta(days=MOST_AHEAD)
    if day < today():
        return [Invalid("calendar_day_past", "day")]
    return [Invalid("calendar_day_too_far", "day", last=last.isoformat())] if day > last else []


def _require_no_gain(session: Session, declared: DeclaredDay, actor: Actor) -> None:
    if gains_by(session, declared, actor.person_id):
        raise Forbidden("own_deadline_moves")


def _says_the_same(one: DeclaredDay, other: DeclaredDay) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in ("kind", *LENGTHS))


def _find_waiting(session: Session, day: date) -> DeclaredDay | None:
    of_day = select(DeclaredDay).where(DeclaredDay.day == day, col(DeclaredDay.confirmed_at).is_(None), col(DeclaredDay.ended_at).is_(None))
    return session.exec(of_day).first()


def _find_in_force(session: Session, day: date) -> DeclaredDay | None:
    return next(iter(list_in_force(session, day, day)), None)


def _count_others(session: Session, day: date) -> int:
    """How many other days of its year were declared, whatever became of them: nobody fills the table by declaring and taking back."""
    within = (DeclaredDay.day >= date(day.year, 1, 1), DeclaredDay.day <= date(day.year, 12, 31), DeclaredDay.day != day)
    return session.exec(select(func.count(sa.distinct(col(DeclaredDay.day)))).where(*within)).one()


def _read(session: Session, declared_id: str) -> tuple[DeclaredDay, Unit]:
    """A declaration, which nobody else settles until the transaction ends, and the region; raises NotFound."""
    found = session.get(DeclaredDay, declared_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("calendar_day_not_found")
    return found, get_region(session)


def get_region(session: Session) -> Unit:
    """The unit that has none above it."""
    return session.exec(select(Unit).where(col(Unit.parent_id).is_(None))).one()
