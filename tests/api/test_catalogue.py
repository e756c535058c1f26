"""Every refusal that the code can raise has its sentence in both languages, and every kind of refusal its status."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from api.problems import HTTP_CODES, STATUS
from api.sentences import VALIDATION, catalogue
from models.people import Role
from tests.each import over
from workflows.calculations.refusals import CalculationRefusal
from workflows.process.refusals import Refusal
from workflows.process.ways import FLOW

ROOT = Path(__file__).parent.parent.parent
KINDS = {
    *("Conflict", "Forbidden", "Invalid", "NotFound", "BadRequest", "MatchMissing", "Stale", "TooMany", "Busy", "Unauthenticated"),
    *("TooLarge", "TooSlow", "WrongMedia"),
}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
T = TypeVar("T")


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every place that makes a refusal, or answers with one by its code."""
    for room in ("api", "workflows"):
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
                if isinstance(node, ast.Call) and name in KINDS | {"Refusal", "problem_response"}:
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def codes_of(node: ast.Call) -> set[str]:
    """The codes a call may give: plain text, or either side of a choice between two."""
    place = 2 if ast.unparse(node.func).endswith("problem_response") else 0
    if len(node.args) <= place:
        return set()
    given = node.args[place]
    sides = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
    return {side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)}


RAISED = {(place, code) for place, node in calls() for code in codes_of(node)}


def test_the_search_finds_the_refusals() -> None:
    assert len(RAISED) > 80
    assert {"wrong_stage", "shares_do_not_sum", "gate_open", "body_too_large"} <= {code for _, code in RAISED}


def test_every_code_that_is_raised_has_its_sentences() -> None:
    missing = {(place, code) for place, code in RAISED if code not in catalogue()}
    assert not missing


def test_every_code_made_from_a_table_has_its_sentences() -> None:
    made = {f"only_{mover}" for mover in (*Role, FLOW)} | set(VALIDATION.values()) | set(HTTP_CODES.values()) | {"request_refused"}
    assert made - set(catalogue()) == set()


@over(sorted(catalogue()))
def test_both_languages_say_the_same_with_the_same_figures(code: str) -> None:
    sentences = catalogue()[code]
    assert set(sentences) == {"id", "en"}
    assert sentences["id"] != sentences["en"]
    assert set(PLACEHOLDER.findall(sentences["id"])) == set(PLACEHOLDER.findall(sentences["en"]))
    for text in sentences.values():
        assert text == text.strip()
        assert text[0].isupper() or text[0] == "{"
        assert text.endswith((".", "}")), text


def test_no_sentence_waits_for_a_figure_that_nobody_gives() -> None:
    wrong = set()
    for place, node in calls():
        given = {word.arg for word in node.keywords}
        if ast.unparse(node.func).endswith("problem_response"):
            continue
        for code in codes_of(node):
            wrong |= {(place, code, name) for name in PLACEHOLDER.findall(catalogue()[code]["id"]) if name not in given}
    assert not wrong


def test_every_kind_of_refusal_has_a_status() -> None:
    kinds = kinds_of(Refusal)
    assert {kind.__name__ for kind in kinds[1:]} == KINDS
    assert all(any(above in STATUS for above in kind.__mro__) for kind in kinds[1:])
    assert {kind.__name__: status for kind, status in STATUS.items()} == {
        "BadRequest": 400,
        "Unauthenticated": 401,
        "Forbidden": 403,
        "NotFound": 404,
        "TooSlow": 408,
        "Conflict": 409,
        "Stale": 412,
        "TooLarge": 413,
        "WrongMedia": 415,
        "Invalid": 422,
        "MatchMissing": 428,
        "TooMany": 429,
        "Busy": 503,
    }


def kinds_of(root: type[T]) -> list[type[T]]:
    """A kind of refusal and all kinds below it."""
    kinds = [root]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return kinds


def test_every_refusal_of_a_calculation_that_requests_can_meet_has_a_sentence_of_its_own() -> None:
    terminal_only = {"refused", "payload_invalid", "json_unreadable", "calculation_unknown", "payload_not_canonical", "salt_length"}
    codes = {kind.code for kind in kinds_of(CalculationRefusal)}
    assert codes - set(catalogue()) <= terminal_only
    assert {"criterion_missing", "rule_book_invalid", "shares_invalid", "amount_out_of_range"} <= codes & set(catalogue())
    assert "calculation_refused" in catalogue()


@pytest.mark.parametrize("name", sorted(catalogue("check")))
def test_what_a_command_says_of_a_file_stands_in_both_languages(name: str) -> None:
    said = catalogue("check")[name]
    assert set(said) == {"id", "en"}
    assert PLACEHOLDER.findall(said["id"]) == PLACEHOLDER.findall(said["en"])
    assert all(text.endswith(".") for text in said.values())


def test_words_of_stages_and_tasks_exist_in_both_languages() -> None:
    for word, said in catalogue("words").items():
        assert set(said) == {"id", "en"}, word
        assert all(said.values()), word
