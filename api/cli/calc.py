"""`gagas calc`: any calculation on JSON from a file or the standard input, so that anybody can repeat what was decided."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from workflows.calculations.refusals import WHOLE_INPUT, CalculationRefusal
from workflows.calculations.registry import CALCULATIONS, calculate, get_calculation

REFUSED = 2  # the exit code of input that cannot be calculated


class UnreadableInput(CalculationRefusal):
    """Input that is not JSON in UTF-8."""

    code = "json_unreadable"


def calc(
    name: Annotated[str | None, typer.Argument(help="Which calculation; see --list.", show_default=False)] = None,
    file: Annotated[str, typer.Argument(help="A JSON file, or - for the standard input.")] = "-",
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of input and output.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print an input that runs.")] = False,
    list_names: Annotated[bool, typer.Option("--list", help="List the calculations.")] = False,
) -> None:
    """Calculate from JSON: scores, shares, awards, employee numbers, the ledger's chain.

    Exit code 0 with the result, or 2 with one JSON problem on the standard error that names the field and what to do.
    """
    if list_names:
        _print_list()
        return
    try:
        _print_json(_answer(name or "", file, schema, example))
    except CalculationRefusal as refusal:
        _refuse(name, refusal)


def _answer(name: str, file: str, schema: bool, example: bool) -> dict[str, Any]:
    calculation = get_calculation(name)
    if schema:
        return calculation.schema()
    if example:
        return calculation.example
    return calculate(name, read_json(file))


def read_json(file: str) -> Any:
    """The JSON of a file, or of the standard input for `-`, numbers exact; raises UnreadableInput with the place."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UnreadableInput("file", f"Name a file that can be read: {error.strerror}.") from error
    try:
        return json.loads(
            content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates
        )
    except CalculationRefusal:
        raise
    except json.JSONDecodeError as error:
        advice = f"Correct the JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        raise UnreadableInput(WHOLE_INPUT, advice) from error
    except UnicodeDecodeError as error:
        place = error.start + 1
        raise UnreadableInput(WHOLE_INPUT, f"Write the JSON in UTF-8; byte {place} is not.") from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise UnreadableInput(WHOLE_INPUT, "Write shorter numbers and fewer nested levels.") from error


def _refuse_constant(constant: str) -> NoReturn:
    raise UnreadableInput(WHOLE_INPUT, f"Replace {constant}: it is not a number in JSON.")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        raise UnreadableInput(twice, "Name each field once in an object.")
    return fields


def _refuse(name: str | None, refusal: CalculationRefusal) -> NoReturn:
    problem = {"title": "The input cannot be calculated.", "calculation": name} | refusal.as_problem()
    _print_json(problem, to_stderr=True)
    raise typer.Exit(REFUSED)


def _print_list() -> None:
    for calculation in CALCULATIONS.values():
        typer.echo(f"{calculation.name:<16} {calculation.summary}")


def _print_json(value: dict[str, Any], to_stderr: bool = False) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2).encode(errors="replace"), err=to_stderr)
