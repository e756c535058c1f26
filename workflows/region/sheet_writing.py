"""Writes a table row by row as a spreadsheet's file: no cell of it is a formula, and no number of it loses its digits."""

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import BinaryIO

FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")  # a cell that begins so is computed, or hides its first sign
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class Kind(StrEnum):
    """The two kinds of files, by the ends of their names."""

    XLSX = "xlsx"
    CSV = "csv"


MEDIA = {Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Kind.CSV: "text/csv; charset=utf-8"}


def defuse(cell: str) -> str:
    """A text as a spreadsheet shows it and never computes it: behind an apostrophe, which reading takes away again."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def write_csv(file: BinaryIO, heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Collection[int] = ()) -> int:
    """Write CSV as Excel opens it here: semicolons, UTF-8 with its mark; the columns of long `numbers` stand behind an apostrophe."""
    text, count = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True), 0
    write = csv.writer(text, delimiter=";").writerow
    write(heads)
    for row in rows:
        count += 1
        write([f"'{cell}" if place in numbers else defuse(cell) for place, cell in enumerate(row)])
    text.flush()
    text.detach()
    return count


def write_xlsx(file: BinaryIO, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write an XLSX whose cells are all text; its rows go to disk one by one."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped, unused-ignore]  # needed here alone, and not by every API process

    count = 0
    with Workbook(file, {"constant_memory": True, **SAFE}) as book:
        sheet = book.add_worksheet()
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet.set_column(0, len(heads) - 1, 24, text)
        sheet.freeze_panes(1, 1)
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, bold)
        for count, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(count, place, defuse(cell), text)
    return count
