"""What the README says of speed: every case of the bench has its row, and of what was not measured it says just that."""

import json
import re

import pytest

from bench.lines import CASES, Line, read_lines
from bench.table import EARLIER, NOT_YET, SENTENCES, explain, find_words, tell_unmeasured, write_markdown
from deploy.readme import generate
from tests.serving import ROOT

README = (ROOT / "README.md").read_text("utf-8")
RESULTS = read_lines(ROOT / "bench" / "results.json")
CASE, WHAT, OURS, VERDICT = 0, 1, 2, 6  # columns


def read_rows(text: str) -> list[list[str]]:
    """The table's rows, without its heads."""
    return [[cell.strip() for cell in row.split(" | ")] for row in re.findall(r"(?m)^\| (.*) \|$", text)[1:]]


def read_readme() -> list[list[str]]:
    found = re.search(r"<!-- bench -->\n(.*?)<!-- end of bench -->", README, re.S)
    assert found
    return read_rows(found[1])


def told_as_unmeasured(text: str) -> set[str]:
    """The cases in the sentence on what was not measured."""
    found = re.search(r"<!-- unmeasured -->\n(.*?)<!-- end -->", text, re.S)
    assert found
    return set(re.findall(r"`(\w+)`", found[1]))


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_a_figure_in_the_readme_or_is_told_to_have_none(case: str) -> None:
    rows = [row for row in read_readme() if row[CASE] == case]
    assert rows
    assert all(row[OURS] or row[VERDICT] == NOT_YET for row in rows)
    assert (case in told_as_unmeasured(README)) == any(row[VERDICT] == NOT_YET for row in rows)


@pytest.mark.parametrize("case", CASES)
def test_a_case_without_results_is_never_hidden(case: str) -> None:
    """As the README would be, had the case not been measured at all."""
    kept = [line for line in RESULTS if line.case != case]
    rows = [row for row in read_rows(write_markdown(kept)) if row[CASE] == case]
    assert len(rows) == len([words for words, _ in SENTENCES if words[0] == case]) > 0
    assert {row[VERDICT] for row in rows} == {NOT_YET}
    assert f"`{case}`" in tell_unmeasured(kept).partition("parts of")[0]


def test_a_part_of_a_case_without_results_is_not_hidden_either() -> None:
    kept = [line for line in RESULTS if find_words(line) != ("processes", "memory")]
    assert ["processes", "memory"] in [row[:2] for row in read_rows(write_markdown(kept)) if row[VERDICT] == NOT_YET]
    assert "`processes`" in tell_unmeasured(kept).partition("parts of")[2]


def test_where_all_was_measured_nothing_is_told_to_be_missing() -> None:
    lines = [Line(words[0], " ".join(words[1:]), 1, 2, "s") for words, _ in SENTENCES]
    assert {find_words(line) for line in lines} == {words for words, _ in SENTENCES}
    assert tell_unmeasured(lines) == ""
    assert NOT_YET not in write_markdown(lines)
    assert len(read_rows(write_markdown(lines))) == len(lines)


def test_a_row_has_its_ratio_and_its_sentence() -> None:
    row = read_rows(write_markdown([Line("reads", "an idea", 3, 2, "ms p95", 1.5, most=True, against="1,000 ideas")]))[0]
    assert row[: VERDICT + 1] == ["reads", "an idea", "3 ms p95", "1,000 ideas 2", "**1.50**", "≤ 1.5", "met"]
    assert row[-1].startswith("How much slower")


def test_a_line_that_no_case_writes_any_more_says_so() -> None:
    assert explain(Line("imports", "24,000 people of a spreadsheet, all new, SQLite", 3, 1, "s", 10, most=True)) == EARLIER
    assert explain(Line("people", "imports in 226 units, all new", 3, 1, "s")) != EARLIER


def test_every_case_measures_and_has_a_sentence() -> None:
    assert {words[0] for words, _ in SENTENCES} == set(CASES)
    assert all((ROOT / "bench" / f"{case}.py").is_file() for case in CASES)


def test_the_readme_is_as_the_results_are_and_those_are_of_a_size_that_measures() -> None:
    assert generate(README) == README
    assert json.loads((ROOT / "bench" / "results.json").read_text("utf-8"))["size"] in ("usual", "full")
