"""Mentors of a call: set by its secretariat with themes and places, and taken off the list again.

Who would cheat here sets a juror who then helps one contestant. So whoever holds a role over the call is no mentor of it, and who advised a
team bears a duty on the idea that is apart from all that judges it (`process/duties.py`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from models.calls import Call
from models.ideas import Idea
from models.instants import now
from models.may_hold import MAY_ADVISE
from models.mentors import OPEN, Mentor, Mentorship
from models.people import Account, NoticeKind, Person, Role, RoleGrant, is_held
from models.units import Unit
from workflows.calculations.words import read_text_terms
from workflows.process.actors import Actor
from workflows.process.journal import record
from workflows.process.mentoring import OVER, end_by, lock_mentorships
from workflows.process.refusals import Conflict, Faults, Forbidden, Invalid, NotFound
from workflows.process.sealing import find_seal
from workflows.process.wording import read_line
from workflows.region.calls import get_call, lock_call, require_keeper
from workflows.region.identifiers import find_by_number_or_name
from workflows.region.notices import send_notice

MOST_MENTORS = 300  # of a call, on the list or not
MOST_THEMES, LONGEST_THEME = 20, 100
MOST_PLACES = 50  # ideas that one mentor advises at a time
READERS = (Role.SECRETARIAT, Role.ADMIN, Role.AUDITOR)


@dataclass(frozen=True)
class NewMentor:
    """A mentor as they are set: by sign-in name, with the themes they advise on and how many ideas they take at a time."""

    identifier: str
    themes: tuple[str, ...]
    capacity: int


@dataclass(frozen=True)
class MentorLine:
    """A mentor of a call as its secretariat reads it; `load` is how many ideas wait for them or are advised by them.

    Of a sealed call nobody is told it: whom an idea's theme leads to tells of the theme.
    """

    mentor: Mentor
    person: Person
    load: int | None


def set_mentor(session: Session, call_id: str, new: NewMentor, *, actor: Actor) -> Mentor:
    """Put somebody on a call's list of mentors, or change themes and places of one who is on it; its secretariat or an admin may.

    Raises Invalid, all faults at once, for a name that nobody has who may be a mentor, themes without a word and places outside 1..50;
    Conflict for fewer places than ideas they have, for who holds a role over the call, and once the call was put away.
    """
    call, unit = lock_kept_call(session, call_id, actor=actor)
    person, themes, faults = None, list[str](), Faults()
    with faults.gather():
        person = _find_person(session, new.identifier)
    with faults.gather():
        themes = _read_themes(new.themes)
    if not 1 <= new.capacity <= MOST_PLACES:
        limit = 1 if new.capacity < 1 else MOST_PLACES
        faults.found.append(Invalid("number_out_of_range", "capacity", minimum=1, maximum=MOST_PLACES, limit=limit))
    faults.settle()
    if person is None:
        raise NotFound("person_not_found")
    if list_in_office(session, [person.id], unit.path):
        raise Conflict("mentor_holds_role", "identifier")
    mentor = _read_or_add(session, call, person, actor)
    _require_places(session, call, mentor, new.capacity)
    mentor.themes, mentor.capacity, mentor.ended_by, mentor.ended_at = themes, new.capacity, None, None
    session.add(mentor)
    session.flush()
    record(session, "call.set_mentor", call.id, actor=actor, mentor=mentor.id, person=person.id, capacity=mentor.capacity)
    return mentor


def end_mentor(session: Session, call_id: str, mentor_id: str, *, actor: Actor) -> Mentor:
    """Take somebody off a call's list: whatever waits for them or is advised by them ends, and each team's lead is told."""
    call, _unit = lock_kept_call(session, call_id, actor=actor)
    mentor = session.get(Mentor, mentor_id, with_for_update=True, populate_existing=True)
    if mentor is None or mentor.call_id != call.id:
        raise NotFound("mentor_not_found")
    if mentor.ended_at is not None:
        raise Conflict("mentor_off_list")
    mentor.ended_by, mentor.ended_at = actor.person_id, now()
    session.add(mentor)
    session.flush()
    record(session, "call.end_mentor", call.id, actor=actor, mentor=mentor.id, person=mentor.person_id)
    for mentorship in lock_mentorships(session, [mentor.id]):
        end_by(session, mentorship, actor=actor)
        send_notice(session, session.get_one(Idea, mentorship.idea_id).lead_id, NoticeKind.MENTOR_ENDED)
    return mentor


def list_mentors(session: Session, call_id: str, *, actor: Actor) -> list[MentorLine]:
    """A call's mentors, those on the list first, then by name; for its secretariat, admins and auditors."""
    call, unit = get_call(session, call_id)
    if not any(actor.holds(role, unit.path) for role in READERS):
        raise Forbidden("only_secretariat")
    of_call = select(Mentor, Person).join(Person, col(Person.id) == col(Mentor.person_id)).where(Mentor.call_id == call.id)
    rows = session.exec(of_call.order_by(col(Mentor.ended_at).is_not(None), col(Person.name), col(Mentor.id))).all()
    loads = count_load(session, [mentor.id for mentor, _ in rows])
    is_told = find_seal(call) is None
    return [MentorLine(mentor, person, loads.get(mentor.id, 0) if is_told else None) for mentor, person in rows]


def count_load(session: Session, mentor_ids: Sequence[str]) -> dict[str, int]:
    """How many ideas wait for each of some mentors or are advised by them; one whose way is over, which it stays, takes no place."""
    taken = select(Mentorship.mentor_id, func.count()).join(Idea, col(Idea.id) == col(Mentorship.idea_id))
    taken = taken.where(col(Mentorship.mentor_id).in_(mentor_ids), col(Mentorship.state).in_(OPEN), col(Idea.stage).not_in(OVER))
    return dict(session.exec(taken.group_by(col(Mentorship.mentor_id))).all())


def list_in_office(session: Session, people: Collection[str], path: str) -> set[str]:
    """Those of some people who hold a role over a unit, given by its path."""
    held = select(RoleGrant.person_id, Unit.path).join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
    held = held.where(col(RoleGrant.person_id).in_(people), is_held())
    return {person_id for person_id, over in session.exec(held) if path.startswith(over)}


def lock_kept_call(session: Session, call_id: str, *, actor: Actor) -> tuple[Call, Unit]:
    """A call as `lock_call` gives it, for a person who changes what it lists.

    Raises Forbidden for whoever is no person that keeps calls of its unit, and Conflict once it was put away.
    """
    call, unit = lock_call(session, call_id)
    if actor.person_id is None:
        raise Forbidden("only_secretariat")
    require_keeper(actor, unit)
    if call.archived_at is not None:
        raise Conflict("call_archived")
    return call, unit


def is_there() -> sa.ColumnElement[bool]:
    """The condition on people that they are in service and no account of theirs is closed."""
    closed = select(Account.person_id).where(col(Account.closed_at).is_not(None))
    return col(Person.retired_on).is_(None) & col(Person.id).not_in(closed)


def _find_person(session: Session, identifier: str) -> Person:
    """Whoever has the sign-in name and may be a mentor; raises Invalid, for whatever reason there is nobody."""
    person_id = find_by_number_or_name(session, identifier)
    person = session.exec(select(Person).where(Person.id == person_id, is_there())).first() if person_id else None
    if person is None or person.kind not in MAY_ADVISE:
        raise Invalid("mentor_unknown", "identifier")
    return person


def _read_themes(themes: Sequence[str]) -> list[str]:
    """Themes as they are kept, each once; raises Invalid for none, too many, and one without a word by which it could fit."""
    read = list(dict.fromkeys(read_line("themes", theme, maximum=LONGEST_THEME) for theme in themes if theme.strip()))
    if not read:
        raise Invalid("text_empty", "themes", minimum=1, length=0)
    if len(read) > MOST_THEMES:
        raise Invalid("list_too_long", "themes", maximum=MOST_THEMES, limit=MOST_THEMES)
    if not all(read_text_terms(theme).terms for theme in read):
        raise Invalid("mentor_theme_without_word", "themes")
    return read


def _require_places(session: Session, call: Call, mentor: Mentor, capacity: int) -> None:
    """Raise Conflict for fewer places than ideas the mentor has; of a sealed call for fewer places at all, which would tell how many."""
    if find_seal(call) is not None:
        if mentor.ended_at is None and capacity < mentor.capacity:
            raise Conflict("mentor_places_sealed", "capacity", count=mentor.capacity)
        return
    load = count_load(session, [mentor.id]).get(mentor.id, 0)
    if capacity < load:
        raise Conflict("mentor_places_taken", "capacity", count=load)


def _read_or_add(session: Session, call: Call, person: Person, actor: Actor) -> Mentor:
    """The person's row on the call's list, locked; the call is locked, so that nobody adds a second one."""
    of_call = select(Mentor).where(Mentor.call_id == call.id)
    found = session.exec(of_call.where(Mentor.person_id == person.id).with_for_update().execution_options(populate_existing=True)).first()
    if found is not None:
        return found
    if session.exec(select(func.count()).select_from(of_call.subquery())).one() >= MOST_MENTORS:
        raise Conflict("mentors_too_many", maximum=MOST_MENTORS)
    added = Mentor(call_id=call.id, person_id=person.id, themes=[], capacity=0, set_by=str(actor.person_id))
    session.add(added)
    session.flush()
    return added
