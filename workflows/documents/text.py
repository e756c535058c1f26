"""How words, dates and money are cleaned and written on Indonesian paper."""

import re
import unicodedata
from datetime import date, datetime, timedelta

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
ZONES = {timedelta(hours=7): "WIB", timedelta(hours=8): "WITA", timedelta(hours=9): "WIT"}
JOINERS = "\u200c\u200d"  # zero-width (non-)joiner: some scripts are spelled with them
UNSHOWABLE = ("Cc", "Cn", "Co", "Cs", "Cf")
MARKS_IN_A_ROW = 3


def clean_text(text: str) -> str:
    """Text in NFC, without control, private, unassigned, surrogate and direction characters; tabs become spaces, line breaks stay.

    Source: such characters break PDF/A-3 (ISO 19005-3, 6.2.11.8) or, as U+202E, let one name look like another.
    """
    kept: list[str] = []
    marks = 0
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    for character in text.encode("utf-8", "ignore").decode("utf-8"):
        category = unicodedata.category(character)
        marks = marks + 1 if category == "Mn" else 0
        if character in "\n\t":
            kept.append("\n" if character == "\n" else " ")
        elif marks <= MARKS_IN_A_ROW and (character in JOINERS or category not in UNSHOWABLE):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def clean_line(text: str) -> str:
    """Cleaned text on one line: every run of white space becomes one space."""
    return " ".join(clean_text(text).split())


def clean_paragraphs(text: str) -> str:
    """Cleaned text with its line breaks; at most one empty line between paragraphs."""
    lines = (" ".join(line.split()) for line in clean_text(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def format_date(day: date) -> str:
    """A day as `24 November 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_instant(instant: datetime) -> str:
    """An aware instant in its own zone, as `24 November 2026 pukul 09.05.07 WIB`."""
    offset = instant.utcoffset()
    if offset is None:
        raise ValueError("an instant needs its zone")
    zone = ZONES.get(offset) or "UTC" + (instant.strftime("%z")[:3] + ":" + instant.strftime("%z")[3:5] if offset else "")
    return f"{format_date(instant.date())} pukul {instant:%H.%M.%S} {zone}"


def format_number(number: int) -> str:
    """An integer with Indonesian thousands points: `1.250.000`; a true minus sign before negative ones."""
    return f"{number:,}".replace(",", ".").replace("-", "\N{MINUS SIGN}")


def format_rupiah(rupiah: int) -> str:
    """Integer rupiah as `Rp 1.250.000`, the sign of the currency never parted from its digits."""
    sign = "\N{MINUS SIGN}" if rupiah < 0 else ""
    return f"{sign}Rp\N{NO-BREAK SPACE}{format_number(abs(rupiah))}"


def format_share(hundredths: int) -> str:
    """Hundredths of a percent as `33,33 %`; whole percents without decimals."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole}{f',{rest:02d}' if rest else ''}\N{NO-BREAK SPACE}%"


def format_percent(part: int, whole: int) -> str:
    """Part of a whole in percent, one decimal, half up: `12,5 %`; an en dash when the whole is nothing."""
    if whole <= 0:
        return "\N{EN DASH}"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10},{tenths % 10}\N{NO-BREAK SPACE}%"


def format_employee_number(number: str) -> str:
    """A NIP or NI PPPK of 18 digits grouped 8-6-1-3 as on paper; anything else unchanged. Source: domain.md section 2 (S26)."""
    if re.fullmatch(r"[0-9]{18}", number):
        return "\N{NO-BREAK SPACE}".join((number[:8], number[8:14], number[14:15], number[15:]))
    return number
