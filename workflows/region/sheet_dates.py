"""Reads a day in a cell, as HR systems and Excel write days: `2026-10-01`, `01/10/2026`, `1 Oktober 2026`, or a spreadsheet's serial."""

import re
from datetime import date, timedelta

from babel.dates import get_month_names

from workflows.process.refusals import Invalid

ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[ T].*)?", re.ASCII)
SHORT = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)  # the day first, as everywhere in Indonesia
LONG = re.compile(r"(?P<day>\d{1,2})\s+(?P<name>[^\W\d]+)\s+(?P<year>\d{4})")
SERIAL = re.compile(r"\d{5}", re.ASCII)
SERIALS_FROM = date(1899, 12, 30)  # the day 0 of a spreadsheet
MONTHS = {
    name.casefold().rstrip("."): number
    for language in ("id", "en")
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, locale=language).items()
}
EARLIEST = date(1960, 1, 1)  # nobody in service holds a post since before then


def read_day(written: str, column: str) -> date:
    """The day that a cell names; raises Invalid `sheet_day_unreadable` for what is none, or lies before anybody's service."""
    day = _find_day(written.strip())
    if day is None or day < EARLIEST:
        raise Invalid("sheet_day_unreadable", column, given=written[:40])
    return day


def _find_day(written: str) -> date | None:
    if SERIAL.fullmatch(written):
        return SERIALS_FROM + timedelta(days=int(written))
    found = ISO.fullmatch(written) or SHORT.fullmatch(written) or LONG.fullmatch(written)
    if found is None:
        return None
    said = found.groupdict()
    month = MONTHS.get(said["name"].casefold()) if "name" in said else int(said["month"])
    try:
        return date(int(said["year"]), month or 0, int(said["day"]))
    except ValueError:
        return None
