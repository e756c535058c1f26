"""Statements that change many people or units at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from models.database import is_among, run_plain, table_of
from models.inbox import InboxItem
from models.people import EmployeeNumber, Person, SignInName
from models.posts import Post
from models.units import Unit

_PEOPLE, _NUMBERS, _SIGN_INS = table_of(Person), table_of(EmployeeNumber), table_of(SignInName)
_UNITS, _INBOX, _POSTS = table_of(Unit), table_of(InboxItem), table_of(Post)
DETAILS = ("name", "front_title", "back_title", "grade", "rank_name", "position", "email", "kind", "unit_id")  # what HR says of a person
GRADED = ("grade", "rank_name", "position")
STREAMED = 2_000  # rows in memory
_CHANGED = sa.update(_PEOPLE).where(_PEOPLE.c.id == sa.bindparam("of")).values({name: sa.bindparam(f"new_{name}") for name in DETAILS})
_ENDED = sa.update(_POSTS).where(_POSTS.c.person_id == sa.bindparam("of"), _POSTS.c.valid_until.is_(None))
_MOVED = [
    sa.update(table).where(column == sa.bindparam("before")).values({column.name: sa.bindparam("after")})
    for table, column in ((_UNITS, _UNITS.c.path), (_INBOX, _INBOX.c.unit_path))
]


def change_people(session: Session, people: Mapping[str, Mapping[str, Any]]) -> None:
    """Write all details of people, by their ids."""
    if people:
        run_plain(session, _CHANGED, [{"of": of, **{f"new_{name}": new[name] for name in DETAILS}} for of, new in people.items()])


def end_posts(session: Session, people: Sequence[str], last_day: date, reason: str = "") -> None:
    """Write the last day of the posts that people hold, and why they end where no others follow."""
    if people:
        run_plain(session, _ENDED.values(valid_until=last_day, end_reason=reason), [{"of": person_id} for person_id in people])


def add_first_posts(session: Session, people: Collection[str], same: Mapping[str, Any]) -> None:
    """Write everybody's first post, as they stand in their rows, under their own id, which no other post has; `same` is said of all."""
    if people:
        held = [_PEOPLE.c[name] for name in ("id", "id", "unit_id", *GRADED)]
        said = [sa.literal(value, _POSTS.c[name].type) for name, value in same.items()]
        rows = sa.select(*held, *said).where(is_among(session, _PEOPLE.c.id, people))
        run_plain(session, sa.insert(_POSTS).from_select(["id", "person_id", "unit_id", *GRADED, *same], rows))


def list_present_posts(session: Session, people: Collection[str]) -> dict[str, date | None]:
    """Since when each of these people holds their present post; None where that is not known."""
    if not people:
        return {}
    found = sa.select(_POSTS.c.person_id, _POSTS.c.valid_from).where(_POSTS.c.valid_until.is_(None))
    return {row.person_id: row.valid_from for row in run_plain(session, found.where(is_among(session, _POSTS.c.person_id, people)))}


def list_by_number(session: Session, numbers: Sequence[str]) -> dict[str, Any]:
    """Each person's details and id, by an employee number that they hold or held; `ended` is None for one they hold."""
    found = sa.select(_NUMBERS.c.number, _NUMBERS.c.valid_until.label("ended"), _PEOPLE).join(_PEOPLE, _PEOPLE.c.id == _NUMBERS.c.person_id)
    return {row.number: row for row in run_plain(session, found.where(_NUMBERS.c.number.in_(numbers)))}


def list_by_sign_in_name(session: Session, names: Sequence[str]) -> dict[str, Any]:
    """Each person's details and id, by a sign-in name that they have or had; `ended` is None for one they have."""
    found = sa.select(_SIGN_INS.c.name.label("key"), _SIGN_INS.c.ended_at.label("ended"), _PEOPLE)
    found = found.join(_PEOPLE, _PEOPLE.c.id == _SIGN_INS.c.person_id).where(_SIGN_INS.c.name.in_(names))
    return {row.key: row for row in run_plain(session, found)} if names else {}


def stream_people(session: Session, path: str) -> sa.CursorResult[Any]:
    """Everybody in service, of a unit and all below it: number or sign-in name, details and the unit's code, so many at once."""
    columns = [_PEOPLE.c[name] for name in ("name", "front_title", "back_title", "kind", *GRADED, "email")]
    found = sa.select(_NUMBERS.c.number, _SIGN_INS.c.name.label("sign_in_name"), *columns, _UNITS.c.code)
    found = found.select_from(_PEOPLE).join(_UNITS, _UNITS.c.id == _PEOPLE.c.unit_id)
    found = found.outerjoin(_NUMBERS, sa.and_(_NUMBERS.c.person_id == _PEOPLE.c.id, _NUMBERS.c.valid_until.is_(None)))
    found = found.outerjoin(_SIGN_INS, sa.and_(_SIGN_INS.c.person_id == _PEOPLE.c.id, _SIGN_INS.c.ended_at.is_(None)))
    found = found.where(_UNITS.c.path.startswith(path), _PEOPLE.c.retired_on.is_(None))
    found = found.order_by(_UNITS.c.path, _PEOPLE.c.name, _PEOPLE.c.id)
    return run_plain(session, found.execution_options(yield_per=STREAMED))


def move_paths(session: Session, paths: Mapping[str, str]) -> None:
    """Write the new paths of units by the ones so far, and of what waits for a role over them."""
    for moved in _MOVED if paths else ():
        run_plain(session, moved, [{"before": before, "after": after} for before, after in paths.items()])
    session.expire_all()
