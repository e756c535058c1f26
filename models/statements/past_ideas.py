"""Asks which ideas of earlier years hold some terms, and keeps the terms. Nothing is ranked here, as with other ideas."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from models.database import append_rows, is_among, run_plain, table_of
from models.past_ideas import PastIdea, PastTerm, PastText
from models.statements.search import Word, stands_in

_TEXT, _TERM, _PAST = table_of(PastText), table_of(PastTerm), table_of(PastIdea)


class PastTerms(NamedTuple):
    """The terms of an idea of an earlier year, and the day that its file tells."""

    past_idea_id: str
    title: str
    body: str
    received_on: date


def keep_past_terms(session: Session, edition: int, texts: Mapping[str, Mapping[str, str]]) -> None:
    """Write the terms of some ideas, by their ids, in place of those so far: `title`, `body` and `words` of each."""
    for table in (_TERM, _TEXT):
        run_plain(session, sa.delete(table).where(is_among(session, table.c.past_idea_id, list(texts))))
    append_rows(session, PastText, [{"past_idea_id": each, "edition": edition, **text} for each, text in texts.items()])
    append_rows(session, PastTerm, [{"term": term, "past_idea_id": each} for each, text in texts.items() for term in _list_terms(text)])


def _list_terms(text: Mapping[str, str]) -> Iterable[str]:
    return sorted({*text["title"].split(), *text["body"].split()})


def list_lagging_past(session: Session, edition: int, limit: int) -> list[tuple[str, str, str]]:
    """The ids, titles and summaries of some ideas whose terms are missing or of another edition."""
    lagging = sa.select(_PAST.c.id, _PAST.c.title, _PAST.c.summary).outerjoin(_TEXT, _TEXT.c.past_idea_id == _PAST.c.id)
    lagging = lagging.where(sa.or_(_TEXT.c.edition.is_(None), _TEXT.c.edition != edition)).order_by(_PAST.c.id).limit(limit)
    return [(row.id, row.title, row.summary) for row in run_plain(session, lagging)]


def count_lagging_past(session: Session, edition: int) -> int:
    """How many ideas of earlier years have no terms, or those of another edition."""
    current = sa.select(sa.func.count()).select_from(_TEXT).where(_TEXT.c.edition == edition).scalar_subquery()
    every = sa.select(sa.func.count()).select_from(_PAST).scalar_subquery()
    return int(run_plain(session, sa.select(every - current)).scalar_one())


def read_past_terms(session: Session, past_ids: Collection[str]) -> list[PastTerms]:
    """The terms of some ideas, in no order."""
    if not past_ids:
        return []
    read = sa.select(_PAST.c.id, _TEXT.c.title, _TEXT.c.body, _PAST.c.received_on).join(_TEXT, _TEXT.c.past_idea_id == _PAST.c.id)
    return [PastTerms._make(row) for row in run_plain(session, read.where(is_among(session, _PAST.c.id, past_ids)))]


def read_newest_past(session: Session, shown: sa.ColumnElement[bool], limit: int) -> list[PastTerms]:
    """The terms of the newest ideas of earlier years for which a condition holds."""
    newest = sa.select(col(PastIdea.id)).where(shown).order_by(col(PastIdea.received_on).desc(), col(PastIdea.id).desc()).limit(limit)
    return read_past_terms(session, [str(row[0]) for row in run_plain(session, newest)])


def prepare_holding_past(session: Session, shown: sa.ColumnElement[bool], limit: int) -> Callable[[Sequence[Sequence[str]]], list[str]]:
    """What answers which ideas hold one term of each of some groups: of those for which a condition holds the newest, up to a limit."""

    def list_holding(groups: Sequence[Sequence[str]]) -> list[str]:
        held = sa.select(col(PastIdea.id)).where(shown, *(_holds_one(group) for group in groups))
        held = held.order_by(col(PastIdea.received_on).desc(), col(PastIdea.id).desc()).limit(limit)
        return [str(row[0]) for row in run_plain(session, held)]

    return list_holding


def _holds_one(terms: Sequence[str]) -> sa.ColumnElement[bool]:
    return col(PastIdea.id).in_(sa.select(_TERM.c.past_idea_id).where(_TERM.c.term.in_(list(terms))))


def holds_past_words(session: Session, words: Sequence[Word]) -> sa.ColumnElement[bool]:
    """The condition on ideas of earlier years that their text holds each of some words."""
    if not words:
        return sa.true()
    told: Any = sa.select(_TEXT.c.past_idea_id).where(*(stands_in(session, word, _TEXT) for word in words))
    return col(PastIdea.id).in_(told)


def end_past_ideas(session: Session, file_id: str, at: datetime) -> None:
    """Let none of a file's ideas stand any more."""
    run_plain(session, sa.update(_PAST).where(_PAST.c.file_id == file_id).values(ended_at=at))
