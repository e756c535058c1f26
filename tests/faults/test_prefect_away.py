"""Prefect's server away for a while, or back with an empty database: people notice nothing, and nothing happens twice."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from models.ideas import Idea
from models.stages import IdeaStage
from tests.building import Town
from tests.faults.checker import broken
from tests.faults.conftest import Start
from tests.faults.people import Crowd, Load
from tests.faults.processes import FaultyProcesses
from tests.faults.run import await_ideas, settle

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(3_600), pytest.mark.xdist_group("faults")]
LOAD = Load(ideas=20, submit_every=2, walked=2)
AWAY = {True: (20, 120), False: (20,)}  # seconds, beside SQLite and beside PostgreSQL


def begin(processes: FaultyProcesses, town: Town) -> Crowd:
    """People at their work, and some of it done."""
    crowd = Crowd(processes.api, town, LOAD)
    crowd.start()
    await_ideas(crowd, LOAD.ideas)
    return crowd


def test_while_prefect_is_away_people_submit_and_afterwards_the_backlog_drains(
    start: Start, either_town: Town, share: Callable[[int], int]
) -> None:
    processes = start()
    crowd = begin(processes, either_town)
    meanwhile = [submitted_without_prefect(processes, crowd, share(seconds)) for seconds in AWAY[either_town.store.is_sqlite]]
    found = settle(processes, crowd, Random(1))
    print(f"without Prefect: {meanwhile} ideas submitted meanwhile; {found}")
    assert min(meanwhile) >= 3
    assert broken(found) == {}


def submitted_without_prefect(processes: FaultyProcesses, crowd: Crowd, seconds: int) -> int:
    """How many ideas were submitted while the server was away."""
    processes.kill("prefect", start_again=False)
    before = crowd.history.counts["submit"]
    time.sleep(seconds)
    await_ideas(crowd, crowd.ideas + 8)
    meanwhile = crowd.history.counts["submit"] - before
    processes.start("prefect")
    processes.await_health()
    return meanwhile


def test_when_prefect_loses_its_database_only_what_was_not_done_is_started_again(start: Start, either_town: Town) -> None:
    processes = start()
    crowd = begin(processes, either_town)
    processes.kill("prefect", start_again=False)
    lost = list((processes.launcher.folder / "prefect").glob("prefect.db*"))
    for file in lost:
        file.unlink()
    await_ideas(crowd, crowd.ideas + 10)
    processes.start("prefect")
    found = settle(processes, crowd, Random(1))
    print(f"Prefect's database wiped under {crowd.ideas} ideas; {found}")
    assert Path(processes.launcher.folder / "prefect" / "prefect.db") in lost
    assert broken(found) == {}
    assert not either_town.rows(select(Idea.id).where(Idea.stage == IdeaStage.SUBMITTED))
