"""What looks at files: a process for each, which has nothing of another's, and of which nothing is left, whoever ends first."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from models.ids import new_id
from workflows.adapters.lookout import PROGRAM, Lookout

ROOT = Path(__file__).parents[3]

# Stands where `looking.py` does, and does what the file says.
OBEDIENT = """
import os, resource, signal, time
KEPT = []
def main(source, shown, small):
    word = open(source).read()
    if word == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == "sleep":
        with open(shown, "w") as told:
            told.write(f"{os.getpid()} {os.getppid()}")
        time.sleep(60)
    if word == "eat":
        bytearray(2 << 30)
    if word == "import":
        import what_is_nowhere
    KEPT.append(word)
    handles = [number for number in range(64) if is_open(number)]
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    return {"kept": KEPT, "handles": handles, "names": sorted(os.environ), "memory": most, "elder": os.getppid()}
def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False
"""

ASKS_AND_IS_KILLED = """
import sys
from pathlib import Path
from models.ids import new_id
from workflows.adapters.lookout import Lookout
Lookout(Path(sys.argv[1])).ask(sys.argv[2:], 60)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program with something else to look at files."""
    (tmp_path / "looking.py").write_text(OBEDIENT)
    return Path(shutil.copy(PROGRAM, tmp_path))


@pytest.fixture
def lookout(program: Path) -> Iterator[Lookout]:
    """Asks that program."""
    lookout = Lookout(program)
    yield lookout
    lookout.end()


@pytest.fixture
def ask(lookout: Lookout, tmp_path: Path) -> Callable[..., bytes]:
    """What is said of a file that says so."""

    def asking(word: str, seconds: float = 20) -> bytes:
        asked = tmp_path / new_id()  # some are asked at once
        asked.write_text(word)
        return lookout.ask([str(asked), *(str(tmp_path / name) for name in ("shown", "small"))], seconds)

    return asking


def lives(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def await_true(question: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_each_file_meets_a_process_that_has_met_no_other_and_knows_nothing(ask: Callable[..., bytes]) -> None:
    first, second = (json.loads(ask(word)) for word in ("satu", "dua"))
    assert (first["kept"], second["kept"]) == (["satu"], ["dua"])
    assert first["elder"] == second["elder"]
    for told in (first, second):
        assert len(told["handles"]) == 3, "two that lead nowhere, and the one to answer to"
        assert set(told["names"]) <= {"LC_CTYPE"}
        assert told["memory"] == 1 << 30


@pytest.mark.parametrize(("word", "seconds"), [("die", 20), ("sleep", 0.2)])
def test_after_a_file_that_ends_whoever_looks_the_next_meets_another_memory(ask: Callable[..., bytes], word: str, seconds: float) -> None:
    before = json.loads(ask("satu"))["elder"]
    assert ask(word, seconds) == b""
    assert json.loads(ask("dua"))["elder"] != before
    assert not lives(before)


def test_too_much_memory_and_what_is_missing_are_told(ask: Callable[..., bytes]) -> None:
    assert "MemoryError" in json.loads(ask("eat"))["failed"]
    assert "what_is_nowhere" in json.loads(ask("import"))["failed"]


def test_a_bad_file_keeps_no_good_one_beside_it_from_its_answer(ask: Callable[..., bytes]) -> None:
    words = [f"{number}" if number % 3 else "die" for number in range(24)]
    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(ask, words))
    assert [json.loads(answer)["kept"] if answer else "died" for answer in said] == [[word] if word != "die" else "died" for word in words]


def test_a_process_that_was_ended_is_started_anew(ask: Callable[..., bytes]) -> None:
    elder = json.loads(ask("satu"))["elder"]
    os.kill(elder, signal.SIGKILL)
    assert json.loads(ask("dua"))["kept"] == ["dua"]


def test_nobody_looks_on_for_somebody_who_was_killed(program: Path, tmp_path: Path) -> None:
    (tmp_path / "sleep").write_text("sleep")
    words = [sys.executable, "-c", ASKS_AND_IS_KILLED, str(program), *(str(tmp_path / name) for name in ("sleep", "shown", "small"))]
    with subprocess.Popen(words, cwd=ROOT) as asking:
        await_true(lambda: (tmp_path / "shown").exists() and " " in (tmp_path / "shown").read_text())
        looking, elder = map(int, (tmp_path / "shown").read_text().split())
        assert lives(looking)
        asking.kill()
    await_true(lambda: not lives(looking) and not lives(elder), 5)
