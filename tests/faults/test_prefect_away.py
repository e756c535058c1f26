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
from tests.faults.conftest import HouseMaker
from tests.faults.house import FaultyHouse
from tests.faults.people import Crowd, Load
from tests.faults.run import await_ideas, settle

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(3_600), pytest.mark.xdist_group("faults")]
LOAD = Load(ideas=20, submit_every=2, walked=2)


def begin(house: FaultyHouse, town: Town) -> Crowd:
    """People at their work, and some of it done."""
    crowd = Crowd(house.api, town, LOAD)
    crowd.start()
    await_ideas(crowd, LOAD.ideas)
    return crowd


def test_while_prefect_is_away_people_submit_and_afterwards_the_backlog_drains(
    build_house: HouseMaker, either_town: Town, share: Callable[[int], int]
) -> None:
    house = build_house()
    crowd = begin(house, either_town)
    meanwhile = [submitted_without_prefect(house, crowd, share(seconds)) for seconds in (20, 120)]
    found = settle(house, crowd, Random(1))
    print(f"twice without Prefect: {meanwhile} ideas submitted meanwhile; {found}")
    assert min(meanwhile) >= 3
    assert broken(found) == {}


def submitted_without_prefect(house: FaultyHouse, crowd: Crowd, seconds: int) -> int:
    """How many ideas were submitted while the server was away."""
    house.kill("prefect", keep=False)
    before = crowd.history.counts["submit"]
    time.sleep(seconds)
    await_ideas(crowd, crowd.ideas + 8)
    meanwhile = crowd.history.counts["submit"] - before
    house.start("prefect")
    house.await_health()
    return meanwhile


def test_when_prefect_loses_its_database_only_what_was_not_done_is_started_again(build_house: HouseMaker, either_town: Town) -> None:
    house = build_house()
    crowd = begin(house, either_town)
    house.kill("prefect", keep=False)
    lost = list((house.nursery.folder / "prefect").glob("prefect.db*"))
    for file in lost:
        file.unlink()
    await_ideas(crowd, crowd.ideas + 10)
    house.start("prefect")
    found = settle(house, crowd, Random(1))
    print(f"Prefect's database wiped under {crowd.ideas} ideas; {found}")
    assert Path(house.nursery.folder / "prefect" / "prefect.db") in lost
    assert broken(found) == {}
    assert not either_town.rows(select(Idea.id).where(Idea.stage == IdeaStage.SUBMITTED))
