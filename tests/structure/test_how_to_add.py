"""What the README says of each kind of addition: how many files it needs, and which; and those files are there."""

import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from models.policy import Days
from models.stages import IdeaStage
from tests.workflows.documents.test_kinds import NEW_KIND
from workflows.process.guards import GUARDS

ROOT = Path(__file__).parents[2]
SEARCHED = ("api", "models", "workflows", "templates", "tests", "examples")
SUFFIXES = {".py", ".toml", ".json", ".yaml", ".csv", ".html", ".sh", ".txt", ".svg", ".jinja"}


class Addition(NamedTuple):
    """A line of the README's table."""

    what: str
    files: str
    which: str

    @property
    def number(self) -> int:
        return int(self.files.removesuffix(" more"))

    @property
    def paths(self) -> list[str]:
        """The files that it names, `*` where the name is the new thing's."""
        return [re.sub(r"<\w+>", "*", path) for path in re.findall(r"`([^`\s]+/[^`\s]+\.\w+)`", self.which)]


@cache
def read_additions() -> dict[str, Addition]:
    """The README's table by what is added."""
    table = (ROOT / "README.md").read_text("utf-8").partition("### How to add …")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (\d+(?: more)?) \| (.+) \|$", table, re.M)
    assert len(rows) == table.count("\n|") - 2, "a line of the table has no number of files"
    return {what: Addition(what, files, which) for what, files, which in rows}


def name_all(words: list[str]) -> set[str]:
    """The files that name every one of these words."""
    files = [file for room in SEARCHED for file in (ROOT / room).rglob("*") if file.suffix in SUFFIXES and "older" not in file.parts]
    wanted = [re.compile(rf"\b{re.escape(word)}\b", re.I) for word in words]
    texts = {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files if file.is_file()}
    return {path for path, text in texts.items() if all(word.search(text) for word in wanted)}


@pytest.mark.parametrize("what", read_additions())
def test_each_addition_names_as_many_files_as_it_says_and_each_is_there(what: str) -> None:
    added = read_additions()[what]
    assert len(added.paths) == len(set(added.paths)) == added.number
    assert [path for path in added.paths if not any(ROOT.glob(path))] == []


def test_what_is_more_adds_to_a_line_before_it() -> None:
    begins = [(added.what.startswith("… "), added.files.endswith(" more")) for added in read_additions().values()]
    assert begins[0] == (False, False)
    assert {is_part for is_part, is_more in begins if is_part != is_more} == set()


def test_a_kind_of_document_is_the_four_files_that_a_new_one_is_played_with() -> None:
    named = read_additions()["a kind of document"].paths
    assert len(named) == len(NEW_KIND) <= 4
    assert [path for path in NEW_KIND if not any(fnmatch(path, each) for each in named)] == []


def test_a_name_of_days_stands_in_the_files_that_name_them_all() -> None:
    named = read_additions()["… with a length of days that has a name of its own"].paths
    assert name_all(list(Days.model_fields)) == set(named)


def test_a_stage_stands_in_the_files_that_name_them_all() -> None:
    assert name_all(list(IdeaStage)) <= set(read_additions()["a stage that people leave with a word"].paths)


def test_a_guard_stands_in_the_files_that_name_them_all() -> None:
    assert name_all(list(GUARDS)) <= set(read_additions()["a guard"].paths)
