"""Prefect broken under load: its database damaged or removed, itself unreachable, its port attacked. People notice nothing.

The API answers all the time, what follows from the facts is done soon after five faults in a row, without anybody skipping the outbox's
pauses, and nothing is done twice. A relay is killed with every fifth fault: what it held comes back with its successor. A minute is
promised on a machine that does nothing else; the seconds are printed, and only ten times as many, or a wait for a lease, fail.
`make soak` has 200 faults a way, one half on each database, since Prefect's own is a SQLite file beside both; `make test-all` has 20, since
one costs some 12 s of both cores.
"""

import hashlib
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlmodel import func, select

from models.outbox import Message
from tests.building import Town
from tests.conftest import SOAK
from tests.faults.checker import broken
from tests.faults.conftest import Start
from tests.faults.people import Crowd, Load
from tests.faults.processes import FaultyProcesses
from tests.faults.run import await_ideas, seconds_to_drain, settle
from workflows.delivery.prefect_server import FILES

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(14_400), pytest.mark.xdist_group("prefect_broken")]
SEED = 20261128
LOAD = Load(ideas=6, submit_every=1, walked=2)
PROMISED_SECONDS = 60.0
FAULTS = 100 if SOAK else 10  # a way, on each database
LONGEST_LEASE = {"GAGAS_LEASE_SECONDS": "1200"}  # ten times as in use: whoever waited for one would be seen
FORGED = 13
RELAY_KILLED_EVERY = 5
DRAINED_EVERY = 5


def files_of(processes: FaultyProcesses) -> list[Path]:
    return [processes.launcher.folder / "prefect" / name for name in FILES]


def damage(processes: FaultyProcesses) -> None:
    """Garbage over its database, as a full disk or half a restored backup leaves; it is killed with it."""
    for file in files_of(processes):
        if file.exists():
            file.write_bytes(b"no database at all " * 1_000)
    processes.kill("prefect")


def remove(processes: FaultyProcesses) -> None:
    """Its database deleted under it."""
    for file in files_of(processes):
        file.unlink(missing_ok=True)
    processes.kill("prefect")


def make_unreachable(processes: FaultyProcesses) -> None:
    """It lives and answers nothing for a while."""
    pid = processes.all["prefect"].pid
    os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(1)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def attack(processes: FaultyProcesses) -> None:
    """Who reaches its port leaves ended runs under the keys that come next, with no password, a guessed one, and from a foreign page."""
    with processes.store.reading() as session:
        last = session.exec(select(func.max(Message.id))).one() or 0
    for number in range(last, last + FORGED):
        key = hashlib.sha256(f"intake:{number}:1".encode()).hexdigest()
        body = {"flow_id": "00000000-0000-0000-0000-000000000000", "idempotency_key": key, "state": {"type": "COMPLETED"}}
        for auth in (None, ("gagas", "gagas")):
            answer = httpx.post(f"{processes.launcher.prefect_url}/flow_runs/", json=body, auth=auth, headers=FOREIGN, timeout=60)
            assert answer.status_code == 401
            assert "access-control-allow-origin" not in answer.headers


FOREIGN = {"Origin": "http://evil.example"}
WAYS: dict[str, Callable[[FaultyProcesses], None]] = {
    "damaged": damage,
    "removed": remove,
    "unreachable": make_unreachable,
    "attacked": attack,
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_happens_to_prefect_the_api_answers_and_the_work_is_done_once_and_soon(
    way: str, start: Start, either_town: Town, share: Callable[[int], int]
) -> None:
    faults, drained = share(FAULTS), list[float]()
    processes = start(**LONGEST_LEASE)
    crowd = Crowd(processes.api, either_town, LOAD)
    crowd.start()
    try:
        with answering(processes.api) as looks:
            for number in range(faults):
                await_ideas(crowd, crowd.ideas + 2)
                WAYS[way](processes)
                if number % RELAY_KILLED_EVERY == 0:
                    processes.kill("relay1")
                    processes.kill("relay2")
                processes.await_health()
                if (number + 1) % DRAINED_EVERY == 0:
                    drained.append(seconds_to_drain(processes, crowd))
        found = settle(processes, crowd, Random(SEED))
    finally:
        crowd.stop()
    print(f"Prefect {way} {faults} times: drained in {[round(each) for each in drained]} s, {dict(looks)}; {broken(found)}")
    assert max(drained) < 10 * PROMISED_SECONDS
    assert looks["no answer"] == 0
    assert looks["answer"] > faults
    assert broken(found) == {}
    assert way != "damaged" or any("it lies in" in line for line in processes.told)


@contextmanager
def answering(api: str) -> Iterator[Counter[str]]:
    """Ask the API for its health all the while, and count how often it answered."""
    over, looks = threading.Event(), Counter[str]()

    def look_on() -> None:
        while not over.wait(0.2):
            try:
                well = httpx.get(f"{api}/health", timeout=30).status_code == 200
            except httpx.HTTPError:
                well = False
            looks["answer" if well else "no answer"] += 1

    looking = threading.Thread(target=look_on, daemon=True)
    looking.start()
    try:
        yield looks
    finally:
        over.set()
        looking.join()
