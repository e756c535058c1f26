"""A backup or a restore that dies leaves a whole one or none: what is unfinished is told from what is whole, and the next one works."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from models.private import is_open
from models.stages import IdeaStage
from tests.faults.keeping import Keeping, Region, await_work, keeping, time_work, unfinished

__all__ = ["keeping"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]


def test_whenever_a_backup_is_killed_its_folder_is_whole_or_refused_and_the_region_goes_on(
    keeping: Keeping, share: Callable[[int], int]
) -> None:
    first = keeping.folder / "first"
    lasts = time_work(keeping.live.start("backup", first), unfinished(first))
    luck, whole, cut = Random(13), [], []
    for number in range(1, share(20) + 1):
        to = keeping.folder / f"killed-{number}"
        process = keeping.live.start("backup", to)
        assert await_work(process, unfinished(to))
        time.sleep(lasts * luck.uniform(0, 0.7))
        process.kill()
        keeping.town.build_idea(IdeaStage.SUBMITTED)  # the region goes on
        (whole if to.exists() else cut).append(to)
        require_closed_to_others(to if to.exists() else unfinished(to))
    print(f"{len(whole)} of {len(whole) + len(cut)} killed backups had ended before")
    assert cut, "no kill came early enough"
    for to in cut:
        place = keeping.empty_place(f"from-{to.name}")
        ended, said = place.gagas("restore", unfinished(to))
        if ended:  # else the kill came between its last word and its name, and it is whole
            assert ("no finished backup" in said, place.data.exists()) == (True, False), said
    for to in whole:
        require_restored(keeping.empty_place(f"from-{to.name}"), to)
    again = cut[-1]
    assert keeping.live.gagas("backup", again)[0] == 0
    assert not unfinished(again).exists()
    require_restored(keeping.empty_place("again"), again)
    assert keeping.live.gagas("ledger", "verify", "--all")[0] == 0


def test_a_restore_that_is_killed_goes_on_when_it_is_started_again(keeping: Keeping, share: Callable[[int], int]) -> None:
    backup = keeping.folder / "backup"
    keeping.town.build_idea(IdeaStage.IN_REVIEW)
    assert keeping.live.gagas("backup", backup)[0] == 0
    timed = keeping.empty_place("timed")
    lasts, luck, ended_before = time_work(timed.start("restore", backup), timed.data), Random(13), 0
    for number in range(1, share(20) + 1):
        place = keeping.empty_place(f"place-{number}")
        process = place.start("restore", backup)
        assert await_work(process, place.data)
        time.sleep(lasts * luck.uniform(0, 0.7))
        process.kill()
        ended, said = place.gagas("restore", backup)
        if ended and "there already" in said:  # the kill came after its last step
            ended_before += 1
        else:
            assert ended == 0, said
        assert place.gagas("ledger", "verify", "--all")[0] == 0
    print(f"{ended_before} of {number} killed restores had ended before")
    assert ended_before < number, "no kill came early enough"


def require_restored(place: Region, backup: Path) -> None:
    ended, said = place.gagas("restore", backup)
    assert ended == 0, said
    assert place.gagas("ledger", "verify", "--all", "--checkpoint", backup / "checkpoint.json")[0] == 0


def require_closed_to_others(folder: Path) -> None:
    assert not [place for place in (folder, *folder.rglob("*")) if is_open(place)]
