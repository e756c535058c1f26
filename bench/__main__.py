"""Measure the cases asked for, or all; print one table, write `bench/results.json` and draw `bench/results.svg`."""

import argparse
import gc
import logging
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench.lines import CASES, Line, Results, read_earlier
from bench.picture import draw
from bench.stand import FULL, TINY, USUAL, Size, Stand, stand_in
from bench.table import print_table
from models.instants import today

SIZES = {"tiny": TINY, "usual": USUAL, "full": FULL}
Measure = Callable[[Stand], list[Line]]


def measure_all(cases: Sequence[str], size: Size, console: Console, out: Path) -> Results:
    """Every case in a folder of its own, one after the other; a bar shows which, and what it does just now.

    What is measured is written after each case, so that a run cut short loses only its last; other cases' lines of before stay.
    """
    results = read_earlier(out / "results.json", size.name)
    folder = Path(tempfile.mkdtemp(prefix="gagas-bench-"))
    columns = TextColumn("{task.fields[case]:>12}"), BarColumn(), TextColumn("{task.fields[doing]}"), TimeElapsedColumn()
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("", total=len(cases), case="", doing="")
            for case in cases:
                progress.update(bar, case=case, doing="")
                begun = time.perf_counter()
                measure: Measure = import_module(f"bench.{case}").measure
                with stand_in(folder / case, size, lambda doing: progress.update(bar, doing=doing)) as stand:
                    lines = measure(stand)
                seconds = time.perf_counter() - begun
                results.renew(case, lines, {**stand.numbers, "seconds": seconds, "day": today().isoformat()})
                results.write(out / "results.json")
                gc.collect()
                progress.advance(bar)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; ends with 0 whatever the verdicts are, since a shared machine decides nothing."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="case", help=f"one of {', '.join(CASES)}; all when none is named")
    parser.add_argument("--full", action="store_true", help="1,000,000 ideas and more rounds; takes an hour")
    parser.add_argument("--tiny", action="store_true", help="shows that every case runs; its figures mean nothing")
    parser.add_argument("--rounds", type=int, help="rounds of each rival, whose middle counts")
    parser.add_argument("--reads", type=int, help="how many requests a question is measured by")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder of results.json and results.svg")
    asked = parser.parse_args(arguments)
    unknown = set(asked.cases) - set(CASES)
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    size = SIZES["tiny" if asked.tiny else "full" if asked.full else "usual"]
    size = replace(size, rounds=asked.rounds or size.rounds, reads=asked.reads or size.reads)
    console = Console(width=None if sys.stdout.isatty() else 160)
    asked.out.mkdir(parents=True, exist_ok=True)
    results = measure_all(asked.cases or CASES, size, console, asked.out)
    print_table(results.lines, console)
    (asked.out / "results.svg").write_text(draw(results.lines), "utf-8")
    return 0


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    os.environ.setdefault("DO_NOT_TRACK", "1")
    raise SystemExit(main())
