"""Reads a table that an office sends, CSV or a spreadsheet, as HR systems and Excel really write them: row by row, as text.

Titles above the heads, heads over two rows, other delimiters, Windows-1252, apostrophes before numbers are no faults. What cannot be read
without guessing is one: an employee number that a spreadsheet kept as a number has lost its last digits.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

from workflows.process.refusals import Invalid

FIELD = "file"
MOST_BYTES, MOST_UNPACKED, MOST_ROWS = 50_000_000, 500_000_000, 300_000
HEADS_WITHIN = 20  # rows in which the heads are looked for
DELIMITERS = ";,\t|"
EXACT = 10**15  # whole numbers from here on have lost digits in a spreadsheet's cell
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and ODS; XLS
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
Names = Mapping[str, Sequence[str]]  # by column: its heads, as they are compared


@dataclass(frozen=True)
class Sheet:
    """A table's columns that are known, by their place, and the rows below its heads, each with its number as people see it."""

    columns: dict[str, int]
    rows: Iterator[tuple[int, dict[str, str]]]


def open_sheet(content: bytes, names: Names, required: Sequence[tuple[str, ...]]) -> Sheet:
    """The first table of a file in which the required columns have their heads; of columns that stand for each other, one is enough.

    Raises Invalid: `sheet_too_large`, `sheet_unreadable`, `sheet_locked`, `sheet_without_columns` with heads of those that are missing; and
    `sheet_too_long` while its rows are read.
    """
    if len(content) > MOST_BYTES:
        raise Invalid("sheet_too_large", FIELD, maximum=MOST_BYTES // 1_000_000)
    heads = {compare_head(written): column for column, each in names.items() for written in (column, *each)}
    best: dict[str, int] = {}
    for table in _list_tables(content):
        first = [[read_cell(cell) for cell in row] for row in islice(table, HEADS_WITHIN + 1)]
        columns, after = _find_heads(first, heads)
        if all(set(either) & set(columns) for either in required):
            return Sheet(columns, _read_rows(first[after:], table, columns, after + 1))
        best = max(best, columns, key=len)
    raise Invalid("sheet_without_columns", FIELD, heads=", ".join(names[each[0]][0] for each in required if not set(each) & set(best)))


def compare_head(written: str) -> str:
    """A head without what people write differently: `Gol./Ruang` and `GOL RUANG` are one."""
    return "".join(sign for sign in written.casefold() if sign.isalnum())


def read_cell(value: Any) -> str:
    """What a cell says, as text on one line; a number too long for a cell in the notation that shows its loss (`1.97103E+17`)."""
    match value:
        case str():
            return " ".join(value.split()).removeprefix("'") if value else ""
        case bool():
            return "1" if value else "0"
        case float():
            return (f"{value:.5E}" if abs(value) >= EXACT else str(int(value))) if value.is_integer() else repr(value)
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


FORMULAS = ("=", "@")  # how a spreadsheet's formula begins; in a text file it came along as it was typed


def list_formulas(cells: Mapping[str, str]) -> list[Invalid]:
    """The columns of a row whose cell is a formula: what it would say is not known, and it is run where it is opened next."""
    return [Invalid("sheet_formula", column) for column, cell in cells.items() if cell.startswith(FORMULAS)]


LOST = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)


def has_lost_digits(cell: str) -> bool:
    """Whether a spreadsheet kept a long number as a number, so that its last digits are gone: `1,97103E+17`."""
    return LOST.fullmatch(cell) is not None


def _list_tables(content: bytes) -> Iterator[Iterator[Sequence[Any]]]:
    """The rows of each sheet of a spreadsheet, or of a text by each delimiter."""
    if content.startswith(SPREADSHEETS):
        with _reading():
            _require_small(content)
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            for name in book.sheet_names:
                yield iter(book.get_sheet_by_name(name).iter_rows())
        return
    text = _decode(content)
    for delimiter in DELIMITERS:
        yield _read_text(text, delimiter)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except PasswordError as locked:
        raise Invalid("sheet_locked", FIELD) from locked
    except (CalamineError, ZipError, zipfile.BadZipFile, OSError, ValueError) as broken:
        raise Invalid("sheet_unreadable", FIELD) from broken


def _require_small(content: bytes) -> None:
    """A few kilobytes of a packed file may unpack to what no memory holds."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise Invalid("sheet_too_large", FIELD, maximum=MOST_BYTES // 1_000_000)


def _decode(content: bytes) -> str:
    """Text by its byte order mark, else UTF-8, else Windows-1252 as older exports have it."""
    marked = next((encoding for mark, encoding in BOMS.items() if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Invalid("sheet_unreadable", FIELD)


def _read_text(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as broken:
        raise Invalid("sheet_unreadable", FIELD) from broken


def _find_heads(rows: list[list[str]], heads: Mapping[str, str]) -> tuple[dict[str, int], int]:
    """The columns by their place, and how many rows they end after; heads may stand over two rows, as where cells are merged."""
    best: tuple[dict[str, int], int] = {}, 0
    for number in range(len(rows)):
        for height in (1, 2):
            found: dict[str, int] = {}
            for row in rows[number : number + height]:
                for place, cell in enumerate(row):
                    column = heads.get(compare_head(cell)) if cell else None
                    if column is not None:
                        found.setdefault(column, place)
            if len(found) > len(best[0]):
                best = found, number + height
    return best


def _read_rows(
    first: list[list[str]], others: Iterator[Sequence[Any]], columns: Mapping[str, int], number: int
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row that says anything in a known column, with its number."""
    count = 0
    for at, row in enumerate(_chain(first, others), number):
        cells = {column: row[place] for column, place in columns.items() if place < len(row) and row[place]}
        if cells:
            count += 1
            if count > MOST_ROWS:
                raise Invalid("sheet_too_long", FIELD, maximum=MOST_ROWS)
            yield at, cells


def _chain(first: list[list[str]], others: Iterator[Sequence[Any]]) -> Iterator[list[str]]:
    yield from first
    with _reading():
        for row in others:
            yield [read_cell(cell) for cell in row]
