"""Find a colleague by the first letters of their names, so that nobody types 18 digits: in one's own unit, and nowhere else.

Who looks here for more wants a list of the region's staff, or to learn of somebody elsewhere whether they serve. So the units of others,
those below one's own too, have no part in an answer, nor in how long it takes; nobody is found by a number, and none is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.database import is_among
from models.ideas import Idea, TeamMember
from models.may_hold import MAY_HOLD
from models.people import Account, EmployeeNumber, EmploymentKind, Person, Role
from models.statements.names import find_named
from models.units import Unit
from workflows.calculations.names import split_name
from workflows.process.actors import Actor
from workflows.process.refusals import Forbidden, Invalid
from workflows.process.wording import read_line

FEWEST_LETTERS = 3  # of one word at least: with two letters too many names begin
MOST_TYPED = 60
MOST_SHOWN = 10
PROPOSING = tuple(kind for kind in EmploymentKind if Role.PROPOSER in MAY_HOLD[kind])


@dataclass(frozen=True)
class Colleague:
    """Somebody of one's own unit whom one may ask to join a team; `person_id` names them in its place."""

    person_id: str
    name: str
    position: str
    unit: str


@dataclass(frozen=True)
class FoundColleagues:
    """At most ten colleagues by name, and whether there are more, so that more of the name is to be typed."""

    people: tuple[Colleague, ...]
    is_more: bool = False


def find_colleagues(session: Session, typed: str, *, actor: Actor) -> FoundColleagues:
    """The colleagues in whose names each typed word begins a word, whatever its case and accents: people in service with an open account.

    The asker is not among them. Of more than ten those are shown whose names hold what was typed as a whole word, then by that word; what
    is shown stands by name. Raises Forbidden for who may not propose; Invalid for less than three letters of a word, for more than a name
    is long and for what no name holds.
    """
    if not actor.may_propose:
        raise Forbidden("only_civil_servants_propose", kind=actor.kind)
    words = _read_words(typed)
    found = list[tuple[Person, str]]()
    for people in find_named(session, str(actor.unit_id), words):
        rows = session.execute(_colleagues_among(session, people, actor.unit_id, actor.person_id))
        here = {person.id: (person, unit) for person, unit in rows}
        found += (here[person_id] for person_id in people if person_id in here)
        if len(found) > MOST_SHOWN:
            break
    shown = sorted(found[:MOST_SHOWN], key=lambda each: (each[0].name, each[0].id))
    return FoundColleagues(tuple(_show(person, unit) for person, unit in shown), len(found) > MOST_SHOWN)


def list_colleagues(session: Session, person_ids: Sequence[str], *, actor: Actor) -> list[Colleague]:
    """Those of some people who are colleagues; of anybody else nothing is answered, whether or not there is such a person."""
    known = [each for each in person_ids if _is_id(each)]
    if not known:
        return []
    wanted = _colleagues_among(session, known, actor.unit_id, actor.person_id).order_by(col(Person.name), col(Person.id))
    return [_show(person, unit) for person, unit in session.execute(wanted)]


def find_nameable(session: Session, idea: Idea, person_id: str) -> str | None:
    """The employee number of somebody whom an idea's lead may name for the team by their id; None for anybody else.

    That is the lead, whoever is of the team, and the lead's colleagues.
    """
    if not _is_id(person_id):
        return None
    number = select(EmployeeNumber.number).where(EmployeeNumber.person_id == person_id, col(EmployeeNumber.valid_until).is_(None))
    joined = select(TeamMember.id).where(TeamMember.idea_id == idea.id, TeamMember.person_id == person_id)
    if person_id == idea.lead_id or session.exec(joined).first() is not None:
        return session.exec(number).first()
    unit_id = session.exec(select(Person.unit_id).where(Person.id == idea.lead_id)).first()
    is_colleague = session.execute(_colleagues_among(session, [person_id], unit_id, idea.lead_id)).first() is not None
    return session.exec(number).first() if is_colleague else None


def _is_id(given: str) -> bool:
    """Whether something may be an id at all: PostgreSQL takes not every text as one."""
    return given.isascii() and given.isalnum()


def _colleagues_among(session: Session, people: Sequence[str], unit_id: str | None, person_id: str | None) -> sa.Select[Person, str]:
    """Those of some people who are of a unit and may propose, with its name; `person_id` is not among them.

    They are read by their ids: where the unit is compared as it stands SQLite goes through all of it instead.
    """
    closed = select(Account.person_id).where(Account.person_id == Person.id, col(Account.closed_at).is_not(None))
    found = sa.select(Person, col(Unit.name)).join(Unit, col(Unit.id) == col(Person.unit_id)).where(is_among(session, Person.id, people))
    found = found.where(col(Person.unit_id).concat("") == unit_id, col(Person.id) != person_id, col(Person.kind).in_(PROPOSING))
    return found.where(col(Person.retired_on).is_(None), ~closed.exists())


def _show(person: Person, unit: str) -> Colleague:
    return Colleague(person.id, person.full_name, person.position, unit)


def _read_words(typed: str) -> tuple[str, ...]:
    """The words of what was typed as those of names are kept."""
    words = split_name(read_line("name", typed, maximum=MOST_TYPED, minimum=0))
    if not any(sum(sign.isalpha() for sign in word) >= FEWEST_LETTERS for word in words):
        raise Invalid("name_too_short", "name", minimum=FEWEST_LETTERS)
    return words
