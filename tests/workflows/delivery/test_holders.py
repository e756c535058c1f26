"""What a dead process held is free at once; what a living one holds stays with it, and the lease is for one that hangs."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prefect import Flow

from models.database import Database
from models.outbox import MessageState
from tests.workflows.delivery.outbox import Work, ask, effects, messages, store
from workflows.delivery.claims import claim_batch, hand_over
from workflows.delivery.effects import handle_messages
from workflows.delivery.holders import Holder, Worker, take_back
from workflows.delivery.relay import Relay, ReportRun, RunState
from workflows.process.actors import flow_actor

__all__ = ["store"]
pytestmark = pytest.mark.slow
HANG_SECONDS = 60
CLAIM = """
import sys
from models.database import Database
from workflows.delivery.claims import claim_batch
from workflows.delivery.holders import Holder
store = Database(sys.argv[1])
holder = Holder(store)
holder.keep()
claim_batch(store, "intake", holder.id)
print("claimed", flush=True)
sys.stdin.readline()
"""
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start_claimer(store: Database) -> Iterator[Start]:
    """Starts a process that claims whatever waits, and holds it until it is killed."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        url, root = store.url.render_as_string(hide_password=False), Path(__file__).parents[3]
        command, pipe = [sys.executable, "-c", CLAIM, url], subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=root, env=dict(os.environ), stdin=pipe, stdout=pipe, text=True))
        assert started[-1].stdout is not None
        assert started[-1].stdout.readline() == "claimed\n"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(HANG_SECONDS)


def test_what_a_killed_process_held_is_free_long_before_its_lease_is_over(store: Database, start_claimer: Start) -> None:
    ask(store, 3)
    claimer = start_claimer()
    assert take_back(store) == 0, "its holder lives"
    assert {m.state for m in messages(store)} == {MessageState.CLAIMED}
    kill(claimer)
    assert take_back(store) == 3
    assert {(m.state, m.holder, m.lease_token, m.attempts) for m in messages(store)} == {(MessageState.WAITING, None, None, 1)}
    assert take_back(store) == 0


def test_a_process_that_hangs_keeps_what_it_holds_until_its_lease_is_over(store: Database, start_claimer: Start) -> None:
    ask(store, 1)
    claimer = start_claimer()
    claimer.send_signal(signal.SIGSTOP)
    try:
        assert take_back(store) == 0
        assert {m.state for m in messages(store)} == {MessageState.CLAIMED}
    finally:
        claimer.send_signal(signal.SIGCONT)


def test_a_relay_that_starts_does_what_its_killed_predecessor_held(store: Database, start_claimer: Start) -> None:
    """A power cut at five to midnight on the closing day: with a lease of two minutes nobody waits two minutes for the receipt."""
    ask(store, 3)
    kill(start_claimer())

    async def scene() -> None:
        async def start(flow: Flow[..., Any], parameters: dict[str, Any], _key: str, report_run: ReportRun) -> RunState:
            if flow.name == "intake":
                await report_run("run")
                held, ids = parameters["batch"]["token"], parameters["batch"]["jobs"]["route"]
                await asyncio.to_thread(handle_messages, store, held, ids, Work(), actor=flow_actor("intake"))
                relay.stop()
            return RunState.ENDED

        relay = Relay(store, start)
        async with asyncio.timeout(HANG_SECONDS):  # half of the lease
            await relay.run()

    asyncio.run(scene())
    assert effects(store) == ["idea-000", "idea-001", "idea-002"]
    assert {(m.state, m.holder, m.attempts) for m in messages(store)} == {(MessageState.HANDLED, None, 2)}


def test_what_a_workers_process_does_is_held_by_it_and_no_more_by_the_relay_that_asked_for_it(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a cluster the relay may be restarted while a worker renders: nothing is taken from the worker, until it dies itself."""
    monkeypatch.setattr(Worker, "holder", None)
    ask(store, 3)
    relay = Holder(store)
    relay.keep()
    batch = claim_batch(store, "intake", relay.id)
    assert batch
    Worker.adopt(batch.token)
    assert {m.holder for m in messages(store)} == {relay.id}, "this process is no worker's yet"
    Worker.begin(store)
    Worker.adopt(batch.token)
    hand_over(store, batch, relay.id)
    assert Worker.holder
    assert {m.holder for m in messages(store)} == {Worker.holder.id}
    relay.close()
    assert take_back(store) == 0
    Worker.holder.close()
    assert take_back(store) == 3


def test_a_run_that_nobody_adopted_yet_is_left_to_its_lease_when_its_relay_ends(store: Database) -> None:
    ask(store, 1)
    relay = Holder(store)
    relay.keep()
    batch = claim_batch(store, "intake", relay.id)
    assert batch
    hand_over(store, batch, relay.id)
    relay.close()
    assert take_back(store) == 0


def test_a_holder_that_lost_its_lock_takes_it_again_and_one_that_closes_leaves_nothing(store: Database) -> None:
    holder = Holder(store)
    assert holder.id is None, "without a lock the lease alone must do"
    holder.keep()
    known = holder.id
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            others = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            assert connection.execute(sa.text(others)).scalar_one() == 1
    holder.keep()
    assert holder.id == known
    holder.close()
    assert holder.id is None
    if store.is_sqlite:
        assert list((Path(str(store.url.database)).parent / "holders").iterdir()) == []
