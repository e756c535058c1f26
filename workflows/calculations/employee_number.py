"""What an employee number (NIP of a PNS, NI of a PPPK) says, whether it can be true, and how it is shown to others."""

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from workflows.calculations.refusals import CalculationRefusal
from workflows.calculations.values import Value

LENGTH = 18
YOUNGEST, OLDEST = 17, 64  # completed years at appointment; a PPPK may start until the year before the highest retirement age
GROUPS = {"pns": (8, 14, 15), "pppk": (8, 12, 14, 15)}  # where the printed number has its spaces

ADVICE = {
    "not_digits": "Write digits only; spaces between the groups are allowed, letters and other signs are not.",
    "wrong_length": "Write all 18 digits; a number of 9 digits is the form used before 2007, ask for the present one.",
    "birth_date_impossible": "Check digits 1 to 8: they must be a birth date that exists, as year, month, day.",
    "kind_unknown": "Check digits 13 and 14: 01 to 12 is a PNS's month of appointment, 21 to 29 a PPPK's contract.",
    "sex_unknown": "Check digit 15: it must be 1 (male) or 2 (female).",
    "serial_unknown": "Check digits 16 to 18: serial numbers start at 001.",
    "age_implausible": "Compare birth date and appointment: the person would have been under 17 or over 64 when appointed.",
    "appointed_later": "Check the appointment: it lies after the date on which the number is judged.",
}


class EmployeeNumberKind(StrEnum):
    """What digits 13 and 14 tell; part-time PPPK have PPPK numbers, so the kind of employment comes from HR records."""

    PNS = "pns"
    PPPK = "pppk"


class EmployeeNumberRefused(CalculationRefusal):
    """A number that cannot be printed because it cannot be an employee number."""

    code = "employee_number_invalid"


class NumberProblem(Value):
    """What is wrong with a number and what to do about it; the sentence holds no digit of the number."""

    code: str
    sentence: str


class EmployeeNumber(Value):
    """A number as it was read; kind, birth date and appointment (`YYYY-MM` of a PNS, `YYYY` of a PPPK) only when it is valid."""

    valid: bool
    kind: EmployeeNumberKind | None = None
    birth_date: date | None = Field(default=None, repr=False)
    appointed: str | None = None
    masked: str
    problems: tuple[NumberProblem, ...] = ()


class EmployeeNumberQuestion(Value):
    """A number to be judged, and the date on which it is judged, when appointments to come are to be refused."""

    number: str = Field(repr=False)
    on: date | None = None


class Parts(NamedTuple):
    """The groups of 18 digits, not yet believed."""

    birth_date: date | None
    kind: EmployeeNumberKind | None
    year: int
    months: tuple[int, int]  # the earliest and latest month in which the appointment can have been


def calculate_employee_number(question: EmployeeNumberQuestion) -> EmployeeNumber:
    """The `employee_number` calculation: reads the number that was asked about."""
    return read_employee_number(question.number, question.on)


def strip_employee_number(text: str) -> str:
    """The number as it is stored: without the spaces with which it is printed; nothing is checked."""
    return "".join(text.split())


def read_employee_number(text: str, on: date | None = None) -> EmployeeNumber:
    """What the number says; never raises. With `on`, an appointment after that date is a problem too.

    Source: BKN rules 22/2007 and 43/2007 for the NIP, the NI PPPK's structure as issued; see also UU 20/2023 on both kinds.
    """
    digits = strip_employee_number(text)
    parts = _parts(digits) if _is_shaped(digits) else None
    codes = _problems(digits, parts, on)
    masked = mask_employee_number(text)
    if codes or parts is None:
        return EmployeeNumber(valid=False, masked=masked, problems=tuple(NumberProblem(code=code, sentence=ADVICE[code]) for code in codes))
    appointed = f"{parts.year:04}" if parts.kind is EmployeeNumberKind.PPPK else f"{parts.year:04}-{parts.months[0]:02}"
    return EmployeeNumber(valid=True, kind=parts.kind, birth_date=parts.birth_date, appointed=appointed, masked=masked)


def mask_employee_number(text: str) -> str:
    """Fifteen asterisks and the serial of an 18-digit number; anything else is 18 asterisks, as its end might be a birth date."""
    digits = strip_employee_number(text)
    return "*" * 15 + (digits[15:] if _is_shaped(digits) else "***")


def label_employee_number(text: str) -> str:
    """What stands before a printed number: `NI PPPK` where digits 13 and 14 are a PPPK's (21 to 29), else `NIP`."""
    digits = strip_employee_number(text)
    return "NI PPPK" if _is_shaped(digits) and _parts(digits).kind is EmployeeNumberKind.PPPK else "NIP"


def print_employee_number(text: str) -> str:
    """The number as letters print it (`19801208 200604 1 008`, PPPK `20001231 2024 21 1 001`); EmployeeNumberRefused if invalid."""
    number = read_employee_number(text)
    if number.kind is None:
        raise EmployeeNumberRefused("number", " ".join(problem.sentence for problem in number.problems))
    return group_employee_number(text)


def group_employee_number(text: str) -> str:
    """18 digits in the groups of their kind, plausible or not, as papers show numbers that were taken before; else the text as it is."""
    digits = strip_employee_number(text)
    if not _is_shaped(digits):
        return text
    cuts = GROUPS[_parts(digits).kind or EmployeeNumberKind.PNS]
    return " ".join(digits[start:end] for start, end in zip((0, *cuts), (*cuts, LENGTH), strict=True))


def _is_shaped(digits: str) -> bool:
    return re.fullmatch(r"[0-9]{18}", digits) is not None


def _parts(digits: str) -> Parts:
    two = int(digits[12:14])
    kind = EmployeeNumberKind.PNS if 1 <= two <= 12 else EmployeeNumberKind.PPPK if 21 <= two <= 29 else None
    months = (two, two) if kind is EmployeeNumberKind.PNS else (1, 12)
    return Parts(_birth_date(digits[:8]), kind, int(digits[8:12]), months)


def _birth_date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _problems(digits: str, parts: Parts | None, on: date | None) -> list[str]:
    if parts is None:
        return ["wrong_length" if re.fullmatch(r"[0-9]*", digits) else "not_digits"]
    wrong = {
        "birth_date_impossible": parts.birth_date is None,
        "kind_unknown": parts.kind is None,
        "sex_unknown": digits[14] not in "12",
        "serial_unknown": digits[15:] == "000",
        "age_implausible": parts.birth_date is not None and not _is_plausible(parts.birth_date, parts),
        "appointed_later": on is not None and (parts.year, parts.months[0]) > (on.year, on.month),
    }
    return [code for code, is_wrong in wrong.items() if is_wrong]


def _is_plausible(birth: date, parts: Parts) -> bool:
    if not 1 <= parts.year <= 9999:
        return False
    first = date(parts.year, parts.months[0], 1)
    last = date(parts.year, parts.months[1], monthrange(parts.year, parts.months[1])[1])
    return _age(birth, last) >= YOUNGEST and _age(birth, first) <= OLDEST


def _age(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
