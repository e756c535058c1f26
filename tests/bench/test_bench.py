"""The benchmarks run, at a size that measures nothing, and leave results that can be read; how fast is no test's business."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench.former import COMMIT
from bench.lines import Line, Results, percentile, read_earlier, read_lines
from bench.picture import draw
from bench.table import SENTENCES, find_words

ROOT = Path(__file__).parent.parent.parent
CASES = ("submit", "routing", "reads", "similar", "pages", "people", "certificates", "imports", "upload", "backup", "processes")
BEFORE = ("submit", "before evidence")
COMPARED = {"ours", "rival", "ratio"}


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", CASES)
def test_a_case_runs_and_writes_results_that_can_be_read(case, tmp_path):
    command = [sys.executable, "-m", "bench", "--tiny", "--out", str(tmp_path), case]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    told = json.loads((tmp_path / "results.json").read_text())
    assert {line["case"] for line in told["lines"]} == {case}
    assert all(line[name] > 0 for line in told["lines"] for name in COMPARED)
    assert told["versions"]["prefect"]
    assert told["machine"]["cores"]
    assert set(told["numbers"]) == {case}
    ET.parse(tmp_path / "results.svg")
    expected = [words for words, _ in SENTENCES if words[0] == case and (words != BEFORE or has_history())]
    assert {find_words(line) for line in read_lines(tmp_path / "results.json")} == set(expected), (
        "a line without a sentence, or one without lines"
    )


def has_history() -> bool:
    """Whether this clone has the release before, which the submission is measured against."""
    return subprocess.run(["git", "cat-file", "-e", f"{COMMIT}^{{tree}}"], cwd=ROOT, capture_output=True).returncode == 0


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.postgres
@pytest.mark.timeout(1_800)
def test_everything_is_read_among_a_million_ideas_on_both_databases(tmp_path):
    """`make bench` asks among 100,000; this one prints what a million cost, and judges no time."""
    command = [sys.executable, "-m", "bench", "--full", "--reads", "100", "--out", str(tmp_path), "reads"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    told = json.loads((tmp_path / "results.json").read_text())
    print(done.stdout)
    asked = told["numbers"]["reads"]
    assert {name: len(asked[name]) for name in ("SQLite", "PostgreSQL")} == {"SQLite": 10, "PostgreSQL": 10}
    assert all(set(figures) == {"1000", "1000000"} for name in ("SQLite", "PostgreSQL") for figures in asked[name].values())


def test_a_ratio_meets_its_target_from_above_or_from_below():
    assert Line("c", "n", 6, 10, "s", 0.5, goal=0.8).verdict == "met"
    assert Line("c", "n", 9, 10, "s", 0.5, goal=0.8).verdict == "goal met"
    assert Line("c", "n", 4, 10, "s", 0.5, goal=0.8).verdict == "short"
    assert Line("c", "n", 16, 10, "ms", 1.5, most=True).verdict == "short"
    assert Line("c", "n", 14, 10, "ms", 1.5, most=True).verdict == "met"
    assert Line("c", "n", 14, 10, "ms").verdict == ""


def test_the_percentile_is_one_of_the_figures():
    assert percentile([3, 1, 2], 0.95) == 3
    assert percentile(range(1, 101), 0.5) == 51


def test_the_picture_tells_every_line_with_a_target():
    lines = [Line("submit", "a <submission>", 400, 500, "requests/s", 0.5), Line("submit", "told only", 1, 2, "s")]

    assert "a &lt;submission&gt;" in draw(lines)
    assert "told only" not in draw(lines)


def test_results_carry_what_they_were_measured_with(tmp_path):
    Results("tiny", [Line("reads", "n", 1, 2, "ms", 1.5, most=True)], {"reads": {}}).write(tmp_path / "r.json")

    told = json.loads((tmp_path / "r.json").read_text())
    assert told["size"] == "tiny"
    assert told["lines"][0]["ratio"] == 0.5
    assert told["lines"][0]["verdict"] == "met"


def test_a_case_that_is_measured_anew_leaves_the_others_as_they_were(tmp_path):
    file = tmp_path / "r.json"
    former = [Line("submit", "n", 1, 2, "s"), Line("reads", "former", 1, 2, "s"), Line("pages", "n", 1, 2, "s")]
    Results("usual", former, {"submit": {}, "reads": {}, "pages": {}}).write(file)
    results = read_earlier(file, "usual")
    results.renew("reads", [Line("reads", "renewed", 1, 2, "s")], {"seconds": 1})
    results.write(file)

    assert [(line.case, line.name) for line in read_lines(file)] == [("submit", "n"), ("reads", "renewed"), ("pages", "n")]
    assert read_earlier(file, "usual").numbers == {"submit": {}, "reads": {"seconds": 1}, "pages": {}}
    assert read_earlier(file, "tiny").lines == []
