"""Prefect broken under load: its database damaged or removed, itself unreachable, its port attacked. People notice nothing.

The API answers all the time, what follows from the facts is done soon after five faults in a row, without anybody skipping the outbox's
pauses, and nothing is done twice. Two of the five come while the server starts again after the one before; each meets a process of it, and
how many met which is printed. A relay is killed with every fifth fault: what it held comes back with its successor; with every fifth the
blank database that Prefect begins anew with is struck too, so that all its migrations run. A minute is promised on a machine that does
nothing else: how many waits were within it is printed, `make soak` fails where it is fewer than nine of ten, and elsewhere only ten
times as many seconds, or a wait for a lease, fail.
`make soak` has 200 faults a way, one half on each database; `make test-all` has one series a way, on the one or the other, since Prefect's
own is a SQLite file beside both.
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

import pytest
from sqlmodel import func, select

from models.outbox import Message
from tests.building import Town
from tests.conftest import SOAK
from tests.faults.checker import broken
from tests.faults.conftest import Start
from tests.faults.people import Crowd, Load
from tests.faults.processes import HTTP, FaultyProcesses, answers, await_true
from tests.faults.run import PROMISED_SECONDS, await_ideas, count_in_time, seconds_to_drain, settle
from workflows.delivery.prefect_blank import blank_in
from workflows.delivery.prefect_server import FILES

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(14_400), pytest.mark.xdist_group("prefect_broken")]
SEED = 20261128
LOAD = Load(ideas=6, submit_every=1, walked=2)
SERIES = 5  # faults in a row: with the first the relays are killed, after the last the outbox drains
IN_TIME = 0.9  # of the waits; `make soak` has the machine for itself, and says so or fails
FAULTS = 100 if SOAK else SERIES  # a way, on each of its databases
LONGEST_LEASE = {"GAGAS_LEASE_SECONDS": "1200"}  # ten times as in use: whoever waited for one would be seen
FORGED = 13
FOREIGN = {"Origin": "http://evil.example"}
GARBAGE = b"no database at all " * 1_000
AMIDST_START = (1, 3)  # which of them come, so many seconds at most, after the one before
START_SECONDS = 1.5
LIVING, STARTING = "living", "starting"


def files_of(processes: FaultyProcesses, *, with_blank: bool) -> list[Path]:
    """Prefect's database, and the blank one with which the next begins."""
    home = processes.launcher.folder / "prefect"
    return [home / name for name in FILES] + [blank_in(home)] * with_blank


def damage(processes: FaultyProcesses, number: int) -> bool:
    """Garbage over its database, as a full disk or half a restored backup leaves; it is killed with it."""
    for file in files_of(processes, with_blank=number % SERIES == 0):
        if file.exists() or file.name == FILES[0]:
            file.write_bytes(GARBAGE)
    return processes.kill("prefect")


def remove(processes: FaultyProcesses, number: int) -> bool:
    """Its database deleted under it."""
    for file in files_of(processes, with_blank=number % SERIES == 0):
        file.unlink(missing_ok=True)
    return processes.kill("prefect")


def make_unreachable(processes: FaultyProcesses, _number: int) -> bool:
    """It lives and answers nothing for a while."""
    pid = processes.all["prefect"].pid
    try:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(1)
    except ProcessLookupError:
        return False
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    return True


def attack(processes: FaultyProcesses, _number: int) -> bool:
    """Who reaches its port leaves ended runs under the keys that come next, with no password, a guessed one, and from a foreign page."""
    with processes.store.reading() as session:
        last = session.exec(select(func.max(Message.id))).one() or 0
    for number in range(last, last + FORGED):
        key = hashlib.sha256(f"intake:{number}:1".encode()).hexdigest()
        body = {"flow_id": "00000000-0000-0000-0000-000000000000", "idempotency_key": key, "state": {"type": "COMPLETED"}}
        for auth in (None, ("gagas", "gagas")):
            answer = HTTP.post(f"{processes.launcher.prefect_url}/flow_runs/", json=body, auth=auth, headers=FOREIGN, timeout=60)
            assert answer.status_code == 401
            assert "access-control-allow-origin" not in answer.headers
    return True


# A way answers whether it met a process; told which fault of the run it is.
WAYS: dict[str, Callable[[FaultyProcesses, int], bool]] = {
    "damaged": damage,
    "removed": remove,
    "unreachable": make_unreachable,
    "attacked": attack,
}
ON = {"damaged": "postgres", "removed": "sqlite", "unreachable": "postgres", "attacked": "sqlite"}  # outside `make soak`


def strike(processes: FaultyProcesses, way: str, number: int) -> str:
    """Do it to a server that lives or to one that is starting; answers which."""
    while True:
        await_true(lambda: processes.lives("prefect"), "a server to meet")
        met = LIVING if answers(f"{processes.launcher.prefect_url}/health") else STARTING
        if WAYS[way](processes, number):
            return met


def describe_case(kind: str, way: str) -> object:
    """A way on a kind of database."""
    return pytest.param(kind, way, marks=[pytest.mark.postgres] if kind == "postgres" else [], id=f"{kind}-{way}")


CASES = [describe_case(kind, way) for way in WAYS for kind in (("sqlite", "postgres") if SOAK else (ON[way],))]


@pytest.mark.parametrize(("own_database", "way"), CASES, indirect=["own_database"])
def test_whatever_happens_to_prefect_the_api_answers_and_the_work_is_done_once_and_soon(
    way: str, start: Start, either_town: Town, share: Callable[[int], int]
) -> None:
    faults, met, drained, chance = share(FAULTS), Counter[str](), list[float](), Random(SEED)
    processes = start(**LONGEST_LEASE)
    crowd = Crowd(processes.api, either_town, LOAD)
    crowd.start()
    try:
        with answering(processes.api) as looks:
            for number in range(faults):
                if number % SERIES in AMIDST_START:
                    time.sleep(chance.uniform(0, START_SECONDS))
                else:
                    processes.await_health()
                    await_ideas(crowd, crowd.ideas + 2)
                met[strike(processes, way, number)] += 1
                if number % SERIES == 0:
                    processes.kill("relay1")
                    processes.kill("relay2")
                if (number + 1) % SERIES == 0:
                    drained.append(seconds_to_drain(processes, crowd))
        found = settle(processes, crowd, chance)
    finally:
        crowd.stop()
    aside = sum("it lies in" in line for line in processes.told)
    print(f"Prefect {way} {faults} times ({dict(met)}), {aside} databases set aside; {dict(looks)}; {broken(found)}")
    in_time = count_in_time(drained)
    assert met.total() == faults
    assert met[LIVING] >= faults // 2
    assert max(drained) < 10 * PROMISED_SECONDS
    assert not SOAK or in_time >= IN_TIME * len(drained)
    assert looks["no answer"] == 0
    assert looks["answer"] > faults
    assert broken(found) == {}
    assert way != "damaged" or aside >= met[LIVING]


@contextmanager
def answering(api: str) -> Iterator[Counter[str]]:
    """Ask the API for its health all the while, and count how often it answered."""
    over, looks = threading.Event(), Counter[str]()

    def look_on() -> None:
        while not over.wait(0.2):
            looks["answer" if answers(f"{api}/health", seconds=30) else "no answer"] += 1

    looking = threading.Thread(target=look_on, daemon=True)
    looking.start()
    try:
        yield looks
    finally:
        over.set()
        looking.join()
