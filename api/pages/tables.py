"""The tables of the writing form: a field for each cell, its rows laid from the top, read into an answer, and as many shown as are wanted.

A cell is `answers.<field>.<row>.<column>`; the box that takes a row out has the name without the column.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from api.pages.forms import MEANT, Form, show_figure
from models.form_rules import Column, ColumnKind, FieldKind, FormField
from models.policy import Policy
from workflows.intake.answers import ANSWERS
from workflows.intake.table_answers import open_rows, read_cell
from workflows.process.refusals import Invalid

MORE = "more_rows"  # the button that asks for one row more of the table that is its value
ROWS = 3  # that a table is shown with at least
LONGEST_CELL = 1_000  # characters
CELL = re.compile(r"(?:meant\.)?answers\.([a-z][a-z0-9_]*)\.([0-9]{1,4})(?:\.(.*))?", re.DOTALL)


@dataclass(frozen=True)
class ShownRows:
    """How many rows of a table a page shows, and how many of them, from the first on, say something."""

    shown: int
    said: int


def list_tables(policy: Policy) -> list[FormField]:
    """The fields of a form that are tables."""
    return [field for field in policy.fields if field.kind == FieldKind.TABLE]


def lay_rows(form: Form, policy: Policy) -> Form:
    """The form with the rows of its tables numbered from the top, those that say something first; what is taken out says nothing.

    So a fault of an action, which counts the rows that say something, names the cell where it stands.
    """
    tables = {field.name for field in list_tables(policy)}
    cells = {name: found for name, _ in form.fields if (found := CELL.fullmatch(name)) is not None and found[1] in tables}
    if not cells:
        return form
    removed = {(found[1], found[2]) for name, found in cells.items() if found[3] is None and form.values[name]}
    said = {(found[1], found[2]) for name, found in cells.items() if found[3] and not name.startswith(MEANT) and form.values[name].strip()}
    places = _number(cells, said - removed)
    fields = list[tuple[str, str]]()
    for name, value in form.fields:
        found = cells.get(name)
        if found is None:
            fields.append((name, value))
        elif found[3] is not None and not (name.startswith(MEANT) and (found[1], found[2]) in removed):
            start = MEANT if name.startswith(MEANT) else ""
            is_gone = (found[1], found[2]) in removed
            fields.append((f"{start}{ANSWERS}{found[1]}.{places[found[1], found[2]]}.{found[3]}", "" if is_gone else value))
    return replace(form, fields=fields)


def _number(cells: Mapping[str, re.Match[str]], said: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The new place of each row, by its table and its number as it was sent."""
    rows = sorted({(found[1], found[2]) for found in cells.values()}, key=lambda row: (row[0], row not in said, int(row[1]), row[1]))
    return {row: place for _, of_table in groupby(rows, key=lambda row: row[0]) for place, row in enumerate(of_table)}


def read_rows(form: Form, field: FormField) -> str:
    """What was typed into the cells of a table, its rows laid already, as an answer that is yet to be checked.

    What cannot be read is noted in the form at its cell and stays as it was typed; columns that there are not are the action's to refuse.
    """
    columns, rows = {column.name: column for column in field.columns}, dict[int, dict[str, str]]()
    for name in form.values:
        found = CELL.fullmatch(name)
        if found is not None and found[1] == field.name and found[3] and not name.startswith(MEANT) and form.values[name].strip():
            rows.setdefault(int(found[2]), {})[found[3]] = _read_cell(form, columns.get(found[3]), name)
    return json.dumps([rows[number] for number in sorted(rows)], ensure_ascii=False) if rows else ""


def _read_cell(form: Form, column: Column | None, name: str) -> str:
    typed, read = form.text(name, LONGEST_CELL), ""
    if column is not None and column.kind == ColumnKind.FIGURE:
        read = format(form.decimal(name), "f")
    elif column is not None and column.kind == ColumnKind.DAY:
        day = form.day(name)
        read = day.isoformat() if day else ""
    return typed if name in form.wrong else read or typed


def stored_rows(field: FormField, answer: str, language: str) -> dict[str, str]:
    """A table as it is kept as the values of its fields."""
    values = dict[str, str]()
    for number, row in enumerate(open_rows(answer)):
        for column in (column for column in field.columns if row.get(column.name)):
            name, cell = f"{ANSWERS}{field.name}.{number}.{column.name}", row[column.name]
            values |= show_figure(name, Decimal(cell), language) if _is_figure(column, cell) else {name: cell}
    return values


def _is_figure(column: Column, cell: str) -> bool:
    """Whether a cell is a figure, and one that can be read: its column may have been another when it was written."""
    try:
        return column.kind == ColumnKind.FIGURE and bool(read_cell(column, "", cell))
    except Invalid:
        return False


def count_rows(policy: Policy, values: Mapping[str, str]) -> dict[str, ShownRows]:
    """By each table how many rows are shown: those sent, one more where it was asked for, and no more than it may have."""
    counts = dict[str, ShownRows]()
    for field in list_tables(policy):
        cells = [
            (int(found[2]), values[name]) for name in values if (found := CELL.fullmatch(name)) and found[1] == field.name and found[3]
        ]
        sent = max((number + 1 for number, _ in cells), default=0)
        said = max((number + 1 for number, value in cells if value.strip()), default=0)
        wanted = max(sent + (values.get(MORE) == field.name), min(ROWS, field.most_rows), field.least_rows)
        counts[field.name] = ShownRows(max(min(wanted, field.most_rows), said), said)
    return counts
