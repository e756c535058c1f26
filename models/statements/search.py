"""The index by which ideas are found: kept with each revision, asked for the ideas that hold a term, and compared with the ideas.

SQLite answers from FTS5, PostgreSQL from a GIN index over `tsvector`. Both hold our own terms as they are, and are asked for nothing but
which rows hold them: the ranks of either rest on all rows, and so would tell of those that a reader may not see. The names of a team
are in no such index, as people and teams change without a revision: they are asked of the people (`names.py`).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col

from models.database import is_among, is_sqlite, run_plain, table_of
from models.ideas import Idea, Revision
from models.search import INDEX, SearchText
from models.statements.names import has_member, select_ideas_of

# before a word as it is written, before the term of a short answer, and before a word of an address, so that none is taken for another:
# likeness asks for terms of texts alone, and what an address says is searched only for who is told who proposes
WRITTEN, ANSWERED, LINKED = "_", "__", "___"
KEPT = ("idea_id", "revision", "edition", "title", "body", "words")

_TEXT, _IDEA, _REVISION = table_of(SearchText), table_of(Idea), table_of(Revision)
_OF_SQLITE = sa.table(INDEX, sa.column("rowid", sa.Integer), sa.column(INDEX, sa.Text))
_LEXEMES: sa.ColumnElement[Any] = sa.literal_column(f"searchtext.{INDEX}_terms")  # of PostgreSQL
_LAGGING = (
    sa.select(_IDEA.c.created_at, _IDEA.c.id)
    .join(_REVISION, (_REVISION.c.idea_id == _IDEA.c.id) & (_REVISION.c.number == _IDEA.c.revision))  # without it there is nothing to read
    .outerjoin(_TEXT, _TEXT.c.idea_id == _IDEA.c.id)
    .where(
        sa.or_(_TEXT.c.number.is_(None), _TEXT.c.revision != _IDEA.c.revision, _TEXT.c.edition != sa.bindparam("edition", type_=sa.Integer))
    )
)


@dataclass(frozen=True)
class Word:
    """A word that is searched for: its term, or what words begin with as they are written; a short one is looked for as it is.

    With `in_links` also among the words of addresses.
    """

    term: str
    written: str
    is_beginning: bool
    in_links: bool = False

    def list_forms(self) -> Iterator[tuple[str, bool]]:
        """What the index may hold of it, and whether what begins so will do."""
        if not all(sign.isalnum() for sign in self.term + self.written):
            raise ValueError("a term holds letters and digits alone")
        if self.term:
            yield self.term, False
        if self.written:
            yield WRITTEN + self.written, self.is_beginning
            yield from [(ANSWERED + self.term, False)] if self.term else []
            if self.in_links:
                yield LINKED + self.written, self.is_beginning


@dataclass(frozen=True)
class SearchedWord:
    """What was typed between two spaces: words that all stand in a text, or words of a name that somebody of the team bears."""

    words: tuple[Word, ...]
    name: tuple[str, ...] = ()


class KeptTerms(NamedTuple):
    """An idea's terms as they are kept, and when it was received."""

    idea_id: str
    title: str
    body: str
    submitted_at: datetime | None


class Lagging(NamedTuple):
    """An idea whose terms lag behind, with its place among others."""

    begun_at: datetime
    idea_id: str


def keep_terms(session: Session, **kept: Any) -> None:
    """Write what an idea says at its present revision in place of what it said before; `kept` are the columns of KEPT.

    Whoever indexes anew never takes the place of a revision that was written meanwhile.
    """
    insert: Any = sqlite_insert if is_sqlite(session) else postgresql_insert
    made = insert(_TEXT).values(**{name: sa.bindparam(name) for name in KEPT})
    changed = {name: made.excluded[name] for name in KEPT[1:]}
    not_older = _TEXT.c.revision <= made.excluded.revision
    run_plain(session, made.on_conflict_do_update(index_elements=["idea_id"], set_=changed, where=not_older), kept)


def list_lagging(session: Session, edition: int, limit: int, after: Lagging | None = None) -> list[Lagging]:
    """Ideas whose terms are not those of what they say now, the first begun first; those behind one of them, to go on from it."""
    oldest = _LAGGING.order_by(_IDEA.c.created_at, _IDEA.c.id).limit(limit)
    if after is not None:
        place = sa.tuple_(sa.literal(after.begun_at, _IDEA.c.created_at.type), sa.literal(after.idea_id))
        oldest = oldest.where(sa.tuple_(_IDEA.c.created_at, _IDEA.c.id) > place)
    return [Lagging._make(row) for row in run_plain(session, oldest, {"edition": edition})]


def count_lagging(session: Session, edition: int) -> int:
    """How many ideas have terms that are not those of what they say now."""
    return int(run_plain(session, sa.select(sa.func.count()).select_from(_LAGGING.subquery()), {"edition": edition}).scalar_one())


def rebuild_index(session: Session) -> None:
    """Have the database make its index anew from the kept terms."""
    if is_sqlite(session):
        run_plain(session, sa.text(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')"))  # noqa: S608 - the name is ours
    else:
        run_plain(session, sa.text(f"REINDEX INDEX {INDEX}"))


def read_kept_terms(session: Session, idea_ids: Collection[str]) -> Iterator[KeptTerms]:
    """The terms of some ideas, in no order."""
    read = sa.select(_TEXT.c.idea_id, _TEXT.c.title, _TEXT.c.body, _IDEA.c.submitted_at).join(_IDEA, _IDEA.c.id == _TEXT.c.idea_id)
    read = read.where(is_among(session, _TEXT.c.idea_id, idea_ids))
    return map(KeptTerms._make, run_plain(session, read)) if idea_ids else iter(())


def read_newest_terms(session: Session, shown: sa.ColumnElement[bool], limit: int) -> list[KeptTerms]:
    """The terms of the newest ideas for which a condition holds."""
    newest = sa.select(col(Idea.id)).where(shown).order_by(col(Idea.created_at).desc(), col(Idea.id).desc()).limit(limit)
    return list(read_kept_terms(session, [str(row[0]) for row in run_plain(session, newest)]))


def prepare_holding(session: Session, shown: sa.ColumnElement[bool], limit: int) -> Callable[[Sequence[Sequence[str]]], list[str]]:
    """What answers which ideas hold one term of each of some groups: of those for which a condition holds the newest, up to a limit.

    The condition is asked of each idea on the way, so that no other has a part in the answer. PostgreSQL is told to ask its index first,
    as for frequent terms it would go through the newest ideas one by one; and, by an offset of none, to look each idea up until there are
    enough, as for rare terms it would go through all ideas.
    """
    query = sa.bindparam("query", type_=sa.Text)
    holding = _select_holding(session, query)
    if is_sqlite(session):  # along its own number FTS5 goes backwards by itself
        found = holding.join(Idea, col(Idea.id) == _TEXT.c.idea_id).where(shown).order_by(_OF_SQLITE.c.rowid.desc()).limit(limit)
    else:
        held = holding.add_columns(_TEXT.c.number).cte("held").prefix_with("MATERIALIZED")
        newest = sa.select(held).order_by(held.c.number.desc()).subquery()
        seen = sa.select(col(Idea.id)).where(col(Idea.id) == newest.c.idea_id, shown).offset(0).correlate(newest).exists()
        found = sa.select(newest.c.idea_id).where(seen).order_by(newest.c.number.desc()).limit(limit)

    def list_holding(terms: Sequence[Sequence[str]]) -> list[str]:
        groups = [[Word(term, "", is_beginning=False) for term in group] for group in terms]
        return [str(row[0]) for row in run_plain(session, found, {"query": _write_query(session, groups)})]

    return list_holding


def holds_typed(session: Session, typed: Sequence[SearchedWord], most: int) -> sa.ColumnElement[bool]:
    """The condition on ideas that their text, or somebody's name of their team, holds each of what was typed.

    Up to `most` ideas are looked up beforehand, whoever may see them: the condition is the same for each idea, and only how it is asked
    differs. More are asked one by one, as a list is read in its own order until a page is full.
    """
    if not typed:
        return sa.true()
    ids = _gather(session, typed, most)
    if ids is not None:
        return is_among(session, Idea.id, ids) if ids else sa.false()
    of_idea = sa.select(_holds(session, typed)).where(_TEXT.c.idea_id == col(Idea.id))
    holds: sa.ColumnElement[bool] = of_idea.correlate(Idea).scalar_subquery() == sa.true()
    return holds


def _gather(session: Session, typed: Sequence[SearchedWord], most: int) -> set[str] | None:
    """The ideas that hold each of what was typed; None where there are more than `most`.

    What names nobody is asked of the index first: it may leave few. Else the longest of what names somebody leads the way, once by the
    texts that hold it, once by the people who bear it, and the rest is asked of each idea on the way.
    """
    plain = [word for each in typed if not each.name for word in each.words]
    named = sorted((each for each in typed if each.name), key=lambda each: -max(map(len, each.name)))
    if plain:
        ids = _list_some(session, most, _select_words(session, plain))
        if ids and named:
            left = sa.select(_TEXT.c.idea_id).where(is_among(session, _TEXT.c.idea_id, ids), _holds(session, named))
            return _list_some(session, most, left)
        if ids is not None or not named:
            return ids
    first, *others = named
    by_text = _select_words(session, [*plain, *first.words]).where(_holds(session, others))
    people = select_ideas_of(first.name).subquery()
    by_name = sa.select(_TEXT.c.idea_id).join(people, people.c.idea_id == _TEXT.c.idea_id)
    by_name = by_name.where(_holds(session, [each for each in typed if each is not first]))
    return _list_some(session, most, by_text, by_name)


def _list_some(session: Session, most: int, *asked: sa.Select[Any]) -> set[str] | None:
    """The ideas that some questions find, up to `most`; None where they find more."""
    found = [str(row[0]) for each in asked for row in run_plain(session, each.limit(most + 1))]
    return set(found) if len(found) <= most else None


def _select_words(session: Session, words: Sequence[Word]) -> sa.Select[Any]:
    """The ideas whose text holds each of some words."""
    return _select_holding(session, _write_query(session, [[word] for word in words]))


def _holds(session: Session, typed: Sequence[SearchedWord]) -> sa.ColumnElement[bool]:
    """Whether a text or its team holds each of what was typed, read off its terms and the names of its members."""
    return sa.and_(sa.true(), *(_holds_one(session, each) for each in typed))


def _holds_one(session: Session, typed: SearchedWord) -> sa.ColumnElement[bool]:
    said = sa.and_(*(stands_in(session, word, _TEXT) for word in typed.words))
    return said | has_member(_TEXT.c.idea_id, typed.name) if typed.name else said


def _select_holding(session: Session, query: str | sa.BindParameter[str]) -> sa.Select[Any]:
    """The ideas whose text a query of the database's own kind finds."""
    if not is_sqlite(session):
        return sa.select(_TEXT.c.idea_id).where(_LEXEMES.op("@@")(sa.cast(query, _TsQuery())))
    found = sa.join(_OF_SQLITE, _TEXT, _TEXT.c.number == _OF_SQLITE.c.rowid)
    return sa.select(_TEXT.c.idea_id).select_from(found).where(_OF_SQLITE.c[INDEX].op("MATCH")(query))


def _write_query(session: Session, groups: Sequence[Sequence[Word]]) -> str:
    """The query that finds texts with a word of each group; whatever was typed is a quoted word in it, and never an operator."""
    signs = ('"', '"*', " OR ", " AND ") if is_sqlite(session) else ("'", "':*", " | ", " & ")
    quote, beginning, either, both = signs
    forms = ([form for word in group for form in _quote_each(word, quote, beginning)] for group in groups)
    return both.join(f"({either.join(of_group)})" for of_group in forms)


def _quote_each(word: Word, quote: str, beginning: str) -> Iterator[str]:
    """A word's forms, quoted for a database."""
    return (f"{quote}{form}{beginning if is_beginning else quote}" for form, is_beginning in word.list_forms())


def stands_in(session: Session, word: Word, text: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a text holds a word, read off its terms, which a table keeps as `SearchText` does: the same answer as the index gives."""
    place = sa.func.instr if is_sqlite(session) else sa.func.strpos
    found: list[sa.ColumnElement[bool]] = []
    for form, is_beginning in word.list_forms():
        columns = (text.c.words,) if form.startswith(WRITTEN) else (text.c.title, text.c.body)
        asked = f" {form}{'' if is_beginning else ' '}"
        found += [place(sa.literal(" ").concat(column).concat(" "), asked) > 0 for column in columns]
    return sa.or_(sa.false(), *found)


class _TsQuery(sa.types.UserDefinedType[str]):
    """PostgreSQL's type of a query; the only thing that is told of it is its name."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "tsquery"
