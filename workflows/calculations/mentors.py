"""Which mentor an idea's team is given: whose theme fits first, then who has most free places, then who comes first by id.

A theme fits another where all terms of one (`words.py`) are terms of the other: *Kesehatan* fits *kesehatan ibu dan anak*, and *UMKM* what
it stands for. A theme without a term fits nothing. Who has no free place is left out.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from workflows.calculations.trace import Trace, TraceLine, trace_line
from workflows.calculations.values import ShortText, Value
from workflows.calculations.words import read_text_terms

Theme = Annotated[str, Field(max_length=200)]


class MentorPlaces(Value):
    """A mentor: the themes they advise on, how many ideas at a time, and how many they have."""

    id: ShortText
    themes: tuple[Theme, ...] = Field(max_length=50)
    capacity: int = Field(strict=True, ge=0, le=1_000)
    load: int = Field(0, strict=True, ge=0, le=1_000_000)


class MentorsQuestion(Value):
    """The idea's theme, and the mentors there are."""

    theme: Theme
    mentors: tuple[MentorPlaces, ...] = Field(max_length=1_000)


class RankedMentor(Value):
    """A mentor with free places: the first of their themes that fits, if one does, and how many places are free."""

    id: str
    theme: str | None
    free: int
    capacity: int


class MentorsResult(Value):
    """The mentors who may be asked, the first of whom is; the ids of those without a free place; and why, line by line."""

    ranked: tuple[RankedMentor, ...]
    full: tuple[str, ...]
    trace: Trace


def calculate_mentors(question: MentorsQuestion) -> MentorsResult:
    """The mentors in the order in which they are asked."""
    lines = [_say_theme(question.theme)]
    ranked, full = list[RankedMentor](), list[str]()
    for mentor in sorted(question.mentors, key=lambda each: each.id):
        free = mentor.capacity - mentor.load
        if free <= 0:
            full.append(mentor.id)
            lines.append(_say_full(mentor))
            continue
        ranked.append(RankedMentor(id=mentor.id, theme=find_fitting(question.theme, mentor.themes), free=free, capacity=mentor.capacity))
        lines.append(_say_free(ranked[-1]))
    ranked.sort(key=lambda each: (each.theme is None, -each.free, each.id))
    lines.append(_say_first(ranked[0].id if ranked else None))
    return MentorsResult(ranked=tuple(ranked), full=tuple(full), trace=tuple(lines))


def find_fitting(theme: str, others: Iterable[str]) -> str | None:
    """The first of some themes that fits a theme; None where none does."""
    terms = frozenset(read_text_terms(theme).terms)
    return next((other for other in others if _fits(terms, frozenset(read_text_terms(other).terms))), None)


def _fits(terms: frozenset[str], others: frozenset[str]) -> bool:
    return bool(terms and others) and (terms <= others or others <= terms)


def _say_theme(theme: str) -> TraceLine:
    said, said_en = "Tema usulan: {theme}.", "Theme of the idea: {theme}."
    if theme.strip():
        return trace_line("theme", said, said_en, theme=theme)
    return trace_line("no_theme", "Usulan ini tidak menyebut tema.", "The idea names no theme.")


def _say_full(mentor: MentorPlaces) -> TraceLine:
    said, said_en = "{id}: penuh, {load} dari {capacity} tempat terpakai.", "{id}: full, {load} of {capacity} places taken."
    return trace_line("full", said, said_en, id=mentor.id, load=mentor.load, capacity=mentor.capacity)


def _say_free(mentor: RankedMentor) -> TraceLine:
    places: dict[str, Decimal | int | str] = {"id": mentor.id, "free": mentor.free, "capacity": mentor.capacity}
    if mentor.theme is None:
        said = "{id}: tidak ada tema yang cocok; {free} dari {capacity} tempat bebas."
        return trace_line("other_theme", said, "{id}: no theme fits; {free} of {capacity} places free.", **places)
    said = "{id}: tema cocok ({theme}); {free} dari {capacity} tempat bebas."
    return trace_line("fits", said, "{id}: the theme fits ({theme}); {free} of {capacity} places free.", **places, theme=mentor.theme)


def _say_first(mentor_id: str | None) -> TraceLine:
    if mentor_id is None:
        return trace_line("nobody", "Tidak ada pendamping yang punya tempat bebas.", "No mentor has a free place.")
    said = "Yang ditanya: {id}; urutannya tema yang cocok, tempat bebas terbanyak, lalu id."
    return trace_line("first", said, "Asked: {id}; in the order of fitting theme, most free places, then id.", id=mentor_id)
