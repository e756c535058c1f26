"""The people of the units that somebody looks after, a page at a time: by unit from the top down, in each by name.

Whoever is of another unit has no part in an answer, nor in how long it takes; what may not be seen is as if it were not there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from models.database import is_among, table_of
from models.doubles import MergedDouble
from models.people import Account, EmployeeNumber, Person, Role, SignInName
from models.statements.names import find_named, is_named, list_units_with
from models.units import Unit
from workflows.calculations.employee_number import mask_held_number
from workflows.calculations.names import split_name
from workflows.process.actors import Actor
from workflows.process.keyset import Order, Page, Slice, take_page
from workflows.process.refusals import Forbidden, Invalid
from workflows.region.sign_in_names import mask_sign_in_name

KEEPERS = (Role.ADMIN, Role.OPERATOR)
BY_NAME = Order(Person, "name", newest_first=False)
FEW = 1_000  # people of a unit who are named so: no more are gathered and sorted; more soon fill a page in the order of names
UNITS_AT_ONCE, GROWTH = 20, 4  # units asked at once whether anybody is there, and how many times that the next time
_SIGN = "."  # between the parts of a cursor; neither an id nor a place of an order holds it


class AccountState(StrEnum):
    """How an account stands, as those see it who look after it."""

    ACTIVATED = "activated"
    NOT_ACTIVATED = "not_activated"  # there is no password, so nobody signs in with it
    CLOSED = "account_closed"
    RETIRED = "retired"
    MERGED = "merged"  # a second record, dissolved into the first


@dataclass(frozen=True)
class WantedStaff:
    """Of which unit (None: every unit that the asker looks after), and what the names begin with."""

    unit_id: str | None = None
    typed: str = ""


@dataclass(frozen=True)
class KeptPerson:
    """Somebody as those see them who look after the account; number or sign-in name masked, empty where there is none."""

    person: Person
    masked_number: str
    masked_name: str
    state: AccountState


def list_kept_units(session: Session, *, actor: Actor) -> list[Unit]:
    """The units that somebody looks after as admin or operator: each before those below it and beside others by name.

    Raises Forbidden for who looks after none.
    """
    if not any(actor.holds(role) for role in KEEPERS):
        raise Forbidden("only_operator")
    units = session.exec(select(Unit)).all()
    named = {unit.id: (unit.name, unit.code) for unit in units}
    in_tree = {unit.id: [named[above] for above in unit.path.split("/")[:-1]] for unit in units}
    return sorted((unit for unit in units if looks_after(actor, unit.path)), key=lambda unit: in_tree[unit.id])


def looks_after(actor: Actor, path: str) -> bool:
    """Whether somebody is admin or operator over a unit."""
    return any(actor.holds(role, path) for role in KEEPERS)


def list_staff(session: Session, wanted: WantedStaff, piece: Slice, *, actor: Actor) -> Page[Person]:
    """A page of the people in whose names each typed word begins a word, whatever its case and accents; with no word, of all.

    Of a unit that the asker does not look after there is nobody. Raises Forbidden for who looks after none, Invalid for a cursor that no
    page of this list gave.
    """
    units = [unit.id for unit in list_kept_units(session, actor=actor) if wanted.unit_id in (None, unit.id)]
    words = split_name(wanted.typed)
    place = _read_place(piece.after, units) if piece.after else None
    if wanted.typed.strip() and not words:
        return Page([], None)
    found, most = list[Person](), piece.limit + 1
    units = units if place is None else units[units.index(place[0]) :]
    for unit_id in _in_use(session, units, words):
        after = place[1] if place is not None and place[0] == unit_id else None
        found += _list_of_unit(session, unit_id, words, Slice(after, most - len(found)))
        if len(found) == most:
            break
    rows = found[: piece.limit]
    return Page(rows, _write_place(rows[-1]) if len(found) == most else None)


def name_conditions(typed: str) -> list[Any]:
    """The conditions on a list of people by which each typed word begins a word of their names; of what is no word nobody is named."""
    words = split_name(typed)
    if typed.strip() and not words:
        return [col(Person.id).is_(None)]
    return [is_named(table_of(Person).c.id, word) for word in words]


def read_kept(session: Session, people: Sequence[Person], *, actor: Actor) -> dict[str, KeptPerson]:
    """Those of some people whose accounts somebody looks after, by id, with what is known of the accounts."""
    paths = dict(session.exec(select(Unit.id, Unit.path).where(col(Unit.id).in_({person.unit_id for person in people}))).all())
    kept = {person.id: person for person in people if looks_after(actor, paths[person.unit_id])}
    if not kept:
        return {}
    numbers = select(EmployeeNumber.person_id, EmployeeNumber.number).where(is_among(session, EmployeeNumber.person_id, kept))
    numbers = numbers.where(col(EmployeeNumber.valid_until).is_(None))
    names = select(SignInName.person_id, SignInName.name).where(is_among(session, SignInName.person_id, kept))
    number_of, name_of = dict(session.exec(numbers).all()), dict(session.exec(names.where(col(SignInName.ended_at).is_(None))).all())
    accounts = {each.person_id: each for each in session.exec(select(Account).where(is_among(session, Account.person_id, kept)))}
    merged = set(session.exec(select(MergedDouble.double_id).where(is_among(session, MergedDouble.double_id, kept))))
    return {
        of: KeptPerson(
            person,
            mask_held_number(number_of.get(of)),
            mask_sign_in_name(name_of.get(of, "")),
            AccountState.MERGED if of in merged else _read_state(person, accounts.get(of)),
        )
        for of, person in kept.items()
    }


def _read_state(person: Person, account: Account | None) -> AccountState:
    if person.retired_on is not None:
        return AccountState.RETIRED
    if account is not None and account.closed_at is not None:
        return AccountState.CLOSED
    is_activated = account is not None and account.password_hash is not None
    return AccountState.ACTIVATED if is_activated else AccountState.NOT_ACTIVATED


def _in_use(session: Session, units: Sequence[str], words: Sequence[str]) -> Iterator[str]:
    """Those of some units in which there is anybody who is named so, in their order, asked for as they are needed."""
    begin, number = 0, UNITS_AT_ONCE
    while some := units[begin : begin + number]:
        peopled = list_units_with(session, some, words)
        yield from (unit_id for unit_id in some if unit_id in peopled)
        begin, number = begin + number, number * GROWTH


def _list_of_unit(session: Session, unit_id: str, words: Sequence[str], piece: Slice) -> list[Person]:
    """People of a unit, by name, from a place on: read in their order, or gathered where few are named so."""
    people = select(Person).where(Person.unit_id == unit_id)
    if words:
        some = _gather_few(session, unit_id, words)
        if some is None:
            people = people.where(*(is_named(table_of(Person).c.id, word) for word in words))
        else:
            people = select(Person).where(is_among(session, Person.id, some))
    return take_page(session, people, BY_NAME, replace(piece, before=None)).rows


def _gather_few(session: Session, unit_id: str, words: Sequence[str]) -> list[str] | None:
    """The ids of a unit's people who are named so; None where there are more than FEW."""
    found = list[str]()
    for some in find_named(session, unit_id, words):
        found += some
        if len(found) > FEW:
            return None
    return found


def _write_place(person: Person) -> str:
    return f"{person.unit_id}{_SIGN}{BY_NAME.write_cursor(person)}"


def _read_place(cursor: str, units: Sequence[str]) -> tuple[str, str]:
    """The unit and the place in it that a cursor names; raises Invalid for one that no page of these units gave."""
    unit_id, _, place = cursor.partition(_SIGN)
    BY_NAME.read_cursor(place)
    if unit_id not in units:
        raise Invalid("cursor_invalid", "after")
    return unit_id, place
