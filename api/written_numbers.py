"""Reads numbers as people write them, in Indonesian (`1.240,5`) and in English (`1,240.5`); what may mean two numbers gives both.

The API takes none of these: there a figure is a JSON number or a decimal string with a point (`api/v1/figures.py`).
"""

import re
from decimal import Decimal

MARKS = {"id": (".", ","), "en": (",", ".")}  # by language: what groups thousands, what stands before decimals
LONGEST = 60
MOST_DIGITS = 18
SPACES = str.maketrans("", "", " \u00a0\u2009\u202f'\u2019")  # may group thousands in either language


def read_number(typed: str, language: str, *, places: int = 6) -> tuple[Decimal, ...]:
    """The numbers that a text may mean, that of the language first; none where it is no number.

    At most `places` decimals and MOST_DIGITS digits before them. A text has two meanings where one language reads three decimals and the
    other a group of thousands: `1.240`.
    """
    if len(typed) > LONGEST or not typed.translate(SPACES).replace("\u2212", "-").isascii():
        return ()
    text = typed.strip().replace("\u2212", "-")
    if not _are_groups(text):
        return ()
    other = "en" if language == "id" else "id"
    found = (_read_in(each, text.translate(SPACES), places) for each in (language, other))
    return tuple(dict.fromkeys(number for number in found if number is not None))


def read_whole(typed: str, language: str) -> int | None:
    """The whole number that a sum of rupiah means, which may end in `,00`, `.00` or `,-`; None where it is none.

    As rupiah have no decimals, `1.240` and `1,240` both are one thousand two hundred and forty.
    """
    text = re.sub(r"(?<=\d)(,-|,\u2013)$", "", typed.strip())
    found = [number for number in read_number(text, language, places=0) if number >= 0]
    return int(max(found)) if found else None  # of `1.000`, one with three zeros behind the mark is none


def write_plain(number: Decimal, language: str) -> str:
    """A number without grouped thousands, as a form shows it to be changed: it has one meaning, but for that with three decimals."""
    digits = format(number, "f")
    plain = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return plain.replace(".", MARKS[language][1])


def _are_groups(text: str) -> bool:
    """Whether what spaces separate are groups of three digits, so that two numbers side by side are none."""
    first, *groups = re.split(r"[ \u00a0\u2009\u202f'\u2019]", text.lstrip("-").lstrip())
    return all(re.match(r"\d{3}(?!\d)", group) for group in groups) and (not groups or re.fullmatch(r"[1-9]\d{0,2}", first) is not None)


def _read_in(language: str, text: str, places: int) -> Decimal | None:
    group, mark = (re.escape(each) for each in MARKS[language])
    match = re.fullmatch(rf"(-?)(\d+|[1-9]\d{{0,2}}(?:{group}\d{{3}})+)(?:{mark}(\d+))?", text, re.ASCII)
    if match is None:
        return None
    sign, whole, decimals = match[1], re.sub(r"\D", "", match[2]), (match[3] or "").rstrip("0")
    if len(whole) > MOST_DIGITS or len(decimals) > places:
        return None
    return Decimal(f"{sign}{whole}.{decimals or 0}").normalize() + 0
