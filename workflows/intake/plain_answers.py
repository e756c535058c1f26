"""A figure, a day or an option as an answer or a cell of a table: read into one written form each, and held against its bounds."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal

from models.form_rules import Column, FormField
from workflows.process.asked import YEARS
from workflows.process.refusals import Invalid

FIGURE = re.compile(r"(-?)(\d+)(?:\.(\d+))?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOST_DIGITS, MOST_PLACES = 15, 6


def read_figure(path: str, given: str) -> str:
    """No exponent, no grouped thousands, no digits but 0 to 9; a figure is written in one way alone, so that equal ones are equal texts.

    Raises Invalid: `figure_unreadable`, `number_too_long`.
    """
    match = FIGURE.fullmatch(given)
    if match is None:
        raise Invalid("figure_unreadable", path)
    whole, places = match[2].lstrip("0") or "0", (match[3] or "").rstrip("0")
    if len(places) > MOST_PLACES or len(whole) + len(places) > MOST_DIGITS:
        raise Invalid("number_too_long", path)
    written = f"{whole}.{places}" if places else whole
    return written if written == "0" else match[1] + written


def read_day(path: str, given: str) -> str:
    """A day of a year that people mean, `2026-11-24`; raises Invalid `day_unreadable` or `date_out_of_range`."""
    try:
        day = date.fromisoformat(given) if DAY.fullmatch(given) else None
    except ValueError:
        day = None
    if day is None:
        raise Invalid("day_unreadable", path)
    if day.year not in YEARS:
        raise Invalid("date_out_of_range", path)
    return day.isoformat()


def read_options(path: str, part: FormField | Column, chosen: Collection[str]) -> str:
    """Options' names in the form's order, with commas; raises Invalid `option_unknown`."""
    options = [option.name for option in part.options]
    if not set(chosen).issubset(options):
        raise Invalid("option_unknown", path, known=options)
    return ",".join(name for name in options if name in chosen)


def list_bound_faults(path: str, part: FormField | Column, answer: str) -> Iterator[Invalid]:
    """What keeps an answer as it is kept from being handed in; only a figure and a day have bounds."""
    if (part.lowest, part.highest) != (None, None):
        figure = Decimal(answer)
        if part.lowest is not None and figure < part.lowest:
            yield Invalid("figure_too_low", path, minimum=format(part.lowest, "f"))
        if part.highest is not None and figure > part.highest:
            yield Invalid("figure_too_high", path, maximum=format(part.highest, "f"))
    if (part.earliest, part.latest) != (None, None):
        day = date.fromisoformat(answer)
        if part.earliest is not None and day < part.earliest:
            yield Invalid("day_too_early", path, first=part.earliest.isoformat())
        if part.latest is not None and day > part.latest:
            yield Invalid("day_too_late", path, last=part.latest.isoformat())
