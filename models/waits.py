"""How long a wait of a policy may last: a number is calendar days; with a unit it is working days of the region's calendar, or months."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError, SchemaValidator, core_schema

from models.policy_parts import Frozen


class WaitUnit(StrEnum):
    """What a wait may be counted in beside calendar days."""

    WORKING_DAYS = "working_days"
    MONTHS = "months"


class Span(Frozen):
    """A wait with its unit."""

    amount: int = Field(strict=True, ge=1, le=3_650)
    unit: WaitUnit


Wait = int | Span


def find_added(before: Wait, after: Wait) -> Wait | None:
    """By how much a wait is longer than before; None where it is not, or is counted in something else."""
    if isinstance(before, Span) and isinstance(after, Span):
        is_longer = before.unit == after.unit and after.amount > before.amount
        return Span(amount=after.amount - before.amount, unit=after.unit) if is_longer else None
    return after - before if isinstance(before, int) and isinstance(after, int) and after > before else None


def is_span(part: object) -> bool:
    """Whether a part of a stored policy is a wait with a unit."""
    return isinstance(part, dict) and set(part) == set(Span.model_fields) and part["unit"] in list(WaitUnit)


def most_in(days: int, unit: WaitUnit) -> int:
    """The most of a unit that so many calendar days allow: five working days in a week, twelve months in a year."""
    return days * 12 // 365 if unit == WaitUnit.MONTHS else days * 5 // 7


def fewest_in(days: int, unit: WaitUnit) -> int:
    """The fewest of a unit that are never less than so many calendar days: a month may have 28, a working day is one."""
    return -(-days // 28) if unit == WaitUnit.MONTHS else days


@dataclass(frozen=True)
class Within:
    """The shortest and the longest that a wait may be, in calendar days, whatever its unit.

    A fault is named at the wait or at its part, as that of a plain number is, and not at branches of a choice between two types.
    """

    least: int
    most: int
    is_strict: bool = False

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A number within the limits, or a span within them."""
        number = core_schema.int_schema(ge=self.least, le=self.most, strict=self.is_strict)
        numbers = SchemaValidator(number)

        def read(value: Any, _either: Any) -> Wait:
            return self.check(Span.model_validate(value)) if isinstance(value, dict | Span) else int(numbers.validate_python(value))

        return core_schema.no_info_wrap_validator_function(read, core_schema.union_schema([number, handler(Span)]))

    def check(self, span: Span) -> Span:
        """The same span; raises PydanticKnownError for one beyond the limits, said in its own unit."""
        most, fewest = most_in(self.most, span.unit), fewest_in(self.least, span.unit)
        if span.amount > most:
            raise PydanticKnownError("less_than_equal", {"le": most})
        if span.amount < fewest:
            raise PydanticKnownError("greater_than_equal", {"ge": fewest})
        return span
