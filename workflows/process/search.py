"""What somebody typed to search ideas by, as a condition on them: every word stands in an idea's text, its code, or its unit's name.

A word is found in any of its forms (`antre` in `antrian`), by how it begins from its third letter on (`lay` in `layanan`), and an acronym
by what it stands for. The condition is one more beside that of what a reader may see, and whatever is looked up to ask it well is the same
for every reader: so nothing that may not be seen has a part in what is listed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea
from models.statements.search import Word, holds_words
from models.units import Unit
from workflows.calculations.words import list_written, reduce_word

MOST_WORDS = 8
SHORTEST_BEGINNING = 3  # letters; a shorter word is looked for as it is
MOST_GATHERED = 1_000  # ideas that hold what was typed, up to which they are looked up beforehand
CODE = re.compile(r"[A-Z]{2,6}-[0-9]{4}-[0-9]{6}", re.ASCII)


@dataclass(frozen=True)
class TypedWord:
    """A word as it was typed, the words of text in it, and the units that it names."""

    typed: str
    words: tuple[Word, ...]
    units: tuple[str, ...]

    @property
    def is_of_text(self) -> bool:
        """Whether nothing but an idea's text can hold it: codes have digits."""
        return not self.units and not any(sign.isdecimal() for sign in self.typed)


def list_searched(session: Session, text: str, tells_unit: sa.ColumnElement[bool]) -> list[sa.ColumnElement[bool]]:
    """The conditions that an idea holds each word of a text; by its unit it is found only where `tells_unit` holds."""
    typed = [_read_typed(session, word) for word in text.split()[:MOST_WORDS]]
    said = [each for each in typed if each.words or each.units]
    if typed and not said:  # signs alone, which no text is indexed by
        return [sa.false()]
    of_text = [word for each in said if each.is_of_text for word in each.words]
    conditions = [holds_words(session, of_text, MOST_GATHERED)] if of_text else []
    return conditions + [_holds_anywhere(session, each, tells_unit) for each in said if not each.is_of_text]


def read_words(text: str) -> Iterator[Word]:
    """The words of a text as the index is asked for them, so many at most."""
    for written in list_written(text)[:MOST_WORDS]:
        yield Word(reduce_word(written), written, len(written) >= SHORTEST_BEGINNING)


def _read_typed(session: Session, typed: str) -> TypedWord:
    named = select(Unit.id).where(col(Unit.name).icontains(typed, autoescape=True) | (col(Unit.code) == typed.upper()))
    return TypedWord(typed, tuple(read_words(typed)), tuple(session.exec(named)))


def _holds_anywhere(session: Session, each: TypedWord, tells_unit: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The condition that an idea's text, code or unit holds a word."""
    found = [holds_words(session, each.words, MOST_GATHERED)] if each.words else []
    code = each.typed.upper()
    if CODE.fullmatch(code):
        found.append(col(Idea.code) == code)
    elif any(sign.isdecimal() for sign in code):
        found.append(col(Idea.code).icontains(each.typed, autoescape=True))
    if each.units:
        found.append(tells_unit & col(Idea.unit_id).in_(each.units))
    return sa.or_(*found)
