"""What somebody typed to search ideas by, as a condition on them: every word stands in an idea's text or short answers, its code, its
unit's name, an address that it gives, or the name of somebody of its team.

A word is found in any of its forms (`antre` in `antrian`), by how it begins from its third letter on (`lay` in `layanan`), and an acronym
by what it stands for; a name without its accents and apostrophes. The condition is one more beside that of what a reader may see, and
whatever is looked up to ask it well is the same for every reader: so nothing that may not be seen has a part in what is listed. Whoever
reviews an idea blindly finds it by nothing that tells who proposes: no unit, no name, no address.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.database import is_among
from models.ideas import Idea
from models.statements.names import SHORTEST_BEGINNING, is_anybody
from models.statements.search import SearchedWord, Word, holds_typed
from models.units import Unit
from workflows.calculations.names import split_name
from workflows.calculations.words import list_written, reduce_word

MOST_WORDS = 8
MOST_GATHERED = 1_000  # ideas that hold what was typed, up to which they are looked up beforehand
CODE = re.compile(r"[A-Z]{2,6}-[0-9]{4}-[0-9]{6}", re.ASCII)


@dataclass(frozen=True)
class TypedWord:
    """A word as it was typed: the words of text and of names in it, and the units that it names."""

    typed: str
    said: SearchedWord
    units: tuple[str, ...]

    @property
    def is_said(self) -> bool:
        """Whether nothing but an idea's text or team can hold it: codes have digits."""
        return bool(self.said.words) and not self.units and not self.has_digits

    @property
    def has_digits(self) -> bool:
        """Whether a code may be meant."""
        return any(sign.isdecimal() for sign in self.typed)

    def leave_out_who(self) -> "TypedWord":
        """The same, to be looked for in nothing that tells who proposes."""
        return TypedWord(self.typed, SearchedWord(tuple(replace(word, in_links=False) for word in self.said.words)), ())


def list_searched(session: Session, text: str, blind: Collection[str]) -> list[sa.ColumnElement[bool]]:
    """The conditions that an idea holds each word of a text; by what tells who proposes none is found of those in `blind`, by their ids."""
    typed = [_read_typed(session, word) for word in text.split()[:MOST_WORDS]]
    asked = [each for each in typed if each.said.words or each.units]
    if typed and not asked:  # signs alone, which no text is indexed by
        return [sa.false()]
    conditions = _list_held(session, asked)
    if blind and asked:
        untold = _list_held(session, [each.leave_out_who() for each in asked])
        conditions.append(col(Idea.id).not_in(blind) | sa.and_(*untold))
    return conditions


def read_words(text: str, *, in_links: bool = False) -> Iterator[Word]:
    """The words of a text as the index is asked for them, so many at most."""
    for written in list_written(text)[:MOST_WORDS]:
        yield Word(reduce_word(written), written, len(written) >= SHORTEST_BEGINNING, in_links)


def _read_typed(session: Session, typed: str) -> TypedWord:
    named = select(Unit.id).where(col(Unit.name).icontains(typed, autoescape=True) | (col(Unit.code) == typed.upper()))
    words, name = tuple(read_words(typed, in_links=True)), split_name(typed)
    is_name = bool(words and name) and is_anybody(session, name)
    return TypedWord(typed, SearchedWord(words, name if is_name else ()), tuple(session.exec(named)))


def _list_held(session: Session, asked: Sequence[TypedWord]) -> list[sa.ColumnElement[bool]]:
    """The conditions that an idea holds each word; those that only text and team can hold are asked for together."""
    said = [each.said for each in asked if each.is_said]
    conditions = [holds_typed(session, said, MOST_GATHERED)] if said else []
    return conditions + [_holds_anywhere(session, each) for each in asked if not each.is_said]


def _holds_anywhere(session: Session, each: TypedWord) -> sa.ColumnElement[bool]:
    """The condition that an idea's text, team, code or unit holds a word."""
    found = [holds_typed(session, [each.said], MOST_GATHERED)] if each.said.words else []
    code = each.typed.upper()
    if CODE.fullmatch(code):
        found.append(col(Idea.code) == code)
    elif each.has_digits:
        found.append(col(Idea.code).icontains(each.typed, autoescape=True))
    if each.units:
        found.append(is_among(session, Idea.unit_id, each.units))  # a nation's units are more values than a statement takes
    return sa.or_(sa.false(), *found)
