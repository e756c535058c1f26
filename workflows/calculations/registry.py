"""The table of calculations by name, and the one way to run any of them on JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from workflows.calculations.award import AwardQuestion, ComputedAward, calculate_award
from workflows.calculations.clock import ClockQuestion, ClockReading, calculate_clock
from workflows.calculations.employee_number import EmployeeNumberQuestion, EmployeeNumberReading, calculate_employee_number
from workflows.calculations.examples import AWARD, CLOCK, EMPLOYEE_NUMBER, LEDGER, MENTORS, SCORE, SHARES, SIMILAR, WORDS
from workflows.calculations.ledger import ChainReport, LedgerQuestion, calculate_ledger
from workflows.calculations.mentors import MentorsQuestion, MentorsResult, calculate_mentors
from workflows.calculations.refusals import CalculationRefusal, InvalidPayload
from workflows.calculations.score import ScoreQuestion, ScoreResult, calculate_score
from workflows.calculations.shares import SharesQuestion, SharesResult, calculate_shares
from workflows.calculations.similar import SimilarQuestion, SimilarResult, calculate_similar
from workflows.calculations.words import WordsQuestion, WordsReading, calculate_words


class UnknownCalculation(CalculationRefusal):
    """A name that is not in the table."""

    code = "calculation_unknown"


@dataclass(frozen=True)
class Calculation:
    """One row: what it is called, what it is for, what goes in, what comes out, how, and an input that runs."""

    name: str
    summary: str
    given: type[BaseModel]
    result: type[BaseModel]
    function: Callable[[Any], BaseModel]
    example: dict[str, Any]

    def schema(self) -> dict[str, Any]:
        """The JSON Schema (draft 2020-12) of `input` and `output`."""
        return {"input": self.given.model_json_schema(), "output": self.result.model_json_schema(mode="serialization")}


CALCULATIONS: dict[str, Calculation] = {
    row.name: row
    for row in (
        Calculation("award", "Tier and amount under a rule book.", AwardQuestion, ComputedAward, calculate_award, AWARD),
        Calculation(
            "clock",
            "When a time ends that is given in days, working days or months, day by day.",
            ClockQuestion,
            ClockReading,
            calculate_clock,
            CLOCK,
        ),
        Calculation(
            "employee_number",
            "What a NIP or NI PPPK says, whether it can be true, and its masked form.",
            EmployeeNumberQuestion,
            EmployeeNumberReading,
            calculate_employee_number,
            EMPLOYEE_NUMBER,
        ),
        Calculation("ledger", "Whether a chain of entries is whole.", LedgerQuestion, ChainReport, calculate_ledger, LEDGER),
        Calculation(
            "mentors",
            "Which mentor is asked for an idea: by theme, then by free places.",
            MentorsQuestion,
            MentorsResult,
            calculate_mentors,
            MENTORS,
        ),
        Calculation("score", "Reviewers' points combined into one score on 0..100.", ScoreQuestion, ScoreResult, calculate_score, SCORE),
        Calculation("shares", "An amount divided among a team, to the rupiah.", SharesQuestion, SharesResult, calculate_shares, SHARES),
        Calculation("similar", "Texts that are like a text, and why.", SimilarQuestion, SimilarResult, calculate_similar, SIMILAR),
        Calculation("words", "A text as the terms by which it is found.", WordsQuestion, WordsReading, calculate_words, WORDS),
    )
}


def get_calculation(name: str) -> Calculation:
    """The calculation of that name, written with `_` or `-`; UnknownCalculation names those there are."""
    calculation = CALCULATIONS.get(name.replace("-", "_"))
    if calculation is None:
        raise UnknownCalculation("name", f"Choose one of {', '.join(CALCULATIONS)}.")
    return calculation


def calculate(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The JSON-ready result of the named calculation; decimals come out as strings, money as whole rupiah.

    UnknownCalculation, InvalidPayload, or a CalculationRefusal of the calculation's own, each with code, field and what to do.
    """
    calculation = get_calculation(name)
    try:
        given = calculation.given.model_validate(payload)
    except ValidationError as error:
        raise InvalidPayload.from_validation(error) from None
    return calculation.function(given).model_dump(mode="json", by_alias=True)
