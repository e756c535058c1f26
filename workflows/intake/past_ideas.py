"""Ideas of earlier years, as files told that they ended: searched, read, and found where one is like what somebody writes or looks at.

What was adopted or runs is known to everybody who signs in, as it is the region's own; a rejected one to the offices of its unit, to those
of the agency that held its programme, and to its initiator. Nothing else has a part in what is found, not even in how rare a word is. None
of them is ever the earlier one of two: that rests on a receipt, and they have none.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.ideas import Idea
from models.past_ideas import PastFile, PastIdea, PastOutcome
from models.people import Person
from models.statements.past_ideas import PastTerms, holds_past_words, prepare_holding_past, read_newest_past, read_past_terms
from models.units import Unit
from workflows.calculations.similar import IndexedText, Match, Terms, count_frequencies, rank, read_terms
from workflows.intake.candidates import HELD, find_candidates
from workflows.intake.content import list_said
from workflows.intake.search_terms import SearchedText, gather_text
from workflows.intake.similar import LEAST_LIKENESS, MOST_SHOWN, SAMPLE
from workflows.process.actors import Actor
from workflows.process.context import IdeaContext
from workflows.process.keyset import Order, Page, Slice, take_page
from workflows.process.refusals import NotFound
from workflows.process.search import read_words
from workflows.process.visibility import BY_CALL, OVERSEERS, units_of
from workflows.region.past_files import may_look_through

OPEN = (PastOutcome.ADOPTED, PastOutcome.RUNNING)
NEWEST_FIRST = Order(PastIdea, "received_on")


@dataclass(frozen=True)
class PastLine:
    """An idea of an earlier year with its unit and the file that tells of it; `initiator` is empty for whoever is not told."""

    idea: PastIdea
    unit: str
    file: PastFile
    initiator: str


@dataclass(frozen=True)
class PastReading:
    """Such an idea with who answers for its file, and by whose word it counts; empty while it waits."""

    line: PastLine
    author: str
    confirmed_by: str


@dataclass(frozen=True)
class SimilarPast:
    """An idea of an earlier year that is like a text, and whether it came on record only after the idea that was asked about."""

    line: PastLine
    match: Match
    came_later: bool


@dataclass(frozen=True)
class WantedPast:
    """What is searched: words that the text holds, and the file that tells of it, of those one may look through."""

    text: str = ""
    file_id: str | None = None


def list_past(session: Session, wanted: WantedPast, part: Slice, *, actor: Actor) -> Page[PastLine]:
    """The ideas of earlier years that the actor may see, the newest first."""
    words = list(read_words(wanted.text))
    shown = _is_shown(actor)
    if wanted.file_id is not None:
        shown = _is_read(actor) & (col(PastIdea.file_id) == wanted.file_id)
    query = select(PastIdea).where(shown, holds_past_words(session, words))
    if wanted.text.split() and not words:  # signs alone, which no text holds as a word
        query = query.where(sa.false())
    found = take_page(session, query, NEWEST_FIRST, part)
    return Page(_list_as_read(session, found.rows, actor), found.after, found.before)


def read_past(session: Session, past_id: str, *, actor: Actor) -> PastReading:
    """An idea of an earlier year; raises NotFound where there is none that the actor may see."""
    idea = session.exec(select(PastIdea).where(PastIdea.id == past_id, _is_read(actor))).first()
    if idea is None:
        raise NotFound("past_idea_not_found")
    [line] = _list_as_read(session, [idea], actor)
    author = session.get_one(Person, line.file.author_id).full_name
    second = session.get(Person, line.file.confirmed_by) if line.file.confirmed_by else None
    return PastReading(line, author, second.full_name if second else "")


def find_similar_past(session: Session, context: IdeaContext, *, actor: Actor) -> list[SimilarPast]:
    """The ideas of earlier years most like one that the actor sees, the most similar first."""
    text = gather_text(context.policy, context.idea.title, context.content.theme, list_said(context))
    return find_similar_past_to(session, text, about=context.idea, actor=actor)


def find_similar_past_to(session: Session, text: SearchedText, *, about: Idea | None = None, actor: Actor) -> list[SimilarPast]:
    """The ideas of earlier years most like a text, of those that the actor may see."""
    asked = read_terms(text.title, text.body)
    if not asked.counts:
        return []
    shown = _is_shown(actor)
    entries = _read_entries(read_newest_past(session, shown, SAMPLE))
    frequencies = count_frequencies(entries)
    if len(entries) == SAMPLE:
        candidates = find_candidates(asked, frequencies, prepare_holding_past(session, shown, HELD))
        frequencies, sampled = candidates.frequencies, {entry.id for entry in entries}
        entries += _read_entries(read_past_terms(session, [each for each in candidates.ids if each not in sampled]))
    matches = [match for match in rank(asked, entries, frequencies, MOST_SHOWN) if match.likeness >= LEAST_LIKENESS]
    found = session.exec(select(PastIdea).where(col(PastIdea.id).in_([match.id for match in matches]))).all()
    lines = {line.idea.id: line for line in _list_as_read(session, found, actor)}
    return [SimilarPast(lines[match.id], match, _came_later(lines[match.id], about)) for match in matches]


def _is_shown(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on ideas of files that count, that the actor may see them."""
    counting = select(PastFile.id).where(col(PastFile.confirmed_at).is_not(None), col(PastFile.ended_at).is_(None))
    known = sa.or_(col(PastIdea.outcome).in_(OPEN), col(PastIdea.person_id) == actor.person_id, _is_overseen(actor))
    return sa.and_(col(PastIdea.file_id).in_(counting), known)


def _is_read(actor: Actor) -> sa.ColumnElement[bool]:
    """As `_is_shown`, and all that one's own files tell; of files that wait, whatever whoever may confirm one is to read."""
    of_own = col(PastFile.author_id) == actor.person_id
    read = sa.or_(of_own, col(PastFile.confirmed_at).is_(None)) if may_look_through(actor) else of_own
    files = select(PastFile.id).where(col(PastFile.ended_at).is_(None), read)
    return sa.or_(_is_shown(actor), col(PastIdea.file_id).in_(files))


def _is_overseen(actor: Actor) -> sa.ColumnElement[bool]:
    if not any(grant.role in OVERSEERS for grant in actor.grants):
        return sa.false()
    in_unit, of_holder = col(PastIdea.unit_id).in_(units_of(actor, OVERSEERS)), col(PastIdea.holder_id).in_(units_of(actor, BY_CALL))
    return in_unit | of_holder


def _list_as_read(session: Session, ideas: Sequence[PastIdea], actor: Actor) -> list[PastLine]:
    """Ideas as the actor reads of them: who had one is told to the offices that see it, to themselves, to who looks through its file."""
    if not ideas:
        return []
    places = {each for idea in ideas for each in (idea.unit_id, idea.holder_id) if each}
    units = {unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(places)))}
    files = {file.id: file for file in session.exec(select(PastFile).where(col(PastFile.id).in_({idea.file_id for idea in ideas})))}
    people = {idea.person_id for idea in ideas if idea.person_id}
    names = {person.id: person.full_name for person in session.exec(select(Person).where(col(Person.id).in_(people)))}
    lines = []
    for idea in ideas:
        file, initiator = files[idea.file_id], names.get(idea.person_id or "", idea.initiator)
        is_told = _is_told(idea, file, units, actor)
        lines.append(PastLine(idea, units[idea.unit_id].name, file, initiator if is_told else ""))
    return lines


def _is_told(idea: PastIdea, file: PastFile, units: Mapping[str, Unit], actor: Actor) -> bool:
    if actor.person_id is not None and actor.person_id in (idea.person_id, file.author_id):
        return True
    if may_look_through(actor) or any(actor.holds(role, units[idea.unit_id].path) for role in OVERSEERS):
        return True
    return idea.holder_id is not None and any(actor.holds(role, units[idea.holder_id].path) for role in BY_CALL)


def _read_entries(kept: Sequence[PastTerms]) -> list[IndexedText]:
    return [
        IndexedText(each.past_idea_id, each.received_on.isoformat(), Terms(Counter(each.title.split()) + Counter(each.body.split())))
        for each in kept
    ]


def _came_later(line: PastLine, about: Idea | None) -> bool:
    """Whether a file told of an idea only after another was received: as it would where somebody makes one up."""
    received = about.submitted_at if about is not None else None
    return received is not None and line.file.imported_at > received
