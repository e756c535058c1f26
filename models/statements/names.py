"""The words of people's names: kept as their rows say, and asked who of a unit, which units, or which teams have words that begin so."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from models.database import append_rows, is_among, is_sqlite, run_plain, table_of
from models.ideas import TeamMember
from models.names import NameWord
from models.people import Person
from models.units import Unit

FIRST_PAGE, GROWTH, LARGEST_PAGE = 20, 4, 2_000
MANY = 200  # rows at which counting stops
SHORTEST_BEGINNING = 3  # letters; a shorter word that ideas are searched by is looked for as it is

_WORDS, _PEOPLE, _UNITS, _MEMBERS = table_of(NameWord), table_of(Person), table_of(Unit), table_of(TeamMember)
_COLUMNS = ("person_id", "word", "unit_id")
_LAST_SIGN = "\U0010ffff"  # no word holds it


class PersonName(NamedTuple):
    """Somebody's name, without titles, and unit."""

    person_id: str
    name: str
    unit_id: str


def list_names(session: Session, people: Collection[str]) -> list[PersonName]:
    """The names and units of people, by their ids."""
    found = sa.select(_PEOPLE.c.id, _PEOPLE.c.name, _PEOPLE.c.unit_id).where(is_among(session, _PEOPLE.c.id, people))
    return [PersonName._make(row) for row in run_plain(session, found)]


def keep_name_words(session: Session, people: Collection[str], words: Sequence[tuple[str, str, str]]) -> None:
    """Write the words of people's names, each with its person and unit, in place of those so far."""
    run_plain(session, sa.delete(_WORDS).where(is_among(session, _WORDS.c.person_id, people)))
    if not words or is_sqlite(session):
        append_rows(session, NameWord, [dict(zip(_COLUMNS, each, strict=True)) for each in words])
        return
    arrays = (sa.literal(list(column), sa.ARRAY(sa.String)) for column in zip(*words, strict=True))  # row by row costs it five times that
    given = sa.func.unnest(*arrays).table_valued(*_COLUMNS).render_derived()
    run_plain(session, sa.insert(_WORDS).from_select(_COLUMNS, sa.select(*(given.c[name] for name in _COLUMNS))))


def find_named(session: Session, unit_id: str, words: Sequence[str]) -> Iterator[list[str]]:
    """The people of a unit in whose names each of some words begins a word, each once, in pages that grow until whoever asks has enough.

    They come in the order of the names' words that begin with the rarest one. A page is read along an index, from where the last one ended.
    """
    rarest, *others = _sort_by_rarity(session, unit_id, words)
    asked = sa.select(_WORDS.c.word, _WORDS.c.person_id).where(_WORDS.c.unit_id == unit_id, _begins(_WORDS, rarest))
    asked = asked.where(*(is_named(_WORDS.c.person_id, other) for other in others)).order_by(_WORDS.c.word, _WORDS.c.person_id)
    known, page, size = set[str](), asked, FIRST_PAGE
    while rows := run_plain(session, page.limit(size)).all():
        found = dict.fromkeys(row.person_id for row in rows if row.person_id not in known)
        yield list(found)
        if len(rows) < size:
            return
        known.update(found)
        last = sa.tuple_(sa.literal(rows[-1].word), sa.literal(rows[-1].person_id))
        page, size = asked.where(sa.tuple_(_WORDS.c.word, _WORDS.c.person_id) > last), min(size * GROWTH, LARGEST_PAGE)


def list_units_with(session: Session, units: Sequence[str], words: Sequence[str]) -> set[str]:
    """Those of some units in which there is anybody in whose names each of some words begins a word; with no word, anybody at all.

    Asked of each unit on the way, along an index, up to the first person; PostgreSQL would go through everybody for a row of no order.
    """
    if words:
        first, *others = sorted(words, key=len, reverse=True)
        found = sa.select(sa.func.min(_WORDS.c.word)).where(_WORDS.c.unit_id == _UNITS.c.id, _begins(_WORDS, first))
        found = found.where(*(is_named(_WORDS.c.person_id, other) for other in others))
    else:
        found = sa.select(sa.func.min(_PEOPLE.c.name)).where(_PEOPLE.c.unit_id == _UNITS.c.id)
    is_with = found.correlate(_UNITS).scalar_subquery().is_not(None)
    return set(run_plain(session, sa.select(_UNITS.c.id).where(is_among(session, _UNITS.c.id, units), is_with)).scalars())


def is_named(person_id: sa.Column[Any], beginning: str) -> sa.ColumnElement[bool]:
    """Whether a person has a word that begins so; asked of each on the way, as PostgreSQL would go through everybody's for an `EXISTS`."""
    other = _WORDS.alias()
    least = sa.select(sa.func.min(other.c.word)).where(other.c.person_id == person_id, _begins(other, beginning))
    return least.correlate(person_id.table).scalar_subquery().is_not(None)


def is_anybody(session: Session, name: Sequence[str]) -> bool:
    """Whether there is anybody, of whatever unit, who bears each of some words; answered from the index up to the first."""
    first = sa.select(sa.func.min(_WORDS.c.word)).where(_bears(_WORDS, name))
    return run_plain(session, first).scalar_one() is not None


def select_ideas_of(name: Sequence[str]) -> sa.Select[Any]:
    """The ideas of which somebody is a member who bears each of some words, once for each such word of each such member."""
    members = sa.join(_WORDS, _MEMBERS, _MEMBERS.c.person_id == _WORDS.c.person_id)
    return sa.select(_MEMBERS.c.idea_id).select_from(members).where(_bears(_WORDS, name))


def has_member(idea_id: sa.Column[Any], name: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether an idea has a member who bears each of some words: the same answer, asked of each on the way as `is_named` is."""
    words, members = _WORDS.alias(), _MEMBERS.alias()
    least = sa.select(sa.func.min(words.c.word)).select_from(sa.join(members, words, members.c.person_id == words.c.person_id))
    least = least.where(members.c.idea_id == idea_id, _bears(words, name))
    return least.correlate(idea_id.table).scalar_subquery().is_not(None)


def _bears(words: sa.FromClause, name: Sequence[str]) -> sa.ColumnElement[bool]:
    """The condition on rows of words that their person bears each word of a name; the longest is looked for in the row itself."""
    first, *others = sorted(name, key=len, reverse=True)
    return sa.and_(_is_meant(words, first), *(_has_word(words, other) for other in others))


def _has_word(words: sa.FromClause, word: str) -> sa.ColumnElement[bool]:
    other = _WORDS.alias()
    least = sa.select(sa.func.min(other.c.word)).where(other.c.person_id == words.c.person_id, _is_meant(other, word))
    return least.correlate(words).scalar_subquery().is_not(None)


def _is_meant(words: sa.FromClause, word: str) -> sa.ColumnElement[bool]:
    return _begins(words, word) if len(word) >= SHORTEST_BEGINNING else words.c.word == word


def _sort_by_rarity(session: Session, unit_id: str, words: Sequence[str]) -> list[str]:
    """Words by how many of a unit's names have one that begins so, counted to a bound along the index; of as many the longest first."""
    if len(words) == 1:
        return [*words]
    of_unit = sa.select(sa.literal(1)).where(_WORDS.c.unit_id == unit_id).order_by(_WORDS.c.word, _WORDS.c.person_id)
    found = (of_unit.where(_begins(_WORDS, word)).limit(MANY) for word in words)
    counts = (sa.select(sa.func.count()).select_from(each.subquery()).scalar_subquery() for each in found)
    counted = zip(run_plain(session, sa.select(*counts)).one(), words, strict=True)
    return [word for _count, word in sorted(counted, key=lambda each: (each[0], -len(each[1])))]


def _begins(words: sa.FromClause, beginning: str) -> sa.ColumnElement[bool]:
    return sa.and_(words.c.word >= beginning, words.c.word < beginning + _LAST_SIGN)
