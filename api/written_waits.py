"""Reads and writes a wait as people do: `7`, `7 hari`, `5 hari kerja`, `2 bulan`; in English `5 working days`, `2 months`."""

import re
from collections.abc import Mapping
from typing import Any

from api.sentences import show_word
from api.written_numbers import read_whole
from models.waits import Span, Wait, WaitUnit

CALENDAR = "calendar_days"  # the word for what a number alone means
NAMES = {
    CALENDAR: r"hari|hari kalender|days?|calendar days?",
    WaitUnit.WORKING_DAYS: r"hari kerja|working days?",
    WaitUnit.MONTHS: r"bulan|months?",
}


def read_wait(typed: str, language: str) -> int | dict[str, Any] | None:
    """The wait that a text means, as a call's file has it; None where it is none. A number alone is calendar days."""
    text = " ".join(typed.split())
    for unit, names in NAMES.items():
        if (found := re.fullmatch(rf"(.*\d) ?(?:{names})", text, re.IGNORECASE)) is not None:
            amount = read_whole(found[1], language)
            return amount if amount is None or unit == CALENDAR else {"amount": amount, "unit": str(unit)}
    return read_whole(text, language)


def write_wait(wait: Wait | Mapping[str, Any], language: str) -> str:
    """A wait with its unit; a number alone is said to be days."""
    if isinstance(wait, int):
        return f"{wait} {show_word(CALENDAR, language)}"
    amount, unit = (wait.amount, wait.unit) if isinstance(wait, Span) else (wait["amount"], wait["unit"])
    return f"{amount} {show_word(unit, language)}"
