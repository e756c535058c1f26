"""`gagas calc` from the outside: what goes in, what comes out, and how it says no."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from typer.testing import CliRunner, Result

from api.cli.calc import calc
from workflows.calculations.registry import CALCULATIONS

app = typer.Typer()
app.command()(calc)
every_name = pytest.mark.parametrize("name", sorted(CALCULATIONS))


def run(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=given)


def problem_of(result: Result) -> dict[str, Any]:
    assert (result.exit_code, result.stdout) == (2, "")
    problem: dict[str, Any] = json.loads(result.stderr)
    return problem


def test_the_list_shows_every_name_with_its_summary() -> None:
    lines = run("--list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(CALCULATIONS)
    assert all(line.endswith(".") for line in lines)


@every_name
def test_every_example_runs_from_the_standard_input_and_keeps_to_its_schema(name: str) -> None:
    example, schema = run(name, "--example").stdout, json.loads(run(name, "--schema").stdout)
    result = run(name, "-", given=example)
    assert (result.exit_code, result.stderr) == (0, "")
    Draft202012Validator(schema["input"]).validate(json.loads(example))
    Draft202012Validator(schema["output"]).validate(json.loads(result.stdout))


def test_a_file_is_read_and_answered_in_indented_utf8(tmp_path: Path) -> None:
    file = tmp_path / "shares.json"
    file.write_text('\ufeff{"amount_rupiah": 3, "shares": [{"person": "Zoë", "hundredths": 10000, "lead": true}]}', encoding="utf-8")
    result = run("shares", str(file))
    assert result.exit_code == 0
    assert b'\n  "amount_rupiah": 3' in result.stdout_bytes
    assert '"person": "Zoë"'.encode() in result.stdout_bytes


def test_json_numbers_are_read_without_a_detour_through_floats() -> None:
    question = {"criteria": [{"name": "a", "weight": 1, "minimum": 0, "maximum": 100}], "reviews": [{"reviewer": "r", "points": {"a": 0}}]}
    text = json.dumps(question).replace('"points": {"a": 0}', '"points": {"a": 2.675}')
    assert json.loads(run("score", given=text).stdout)["score"] == "2.68"
    assert json.loads(run("score", given=text.replace("2.675", "2.665")).stdout)["score"] == "2.66"


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ("", "$", "line 1"),
        ("{", "$", "line 1"),
        ('{"number": "1"\n"on": 2}', "$", "line 2"),
        (b"\xff\xfe", "$", "UTF-8"),
        ('{"number": NaN}', "$", "NaN"),
        ('{"number": "1", "number": "2"}', "number", "once"),
        ('{"number": ' + "[" * 200_000, "$", "nested"),
        ('{"number": ' + "9" * 5_000 + "}", "$", "shorter"),
        ("[]", "$", "object"),
        ("{}", "number", "Add"),
        ('{"number": 1}', "number", "string"),
        ('{"number": "1", "nik": "2"}', "nik", "Remove"),
    ],
)
def test_bad_input_is_one_json_problem_that_names_the_field(given: str | bytes, field: str, words: str) -> None:
    problem = problem_of(run("employee_number", given=given))
    assert (problem["calculation"], problem["field"]) == ("employee_number", field)
    assert words in problem["detail"]


def test_a_refusal_of_the_calculation_itself_is_the_same_kind_of_problem() -> None:
    example = CALCULATIONS["shares"].example
    problem = problem_of(run("shares", given=json.dumps(example | {"shares": example["shares"][:2]})))
    assert (problem["code"], problem["field"]) == ("shares_invalid", "shares")


@pytest.mark.parametrize("arguments", [(), ("horoscope",), ("horoscope", "--schema"), ("horoscope", "--example")])
def test_an_unknown_name_is_answered_with_the_names_there_are(arguments: tuple[str, ...]) -> None:
    assert "employee_number" in problem_of(run(*arguments))["detail"]


def test_a_file_that_is_not_there_is_a_problem_of_the_file(tmp_path: Path) -> None:
    problem = problem_of(run("score", str(tmp_path / "none.json")))
    assert (problem["code"], problem["field"]) == ("json_unreadable", "file")


def test_the_command_loads_nothing_heavy() -> None:
    heavy = {"prefect", "weasyprint", "sqlalchemy", "sqlmodel", "fastapi", "scipy", "ortools"}
    code = "import sys, api.cli.calc; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert heavy.isdisjoint(loaded)
