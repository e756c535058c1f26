"""Each rule of size and name is broken once on purpose, and seen."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.sizes import KEPT_DOUBLES, KEPT_WORDS, ROOMS, breaches

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

BROKEN = {
    "a long file": ("api/long.py", "x = 1\n" * 301, "has at most 300"),
    "a long page": ("templates/pages/idea.html", "<p>\n" * 301, "has at most 300"),
    "a long test": ("tests/test_long.py", "x = 1\n" * 301, "has at most 300"),
    "a long function": ("models/ideas.py", "def count():\n" + "    x = 1\n" * 50, "`count` has 51 lines"),
    "a long coroutine": ("models/ideas.py", "async def count():\n" + "    x = 1\n" * 50, "`count` has 51 lines"),
    "six parameters": ("workflows/moves.py", "def move(a, b, c, d, e, f): ...\n", "`move` takes 6 parameters"),
    "six with keywords": ("workflows/moves.py", "def move(a, b, c, *, d, e, f, actor): ...\n", "`move` takes 6 parameters"),
    "an actor that is not keyword-only": ("workflows/moves.py", "def move(a, b, c, d, e, actor): ...\n", "`move` takes 6 parameters"),
    "six in a method": ("models/x.py", "class Idea:\n    def move(self, a, b, c, d, e, f): ...\n", "`move` takes 6 parameters"),
    "six outside routes": ("api/v1/ideas.py", "def move(a, b, c, d, e, f): ...\n", "`move` takes 6 parameters"),
    "a module that names nothing": ("workflows/helpers.py", "", "the word `helpers` names nothing"),
    "a folder that names nothing": ("workflows/common/mail.py", "", "the word `common` names nothing"),
    "half a name that names nothing": ("workflows/mail_service.py", "", "the word `service` names nothing"),
    "a class that names nothing": ("models/x.py", "class IdeaManager: ...\n", "the word `manager` names nothing"),
    "a class named base": ("models/x.py", "class Base: ...\n", "the word `base` names nothing"),
    "a class of a private dialect": ("workflows/x.py", "class IdeaStanding: ...\n", "`standing` is of a private dialect"),
    "a function of a private dialect": ("api/x.py", "def tell(): ...\n", "`tell` is of a private dialect"),
    "a method of a private dialect": ("api/x.py", "class Idea:\n    def _let_go(self): ...\n", "`let_go` is of a private dialect"),
    "a class named twice in a file": ("api/x.py", "class Idea: ...\nclass Idea: ...\n", "a class of api/x.py bears this name"),
    "work left in a comment": ("api/x.py", "x = 1  # TODO later\n", "unfinished: TODO"),
    "work left in a docstring": ("api/x.py", '"""FIXME later."""\n', "unfinished: FIXME"),
    "work left in a page": ("templates/x.html", "<!-- TODO -->\n", "unfinished: TODO"),
    "work not begun": ("api/x.py", "def x():\n    raise NotImplementedError\n", "unfinished: NotImplementedError"),
    "a mock": ("tests/test_x.py", "from unittest import mock\n", "a mock"),
    "a mock by name": ("tests/test_x.py", "from unittest.mock import Mock\n", "a mock"),
    "a mock as a fixture": ("tests/test_x.py", "def test_x(mocker): ...\n", "a mock"),
    "an action that commits": ("workflows/x.py", "session.commit()\n", "commits; only models/database.py does"),
    "a model that commits": ("models/ideas.py", "session.commit()\n", "commits; only models/database.py does"),
    "a type ignored without a word": ("api/x.py", "x = 1  # type: ignore\n", "`type: ignore` without a code"),
}

KEPT = {
    "a long migration": ("models/migrations/0001_first.py", "x = 1\n" * 400),
    "a long step of a migration": ("models/migrations/versions/0001_first.py", "def upgrade():\n" + "    x = 1\n" * 60),
    "300 lines": ("api/long.py", "x = 1\n" * 300),
    "50 lines": ("models/ideas.py", "def count():\n" + "    x = 1\n" * 49),
    "five and the actor": ("workflows/moves.py", "def move(session, a, b, c, d, *, actor): ...\n"),
    "a method's self": ("models/x.py", "class Idea:\n    def move(self, a, b, c, d, e): ...\n"),
    "a route": ("api/v1/ideas.py", "@router.post('/ideas')\ndef move(a, b, c, d, e, f): ...\n"),
    "a command": ("api/cli/x.py", "@app.command()\ndef move(a, b, c, d, e, f): ...\n"),
    "a command by its parameters": (
        "api/cli/x.py",
        f"def move({', '.join(f'{name}: Annotated[int, typer.Option()]' for name in 'abcdef')}): ...\n",
    ),
    "a test with fixtures": ("tests/test_x.py", "def test_x(a, b, c, d, e, f): ...\n"),
    "a fixture of fixtures": ("tests/test_x.py", "@pytest.fixture\ndef x(a, b, c, d, e, f): ...\n"),
    "a name that only begins so": ("models/database.py", "class Database: ...\nclass Information: ...\nclass Basement: ...\n"),
    "a function that says whom it tells": ("workflows/x.py", "def tell_heads(): ...\ndef look_at_pdf(): ...\n"),
    "a story that a test tells": ("tests/x.py", "class House:\n    def look(self): ...\n"),
    "private classes of one name": ("api/x.py", "class _Line: ...\nclass _Line: ...\n"),
    "what is kept by name": ("api/x.py", "class Told: ...\nclass Kind: ...\nclass Kind: ...\n"),
    "the one place that commits": ("models/database.py", "session.commit()\n"),
    "a test that commits": ("tests/test_x.py", "connection.commit()\n"),
    "a type ignored by name": ("api/x.py", "x = 1  # type: ignore[misc]\n"),
    "the word in a sentence": ("api/x.py", "x = 'TODO'\n"),
}


def plant(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.mark.parametrize(("path", "text", "sentence"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_a_rule_is_named(path: str, text: str, sentence: str, tmp_path: Path) -> None:
    plant(tmp_path, path, text)
    found = breaches(tmp_path)
    assert [breach.path for breach in found] == [path]
    assert sentence in str(found[0])


def test_a_class_whose_name_another_room_has_is_named(tmp_path: Path) -> None:
    for path in ("api/ideas.py", "models/ideas.py", "tests/ideas.py", "models/migrations/0001_first.py"):
        plant(tmp_path, path, "class Idea: ...\n")
    assert [str(each) for each in breaches(tmp_path)] == [
        "models/ideas.py:1: `Idea`: a class of api/ideas.py bears this name; give each its own"
    ]


def test_every_name_that_is_kept_is_still_there_and_still_doubled() -> None:
    texts = [file.read_text("utf-8") for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    found = [name for text in texts for name in re.findall(r"^class (\w+)", text, re.M)]
    assert [name for name in KEPT_DOUBLES if found.count(name) < 2] == []
    assert [name for name in KEPT_WORDS if name not in found] == []


@pytest.mark.parametrize(("path", "text"), KEPT.values(), ids=KEPT)
def test_what_keeps_the_rules_is_left_alone(path: str, text: str, tmp_path: Path) -> None:
    plant(tmp_path, path, text)
    assert breaches(tmp_path) == []


def test_the_project_keeps_its_own_rules() -> None:
    assert [str(breach) for breach in breaches(ROOT)] == []


def test_the_command_ends_with_one_and_says_where(tmp_path: Path) -> None:
    plant(tmp_path, "api/x.py", "session.commit()\n")
    run = subprocess.run(
        [sys.executable, ROOT / "deploy/sizes.py", tmp_path], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert run.returncode == 1
    assert run.stdout.splitlines() == ["api/x.py:1: commits; only models/database.py does", "sizes and names: 1 to mend"]
