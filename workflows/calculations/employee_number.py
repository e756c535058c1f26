"""What an employee number (NIP of a PNS, NI of a PPPK) says, whether it can be true, and how it is shown to others."""

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import Literal, NamedTuple

from pydantic import Field

from workflows.calculations.values import Value

LENGTH = 18
YOUNGEST_PNS, YOUNGEST_PPPK, OLDEST_PPPK = 17, 20, 64  # completed years; the highest retirement age of a PPPK is 65
FIRST_CONTRACTS = 2019
PRINTED_BEFORE = re.compile(r"^NIP*K?")  # `NIP`, `NI PPPK` and their like, as letters print them before the number
GROUPS = {"pns": (8, 14, 15), "pppk": (8, 12, 14, 15)}  # where the printed number has its spaces

ADVICE = {
    "not_digits": "Write digits only; spaces between the groups are allowed, letters and other signs are not.",
    "wrong_length": "Write all 18 digits; a number of 9 digits is the form used before 2007, ask for the present one.",
    "birth_date_impossible": "Check digits 1 to 8: they must be a birth date that exists, as year, month, day.",
    "kind_unknown": "Check digits 13 and 14: 01 to 12 is a PNS's month of appointment, 21 to 29 a PPPK's contract.",
    "sex_unknown": "Check digit 15: it must be 1 (male) or 2 (female).",
    "serial_unknown": "Check digits 16 to 18: serial numbers start at 001.",
    "age_implausible": "Compare birth date and appointment: a PNS is appointed at 17 at the earliest and before retiring at 58 or 60, "
    "a PPPK at 20 to 64.",
    "contract_implausible": "Check digits 9 to 12: no PPPK has a contract older than 2019.",
    "appointed_later": "Check the appointment: it lies after the date on which the number is judged.",
}


class EmployeeNumberKind(StrEnum):
    """What digits 13 and 14 tell; part-time PPPK have PPPK numbers, so the kind of employment comes from HR records."""

    PNS = "pns"
    PPPK = "pppk"


class NumberProblem(Value):
    """What is wrong with a number and what to do about it; the sentence holds no digit of the number."""

    code: str
    sentence: str


class EmployeeNumberReading(Value):
    """A number as it was read; kind, birth date and appointment (`YYYY-MM` of a PNS, `YYYY` of a PPPK) only when it is valid."""

    valid: bool
    kind: EmployeeNumberKind | None = None
    birth_date: date | None = Field(default=None, repr=False)
    appointed: str | None = None
    masked: str
    problems: tuple[NumberProblem, ...] = ()


RetirementAge = Literal[58, 60]


class EmployeeNumberQuestion(Value):
    """A number to be judged, the day of the judgement when appointments to come are to be refused, and a PNS's retirement age if known.

    A PNS in an administrative office or a lower functional one retires at 58, in a higher one at 60 (UU 5/2014 art. 90); the number
    does not tell the office, so 60 is the limit where nobody says otherwise.
    """

    number: str = Field(repr=False)
    on: date | None = None
    retirement_age: RetirementAge = 60


class DigitGroups(NamedTuple):
    """The groups of 18 digits, not yet believed."""

    birth_date: date | None
    kind: EmployeeNumberKind | None
    year: int
    months: tuple[int, int]  # the earliest and latest month in which the appointment can have been


def calculate_employee_number(question: EmployeeNumberQuestion) -> EmployeeNumberReading:
    """The `employee_number` calculation: reads the number that was asked about."""
    return read_employee_number(question.number, question.on, question.retirement_age)


def strip_employee_number(text: str) -> str:
    """The number as it is stored and looked up: without the spaces, dots, hyphens and the `NIP` with which it is printed or typed.

    Nothing is checked: letters and digits of other scripts stay, so that such a number is found nowhere and read as `not_digits`.
    """
    return PRINTED_BEFORE.sub("", "".join(character for character in text if character.isalnum()).upper())


def read_employee_number(text: str, on: date | None = None, retirement_age: RetirementAge = 60) -> EmployeeNumberReading:
    """What the number says; never raises. With `on`, an appointment after that date is a problem too.

    Source: BKN rules 22/2007 and 43/2007 for the NIP, the NI PPPK's structure as issued; UU 5/2014 and PP 49/2018 art. 16 for the ages.
    """
    digits = strip_employee_number(text)
    groups = _read_groups(digits) if _is_shaped(digits) else None
    codes = _list_malformed(digits, groups) + _list_implausible(groups, on, retirement_age)
    masked = mask_employee_number(text)
    if codes or groups is None:
        return EmployeeNumberReading(
            valid=False, masked=masked, problems=tuple(NumberProblem(code=code, sentence=ADVICE[code]) for code in codes)
        )
    appointed = f"{groups.year:04}" if groups.kind is EmployeeNumberKind.PPPK else f"{groups.year:04}-{groups.months[0]:02}"
    return EmployeeNumberReading(valid=True, kind=groups.kind, birth_date=groups.birth_date, appointed=appointed, masked=masked)


def mask_employee_number(text: str) -> str:
    """Fifteen asterisks and the serial of an 18-digit number; anything else is 18 asterisks, as its end might be a birth date."""
    digits = strip_employee_number(text)
    return "*" * 15 + (digits[15:] if _is_shaped(digits) else "***")


def mask_held_number(number: str | None) -> str:
    """The mask of somebody's number; nothing for who has none."""
    return mask_employee_number(number) if number else ""


def label_employee_number(text: str) -> str:
    """What stands before a printed number: `NI PPPK` where digits 13 and 14 are a PPPK's (21 to 29), else `NIP`."""
    digits = strip_employee_number(text)
    return "NI PPPK" if _is_shaped(digits) and _read_groups(digits).kind is EmployeeNumberKind.PPPK else "NIP"


def group_employee_number(text: str) -> str:
    """18 digits in the groups of their kind, plausible or not, as papers show numbers that were taken before; else the text as it is."""
    digits = strip_employee_number(text)
    if not _is_shaped(digits):
        return text
    cuts = GROUPS[_read_groups(digits).kind or EmployeeNumberKind.PNS]
    return " ".join(digits[start:end] for start, end in zip((0, *cuts), (*cuts, LENGTH), strict=True))


def _is_shaped(digits: str) -> bool:
    return re.fullmatch(r"[0-9]{18}", digits) is not None


def _read_groups(digits: str) -> DigitGroups:
    two = int(digits[12:14])
    kind = EmployeeNumberKind.PNS if 1 <= two <= 12 else EmployeeNumberKind.PPPK if 21 <= two <= 29 else None
    months = (two, two) if kind is EmployeeNumberKind.PNS else (1, 12)
    return DigitGroups(_birth_date(digits[:8]), kind, int(digits[8:12]), months)


def _birth_date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _list_malformed(digits: str, groups: DigitGroups | None) -> list[str]:
    """What no employee number can be, whoever holds it."""
    if groups is None:
        return ["wrong_length" if re.fullmatch(r"[0-9]*", digits) else "not_digits"]
    wrong = {
        "birth_date_impossible": groups.birth_date is None,
        "kind_unknown": groups.kind is None,
        "sex_unknown": digits[14] not in "12",
        "serial_unknown": digits[15:] == "000",
    }
    return [code for code, is_wrong in wrong.items() if is_wrong]


def _list_implausible(groups: DigitGroups | None, on: date | None, retirement_age: int) -> list[str]:
    """What no law on civil servants allows; where months are unknown, the whole year gets the benefit."""
    if groups is None:
        return []
    wrong = {
        "age_implausible": groups.birth_date is not None and not _is_of_age(groups.birth_date, groups, retirement_age),
        "contract_implausible": groups.kind is EmployeeNumberKind.PPPK and groups.year < FIRST_CONTRACTS,
        "appointed_later": on is not None and (groups.year, groups.months[0]) > (on.year, on.month),
    }
    return [code for code, is_wrong in wrong.items() if is_wrong]


def _is_of_age(birth: date, groups: DigitGroups, retirement_age: int) -> bool:
    if not 1 <= groups.year <= 9999:
        return False
    is_pppk = groups.kind is EmployeeNumberKind.PPPK
    youngest, oldest = (YOUNGEST_PPPK, OLDEST_PPPK) if is_pppk else (YOUNGEST_PNS, retirement_age - 1)
    first = date(groups.year, groups.months[0], 1)
    last = date(groups.year, groups.months[1], monthrange(groups.year, groups.months[1])[1])
    return _age(birth, last) >= youngest and _age(birth, first) <= oldest


def _age(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
