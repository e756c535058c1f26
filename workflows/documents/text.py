"""How words are cleaned, and how dates, numbers and money are written: Indonesian by EYD V, British English on request."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

import regex  # type: ignore[import-untyped, unused-ignore]
from babel import Locale
from babel.dates import format_date as write_date
from babel.numbers import format_currency, format_decimal
from babel.numbers import format_percent as write_percent

from workflows.calculations.printable import MARKS_IN_A_ROW

LOCALES = {"id": Locale("id"), "en": Locale("en", "GB")}
ZONES = {timedelta(hours=7): "WIB", timedelta(hours=8): "WITA", timedelta(hours=9): "WIT"}
JOINERS = "\u200c\u200d"  # zero-width (non-)joiner: some scripts are spelled with them
UNSHOWABLE = ("Cc", "Cn", "Co", "Cs", "Cf")


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


def shorten(text: str, most: int) -> str:
    """A text of at most so many UTF-16 units, as messengers count them; a longer one ends in `…`, and no letter or emoji is cut apart."""
    if _count_units(text) <= most:
        return text
    kept, used = list[str](), 1
    for cluster in regex.findall(r"\X", text):
        used += _count_units(cluster)
        if used > most:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _count_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean_paragraphs(text: str) -> str:
    """Cleaned text with its line breaks; at most one empty line between paragraphs."""
    lines = (" ".join(line.split()) for line in clean_text(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def format_date(day: date, language: str = "id") -> str:
    """A day as `24 November 2026`."""
    return write_date(day, "d MMMM y", LOCALES[language])


def format_month(month: date, language: str = "id") -> str:
    """The month of a day, shortened, with its year: `Agu 2026`."""
    return write_date(month, "MMM y", LOCALES[language])


def spell_month(label: str) -> str:
    """An Indonesian month as `format_month` shortens it, in full for a sentence: `Agustus 2026`; whatever else it is stays."""
    short, space, year = label.partition(" ")
    months = (date(2000, month, 1) for month in range(1, 13))
    whole = {write_date(each, "MMM", LOCALES["id"]): write_date(each, "MMMM", LOCALES["id"]) for each in months}
    return f"{whole.get(short, short)}{space}{year}"


def format_instant(instant: datetime, language: str = "id") -> str:
    """An aware instant in its own zone: `24 November 2026 pukul 09.05.07 WIB`, in English `24 November 2026, 09:05:07 WIB`."""
    offset = instant.utcoffset()
    if offset is None:
        raise ValueError("an instant needs its zone")
    zone = ZONES.get(offset) or "UTC" + (instant.strftime("%z")[:3] + ":" + instant.strftime("%z")[3:5] if offset else "")
    clock = f" pukul {instant:%H.%M.%S}" if language == "id" else f", {instant:%H:%M:%S}"
    return f"{format_date(instant.date(), language)}{clock} {zone}"


def format_number(number: int | Decimal, language: str = "id") -> str:
    """A number with thousands points and a decimal comma, without idle zeros: `1.250.000`, `83,33`; a true minus sign."""
    return _signed(format_decimal(number, "#,##0.######", LOCALES[language]))


def format_rupiah(rupiah: int, language: str = "id") -> str:
    """Integer rupiah as `Rp1.250.000`, without a space (EYD V)."""
    return _signed(format_currency(rupiah, "IDR", "Rp#,##0", LOCALES[language], currency_digits=False))


def format_share(hundredths: int) -> str:
    """Hundredths of a percent as `33,33%`; whole percents without decimals."""
    pattern = "#,##0.00%" if hundredths % 100 else "#,##0%"
    return write_percent(Decimal(hundredths) / 10_000, pattern, LOCALES["id"])


def format_percent(part: int, whole: int) -> str:
    """Part of a whole in percent, one decimal, half up: `12,5%`; an en dash when the whole is nothing."""
    if whole <= 0:
        return "\N{EN DASH}"
    with localcontext(Context(prec=40, rounding=ROUND_HALF_UP)):
        return write_percent(Decimal(part) / whole, "#,##0.0%", LOCALES["id"])


def _signed(written: str) -> str:
    return written.replace("-", "\N{MINUS SIGN}")
