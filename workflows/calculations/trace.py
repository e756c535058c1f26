"""The trace of a calculation: its lines in two languages, so that an auditor can follow and repeat it by hand."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from workflows.calculations.values import Value

INDONESIAN_MARKS = str.maketrans(",.", ".,")


class TraceLine(Value):
    """One line of a trace: a stable code, the Indonesian sentence and the English one."""

    code: str
    text: str
    text_en: str


Trace = Annotated[tuple[TraceLine, ...], Field(serialization_alias="steps")]  # the name of the field in stored and printed JSON


def trace_line(code: str, text: str, text_en: str, **numbers: Decimal | int | str) -> TraceLine:
    """The line with its placeholders filled; numbers get the grouping of each language, strings stay as they are."""
    return TraceLine(code=code, text=text.format(**_written(numbers, True)), text_en=text_en.format(**_written(numbers, False)))


def _written(numbers: dict[str, Decimal | int | str], indonesian: bool) -> dict[str, str]:
    return {name: number if isinstance(number, str) else _grouped(number, indonesian) for name, number in numbers.items()}


def _grouped(number: Decimal | int, indonesian: bool) -> str:
    english = f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"
    return english.translate(INDONESIAN_MARKS) if indonesian else english
