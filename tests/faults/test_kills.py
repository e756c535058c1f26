"""kill -9 of any process under load: nothing acknowledged is lost, nothing happens twice, nothing is stuck."""

from collections.abc import Callable

import pytest

from tests.building import Town
from tests.conftest import ALL
from tests.faults.checker import broken
from tests.faults.conftest import Start
from tests.faults.people import Crowd, Load
from tests.faults.processes import KILLED
from tests.faults.run import run_under_kills

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(7_200), pytest.mark.xdist_group("faults")]
SEED = 20261124


def test_whatever_process_is_killed_under_load_nothing_is_lost_doubled_skipped_early_or_stuck(
    start: Start, either_town: Town, share: Callable[[int], int]
) -> None:
    kills = share(500)
    load = Load(ideas=2 * kills, submit_every=3, walked=12 if ALL else 5)
    processes = start()
    crowd = Crowd(processes.api, either_town, load)
    found, tally = run_under_kills(processes, crowd, kills=kills, seed=SEED)
    print(f"seed {SEED}: {tally}; acknowledged {dict(crowd.history.counts)}; {found}")
    assert broken(found) == {}
    assert tally.kills.total() == kills
    assert tally.kills.keys() == {"api", "relay", "prefect"}
    assert crowd.ideas >= load.ideas
    assert set(processes.ends()) == {KILLED}, "a process ended that nobody had killed"
    assert len(crowd.finished) >= load.walked
