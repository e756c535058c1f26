"""Compares the rows of ideas, awards, documents and decrees with what the ledger's entries commit to, a few hundred ideas at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from models.database import table_of
from models.documents import Document
from models.ideas import Idea
from models.ledger import LedgerEntry
from workflows.calculations.ledger import SaltRefused
from workflows.process.attest.commit import write_commitment
from workflows.process.attest.facts import Facts, Said, read_facts, read_shared_facts
from workflows.process.attest.rows import belongs_to, read_rows
from workflows.process.attest.tables import MODELS, OF_TABLE, SHARED, Group

AT_ONCE = 500
TABLES = [table_of(LedgerEntry), *map(table_of, MODELS.values())]
IDEA_IDS = [table_of(Idea).c.id, *(table.c.idea_id for table in TABLES if "idea_id" in table.c)]


class Problem(StrEnum):
    """How a row differs from the ledger."""

    CHANGED = "changed"
    MISSING = "missing"
    UNRECORDED = "unrecorded"  # no entry tells of it, and one should
    UNREADABLE = "unreadable"
    MISOPENED = "misopened"  # an entry that should open a commitment says another value than was committed to
    OVERWRITTEN = "overwritten"  # it was altered before an entry that committed to it anew


@dataclass(frozen=True)
class RowDifference:
    """A row that differs: in which columns, and the number of the last entry that commits to them."""

    table: str
    id: str
    field: str | None
    seq: int | None
    problem: Problem

    @property
    def place(self) -> tuple[bool, int, str, str]:
        """Where it stands among others: in the order of the entries."""
        return self.seq is None, self.seq or 0, self.table, self.id


@dataclass
class RowsReport:
    """How many rows were compared, how many rest on no commitment or were erased on record, and those that differ."""

    compared: int = 0
    uncommitted: int = 0
    erased: int = 0
    differences: list[RowDifference] = field(default_factory=list)

    @property
    def first(self) -> RowDifference | None:
        """The difference from the earliest entry."""
        return min(self.differences, key=lambda difference: difference.place, default=None)


def compare_rows(session: Session, advance: Callable[[int], None] = lambda count: None) -> RowsReport:
    """The report on every row, in one consistent view; `advance` is told how many ideas were compared."""
    report = RowsReport()
    for ideas in _list_ideas(session):
        conditions = {table: belongs_to(table, ideas) for table in MODELS if table not in SHARED}
        _compare(session, read_facts(session, col(LedgerEntry.idea_id).in_(ideas)), conditions, report)
        advance(len(ideas))
    without_idea = col(LedgerEntry.idea_id).is_(None) & col(LedgerEntry.kind).startswith("document.")
    _compare(session, read_facts(session, without_idea), {"document": col(Document.idea_id).is_(None)}, report)
    _compare(session, read_shared_facts(session), dict.fromkeys(SHARED, sa.true()), report)
    return report


def find_misfiled(seq: int, columns: dict[str, str | None], payload: dict[str, Any]) -> RowDifference | None:
    """An entry whose columns beside the payload say something else: nobody would find it."""
    other = [name for name, value in columns.items() if payload.get({"idea_id": "idea"}.get(name, name)) != value]
    return RowDifference("ledgerentry", str(seq), ", ".join(other), seq, Problem.CHANGED) if other else None


def _list_ideas(session: Session) -> Iterator[list[str]]:
    """The ids of all ideas of which the ledger or any row speaks, in portions."""
    after = ""
    while True:
        portions = [_list_after(column, after) for column in IDEA_IDS]
        ids = sa.union(*(sa.select(portion.c.id) for portion in portions)).subquery()
        found = list(session.execute(sa.select(ids.c.id).order_by(ids.c.id).limit(AT_ONCE)).scalars())
        if not found:
            return
        yield found
        after = found[-1]


def _list_after(column: Any, after: str) -> sa.Subquery:
    return sa.select(column.label("id")).where(column > after).distinct().order_by(column).limit(AT_ONCE).subquery()


def _compare(session: Session, facts: Facts, conditions: dict[str, sa.ColumnElement[bool]], report: RowsReport) -> None:
    for (table, row_id), group, seq in facts.misopened:
        report.differences.append(RowDifference(table, row_id, ", ".join(group.columns), seq, Problem.MISOPENED))
    for (table, row_id), changed, seq in facts.overwritten:
        report.differences.append(RowDifference(table, row_id, ", ".join(changed.columns) if changed else None, seq, Problem.OVERWRITTEN))
    for table, within in conditions.items():
        for row_id, row in read_rows(session, table, within):
            _compare_row(facts, (table, row_id), row, report)
    for table in MODELS:
        ids = [row_id for of, row_id in facts.known if of == table]
        if ids:  # moved elsewhere, or gone
            elsewhere = dict(read_rows(session, table, sa.column("id").in_(ids)))
            for row_id in ids:
                if row_id in elsewhere:
                    _compare_row(facts, (table, row_id), elsewhere[row_id], report)
                else:
                    report.differences.append(_whole(table, row_id, facts.known.pop((table, row_id)), Problem.MISSING))


def _compare_row(facts: Facts, key: tuple[str, str], row: Any, report: RowsReport) -> None:
    table, row_id = key
    said = facts.known.pop(key, {})
    report.compared += bool(said)
    if row is None:
        report.differences.append(_whole(table, row_id, said, Problem.UNREADABLE))
    elif said:
        for group in OF_TABLE[table]:
            if group.name in said and not _holds(group, row, said[group.name].value):
                report.differences.append(RowDifference(table, row_id, ", ".join(group.columns), said[group.name].seq, Problem.CHANGED))
    elif key in facts.erased:
        report.erased += 1
    elif facts.owes(table, row):
        report.differences.append(_whole(table, row_id, said, Problem.UNRECORDED))
    else:
        report.uncommitted += 1


def _holds(group: Group, row: Any, committed: Any) -> bool:
    try:
        return bool(write_commitment(group, row) == committed)
    except (SaltRefused, ValueError, TypeError):  # a salt or a value that the program never wrote
        return False


def _whole(table: str, row_id: str, said: dict[str, Said], problem: Problem) -> RowDifference:
    return RowDifference(table, row_id, None, max((each.seq for each in said.values()), default=None), problem)
