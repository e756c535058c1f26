"""Every named crash point is visited: the process dies there, is started again, and each idea still comes to its certificates."""

import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.building import Town
from tests.faults.checker import broken
from tests.faults.conftest import Start
from tests.faults.history import Client
from tests.faults.people import Crowd, Load, draft_one
from tests.faults.processes import KILLED, FaultyProcesses, await_true
from tests.faults.run import settle
from tests.serving import ROOT
from workflows.process.crashpoints import CATALOGUE, DEAD

IN_API = ("after_number_before_commit", "after_action_before_commit", "after_commit_before_answer")


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.xdist_group("faults")
def test_at_every_crash_point_a_process_dies_and_every_story_is_told_to_its_end(start: Start, either_town: Town, tmp_path: Path) -> None:
    log = tmp_path / "deaths"
    processes = start()
    processes.kill("relay2", start_again=False)  # whoever passes a point is the one that dies there
    crowd = Crowd(processes.api, either_town, Load(ideas=0, submit_every=1, walked=len(CATALOGUE)))
    crowd.start(proposing=False)
    for number, point in enumerate(CATALOGUE):
        visit(processes, crowd, point, number, log)
    found = settle(processes, crowd, Random(1))
    deaths = log.read_text().split()
    print(f"{len(deaths)} deaths at {len(set(deaths))} of {len(CATALOGUE)} crash points; {len(crowd.finished)} ideas certified; {found}")
    assert sorted(deaths) == sorted(CATALOGUE)
    assert processes.ends().count(DEAD) == len(CATALOGUE)
    assert set(processes.ends()) <= {DEAD, KILLED}
    assert broken(found) == {}
    assert len(crowd.finished) == len(CATALOGUE)


def visit(processes: FaultyProcesses, crowd: Crowd, point: str, number: int, log: Path) -> None:
    """Let a process die at the point while one more idea is on its way."""
    part = "api" if point in IN_API else "relay1"
    deaths = processes.ends().count(DEAD)
    processes.restart(part, GAGAS_TEST_CRASH=point, GAGAS_TEST_CRASH_LOG=str(log))
    client = Client(processes.api, crowd.history)
    drafted = draft_one(client, crowd.town, crowd.call, number)
    assert drafted is not None
    client.do(crowd.town["lead"], "submit", f"/ideas/{drafted.idea}/submission", idea=drafted.idea)
    crowd.walks.append(drafted.idea)
    await_true(lambda: processes.ends().count(DEAD) > deaths, f"the death at {point}")


def test_the_catalogue_holds_every_crash_point_of_the_code_and_no_other() -> None:
    named = re.compile(r'(?:crashpoint|passing)\("(\w+)"\)')
    files = [file for room in ("api", "models", "workflows") for file in (ROOT / room).rglob("*.py") if file.name != "crashpoints.py"]
    assert {name for file in files for name in named.findall(file.read_text())} == set(CATALOGUE)


@pytest.mark.parametrize(
    ("asked", "code"),
    [({}, 0), ({"GAGAS_TEST_CRASH": "before_effect"}, 1), ({"GAGAS_TEST_CRASH": "before_effect", "GAGAS_TEST_FAULTS": "allowed"}, 0)],
    ids=["nothing", "a crash", "a crash in a test"],
)
def test_gagas_refuses_to_start_with_a_fault_outside_a_test(asked: dict[str, str], code: int) -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import api.app"], cwd=ROOT, env={"PATH": "", **asked}, capture_output=True, text=True, check=False
    )
    assert started.returncode == code, started.stderr
    assert ("fail on purpose" in started.stderr) == bool(code)
