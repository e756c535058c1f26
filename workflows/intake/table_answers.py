"""Answers that are tables: rows of cells, kept as one canonical JSON text, so that equal tables are equal answers.

Kept is `[{"cost":"1200","month":"2026-01-01"}]`: a list of rows, each an object of its cells by the columns' names, every cell a text in
the written form of its kind. Empty cells and empty rows are left out; a table without rows is no answer.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from models.form_rules import Column, ColumnKind, FieldKind, FormField
from models.policy import Policy
from workflows.calculations.ledger import write_canonical
from workflows.intake.plain_answers import list_bound_faults, read_day, read_figure, read_options
from workflows.process.refusals import Faults, Invalid
from workflows.process.wording import read_line

LONGEST_TABLE = 20_000  # characters of a whole table as it is kept
LONGEST_SENT = 2 * LONGEST_TABLE  # characters that are read at all: spaces and order are the sender's own
BETWEEN_CELLS, BETWEEN_ROWS = "|", ";"  # of a table that stands in one cell of a sheet, which knows no lines
Row = dict[str, str]


def read_table(field: FormField, path: str, text: str) -> str:
    """A table as it is kept; nothing where no row says anything. A fault is told of at its cell, `answers.costs.2.month`, rows from 0.

    Raises Invalid, all faults at once: `table_unreadable`, `rows_too_many`, `table_too_long`, `column_unknown`, and what keeps a cell from
    being read.
    """
    rows, faults, kept = parse_rows(path, text), Faults(), list[Row]()
    if sum(map(_says_anything, rows)) > field.most_rows:
        raise Invalid("rows_too_many", path, maximum=field.most_rows)
    columns = {column.name: column for column in field.columns}
    for number, row in enumerate(rows):
        cells, unknown = Row(), next((name for name in row if name not in columns), None)
        if unknown is not None:  # one of a row, however many there are
            faults.found.append(Invalid("column_unknown", f"{path}.{number}.{unknown[:40]}", known=[*columns]))
        for name in (name for name in columns if row.get(name, "").strip()):
            with faults.gather():
                cells[name] = read_cell(columns[name], f"{path}.{number}.{name}", row[name])
        kept += [cells] if any(cells.values()) else []
    faults.settle()
    return _write_rows(path, kept)


def read_cell(column: Column, path: str, text: str) -> str:
    """A cell as it is kept: an option's name, a plain decimal, a day, or a line of text; raises Invalid where it cannot be."""
    given = text.strip()
    match column.kind:
        case ColumnKind.CHOICE:
            return read_options(path, column, (given,))
        case ColumnKind.FIGURE:
            return read_figure(path, given)
        case ColumnKind.DAY:
            return read_day(path, given)
    return read_line(path, given, maximum=column.longest, minimum=0)


def parse_rows(path: str, text: str) -> list[Row]:
    """The rows of a JSON text as they were sent; a number counts as the text that it is written in.

    Raises Invalid `table_unreadable` for what is no list of rows (with two cells of one name, broken text, or nested beyond reading) and
    `table_too_long`.
    """
    if len(text) > LONGEST_SENT:
        raise Invalid("table_too_long", path, maximum=LONGEST_TABLE)
    try:
        rows = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_pair_cells)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError("no rows")
        write_canonical(rows).decode()  # text that no letters stand for is found here
    except (ValueError, RecursionError):
        raise Invalid("table_unreadable", path) from None
    return rows


def _pair_cells(pairs: Iterable[tuple[str, Any]]) -> Row:
    row = Row()
    for name, cell in pairs:
        if name in row or not (cell is None or isinstance(cell, str)):
            raise ValueError("no cells")
        row[name] = cell or ""
    return row


def open_rows(answer: str) -> list[Row]:
    """The rows of a table as it is kept; none of what is no table, as where a form asked something else under its name before."""
    try:
        return parse_rows("", answer) if answer else []
    except Invalid:
        return []


def list_table_faults(field: FormField, path: str, text: str) -> Iterator[Invalid]:
    """What keeps a table from being handed in: too few rows, and cells that are missing or out of bounds; what cannot be read is told of
    where it is read."""
    rows = list(filter(_says_anything, open_rows(text)))
    if rows and len(rows) < field.least_rows:
        yield Invalid("rows_too_few", path, minimum=field.least_rows)
    elif not rows and field.is_required:
        yield Invalid("answer_missing", path)
    for number, row in enumerate(rows[: field.most_rows]):
        for column in field.columns:
            yield from _list_cell_faults(column, f"{path}.{number}.{column.name}", row.get(column.name, ""))


def _list_cell_faults(column: Column, path: str, text: str) -> Iterator[Invalid]:
    if not text.strip():
        if column.is_required:
            yield Invalid("cell_missing", path)
        return
    try:
        cell = read_cell(column, path, text)
    except Invalid:
        return
    yield from list_bound_faults(path, column, cell)


def carry_table(field: FormField, text: str) -> str:
    """A table of another form as far as this one asks for it: no other columns, no cells that it cannot read, no rows beyond its most."""
    kept = list[Row]()
    columns = {column.name: column for column in field.columns}
    for row in open_rows(text):
        cells = Row()
        for name in columns.keys() & row.keys():
            with Faults().gather():
                cells[name] = read_cell(columns[name], "", row[name]) if row[name].strip() else ""
        said = {name: cell for name, cell in cells.items() if cell}
        kept += [said] if said else []
    return _write_rows("", kept[: field.most_rows])


def read_sheet_cell(field: FormField, path: str, text: str) -> str:
    """The table of a sheet's cell as JSON: `Januari | 120; Februari | 95`, the cells of each row in the columns' order.

    Raises Invalid `cells_too_many` with the row's number, for a row with more cells than the table has columns.
    """
    names, rows = [column.name for column in field.columns], list[Row]()
    for number, row in enumerate(text.split(BETWEEN_ROWS), 1):
        cells = [cell.strip() for cell in row.split(BETWEEN_CELLS)]
        if len(cells) > len(names):
            raise Invalid("cells_too_many", path, row=number, maximum=len(names))
        rows.append(dict(zip(names, cells, strict=False)))
    return write_canonical(rows).decode()


def list_texts(policy: Policy, answers: Mapping[str, str]) -> Iterator[str]:
    """The lines of text that somebody typed into the cells of tables."""
    for field in (field for field in policy.fields if field.kind == FieldKind.TABLE):
        typed = {column.name for column in field.columns if column.kind == ColumnKind.TEXT}
        for row in open_rows(answers.get(field.name, "")):
            yield from (cell for name, cell in row.items() if name in typed)


def _says_anything(row: Row) -> bool:
    return any(cell.strip() for cell in row.values())


def _write_rows(path: str, rows: list[Row]) -> str:
    written = write_canonical(rows).decode() if rows else ""
    if len(written) > LONGEST_TABLE:
        raise Invalid("table_too_long", path, maximum=LONGEST_TABLE)
    return written
