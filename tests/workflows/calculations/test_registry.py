"""The table of calculations: every row runs, keeps to its own schema, and refuses what it does not know."""

import ast
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

import workflows.calculations
from workflows.calculations.refusals import CalculationRefusal, InvalidPayload
from workflows.calculations.registry import CALCULATIONS, UnknownCalculation, calculate, get_calculation

every_name = pytest.mark.parametrize("name", sorted(CALCULATIONS))
ROOM = Path(workflows.calculations.__file__).parent


def test_the_table_holds_the_calculations_that_are_promised() -> None:
    assert {"award", "clock", "employee_number", "ledger", "score", "shares"} <= set(CALCULATIONS)


@every_name
def test_every_calculation_has_a_file_of_its_name_and_a_summary(name: str) -> None:
    assert (ROOM / f"{name}.py").exists()
    assert CALCULATIONS[name].summary.endswith(".")


@every_name
def test_every_example_runs_and_both_ends_keep_to_the_schema(name: str) -> None:
    calculation = CALCULATIONS[name]
    schema = calculation.schema()
    result = calculate(name, calculation.example)
    for part in schema.values():
        Draft202012Validator.check_schema(part)
    Draft202012Validator(schema["input"]).validate(calculation.example)
    Draft202012Validator(schema["output"]).validate(result)
    json.dumps(result, allow_nan=False)


@every_name
def test_no_result_holds_a_float(name: str) -> None:
    text = json.dumps(calculate(name, CALCULATIONS[name].example))
    floats: list[str] = []
    json.loads(text, parse_float=floats.append)
    assert floats == []


@every_name
def test_every_calculation_names_an_unknown_field(name: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        calculate(name, CALCULATIONS[name].example | {"surprise": 1})
    assert refused.value.as_problem()["errors"][0]["field"] == "surprise"


@every_name
@pytest.mark.parametrize("payload", [{}, [], None, "text"])
def test_every_calculation_refuses_what_is_no_input(name: str, payload: Any) -> None:
    with pytest.raises(InvalidPayload):
        calculate(name, payload)


def test_a_name_may_be_written_with_a_hyphen() -> None:
    assert get_calculation("employee-number") is CALCULATIONS["employee_number"]


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(UnknownCalculation, match="score"):
        calculate("horoscope", {})


def test_numbers_and_strings_and_decimals_are_the_same_score() -> None:
    example = CALCULATIONS["score"].example
    reviews = [
        {"reviewer": "a", "points": {"novelty": points, "benefit": 1, "replicability": 1, "presentation": 1}} for points in ("80.1",)
    ]
    results = []
    for points in ("80.1", 80.1, Decimal("80.1")):
        reviews[0]["points"]["novelty"] = points  # type: ignore[index]
        results.append(calculate("score", example | {"reviews": reviews})["totals"])
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize(
    ("name", "change", "code", "field"),
    [
        ("score", {"criteria": [{"name": "a", "weight": 1, "minimum": 5, "maximum": 5}]}, "rubric_invalid", "criteria.0.maximum"),
        ("score", {"reviews": [{"reviewer": "a", "points": {"novelty": 1}}]}, "criterion_missing", "reviews.0.points.benefit"),
        ("score", {"pass_mark": "NaN"}, "finite_number", "pass_mark"),
        ("score", {"pass_mark": True}, "decimal_type", "pass_mark"),
        ("shares", {"amount_rupiah": 10**15 + 1}, "amount_out_of_range", "amount_rupiah"),
        ("shares", {"amount_rupiah": Decimal("1.5")}, "int_type", "amount_rupiah"),
        ("shares", {"shares": []}, "shares_invalid", "shares"),
        ("employee_number", {"number": 198012082006041008}, "string_type", "number"),
    ],
)
def test_a_refusal_has_a_code_and_names_the_field(name: str, change: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(CalculationRefusal) as refused:
        calculate(name, CALCULATIONS[name].example | change)
    problem = refused.value.as_problem()
    first = problem.get("errors", [problem])[0]
    assert (first["code"], first["field"]) == (code, field)
    assert first["detail"].endswith(".")


def test_a_refusal_never_repeats_a_number_that_was_given() -> None:
    with pytest.raises(CalculationRefusal) as refused:
        calculate("employee_number", {"number": 198012082006041008})
    assert "19801208" not in json.dumps(refused.value.as_problem())
    assert refused.value.__cause__ is None


def test_the_room_imports_no_other_room_and_nothing_heavy() -> None:
    allowed = {
        "ast",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "itertools",
        "json",
        "math",
        "re",
        "statistics",
        "types",
        "typing",
        "unicodedata",
        "zoneinfo",
    }
    for file in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            modules = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [a.name for a in getattr(node, "names", []) if isinstance(node, ast.Import)]
            )
            for module in modules:
                assert module.startswith("workflows.calculations") or module.split(".")[0] in allowed | {
                    "pydantic",
                    "rfc8785",
                    "holidays",
                    "snowballstemmer",
                }, (
                    file,
                    module,
                )


@pytest.mark.parametrize("name", ["award", "shares"])
def test_a_trace_is_printed_and_described_as_steps_as_stored_awards_have_it(name: str) -> None:
    calculation = CALCULATIONS[name]
    result = calculate(name, calculation.example)
    assert {"code", "text", "text_en"} == set(result["steps"][0])
    assert "trace" not in result
    assert "steps" in calculation.schema()["output"]["required"]
