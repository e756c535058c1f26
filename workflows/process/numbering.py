"""Gap-free running numbers, and the templates that turn them into document numbers."""

import re
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from models.statements.counters import raise_number
from workflows.process.crashpoints import crashpoint
from workflows.process.refusals import Invalid

ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_FIELD = re.compile(r"\{(\w+)(?::0(\d))?\}")
_KNOWN = {"running", "unit", "month", "roman_month", "year"}


@dataclass(frozen=True)
class NumberFacts:
    """What a number template may say."""

    running: int
    unit: str
    on: date


def next_running(session: Session, series: str, year: int) -> int:
    """The next number of a series and year, 1 upwards; given back when the transaction fails, so none is ever missing."""
    number = raise_number(session, series, year)
    crashpoint("after_number_before_commit")
    return number


def fill_template(template: str, facts: NumberFacts) -> str:
    """A document number such as `400.10.11/012-Kec.Andir/XI/2026`; only `running`, `unit`, `month`, `roman_month`, `year`."""
    values = {
        "running": str(facts.running),
        "unit": facts.unit,
        "month": str(facts.on.month),
        "roman_month": ROMAN_MONTHS[facts.on.month - 1],
        "year": str(facts.on.year),
    }
    return _FIELD.sub(lambda found: values[found[1]].zfill(int(found[2] or 0)), template)


def check_template(field: str, template: str) -> None:
    """Raise Invalid for an unknown part, or for a template that would give two documents one number."""
    names = {found[1] for found in _FIELD.finditer(template)}
    unknown = (names - _KNOWN) or re.findall(r"[{}]", _FIELD.sub("", template))
    if unknown:
        raise Invalid("number_template_unknown", field, known=sorted(_KNOWN))
    if not {"running", "year"} <= names:
        raise Invalid("number_template_not_unique", field)
