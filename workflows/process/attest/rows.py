"""Reads the rows that the ledger commits to, by the ideas they belong to or by their ids."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from models.awards import Award, AwardShare
from models.database import table_of
from models.ideas import Decision, Idea
from models.pilots import Indicator, Measurement, Pilot
from workflows.process.attest.tables import MODELS, SHARED

WRONG_VALUE = (ValueError, TypeError, LookupError, ArithmeticError)  # what SQLite stores and no column's type can read


def list_rows(session: Session, idea_id: str) -> list[tuple[str, SQLModel]]:
    """Every row of an idea with its table, but its decisions, which never change; none that others share."""
    found: list[tuple[str, SQLModel]] = []
    for table, model in MODELS.items():
        if model is not Decision and table not in SHARED:
            found += [(table, row) for row in session.exec(select(model).where(belongs_to(table, [idea_id])))]
    return found


def belongs_to(table: str, ideas: Sequence[str]) -> sa.ColumnElement[bool]:
    """The condition on a table's rows that they belong to one of the ideas."""
    pilots = select(Pilot.id).where(col(Pilot.idea_id).in_(ideas))
    model: Any = MODELS[table]
    within: sa.ColumnElement[bool]
    if model is Idea:
        within = col(Idea.id).in_(ideas)
    elif model is Indicator:
        within = col(Indicator.pilot_id).in_(pilots)
    elif model is Measurement:
        within = col(Measurement.indicator_id).in_(select(Indicator.id).where(col(Indicator.pilot_id).in_(pilots)))
    elif model is AwardShare:
        within = col(AwardShare.award_id).in_(select(Award.id).where(col(Award.idea_id).in_(ideas)))
    else:
        within = model.idea_id.in_(ideas)
    return within


def read_rows(session: Session, table: str, within: sa.ColumnElement[bool]) -> Iterator[tuple[str, Any]]:
    """The id and the columns of each row that a condition holds for; None for the columns where a stored value cannot be read."""
    columns = table_of(MODELS[table])
    try:
        yield from [(row.id, row) for row in session.execute(sa.select(columns).where(within))]
        return
    except WRONG_VALUE:
        ids = session.execute(sa.select(columns.c.id).where(within)).scalars().all()
    for row_id in ids:
        yield row_id, _read_row(session, columns, row_id)


def _read_row(session: Session, columns: sa.Table, row_id: str) -> Any:
    try:
        return session.execute(sa.select(columns).where(columns.c.id == row_id)).one()
    except WRONG_VALUE:
        return None
