"""A run's key is the same for the same work, and nobody outside can tell it beforehand."""

import asyncio
import hashlib
from typing import Any

import pytest
from prefect import Flow
from sqlmodel import update

from models.database import Database
from models.outbox import ClockTick, MessageState
from tests.workflows.delivery.outbox import Work, ask, claimed, come_round, effects, messages, store
from workflows.delivery.claims import Batch, release_unhandled
from workflows.delivery.effects import handle_messages
from workflows.delivery.keys import idempotency_key, read_secret
from workflows.delivery.relay import Relay, ReportRun, RunState
from workflows.process.actors import flow_actor

__all__ = ["store"]


def test_the_key_of_a_batch_is_the_same_for_the_same_messages_at_the_same_attempt() -> None:
    known = idempotency_key(Batch("intake", "token", {"route": [2, 1], "expire_supplement": [3]}, 1), "secret")
    assert idempotency_key(Batch("intake", "another token", {"expire_supplement": [3], "route": [1, 2]}, 1), "secret") == known
    assert len(known) == 64
    others = [
        Batch("intake", "token", {"route": [2, 1], "expire_supplement": [3]}, 2),
        Batch("intake", "token", {"route": [2, 1]}, 1),
        Batch("review", "token", {"route": [2, 1], "expire_supplement": [3]}, 1),
        Batch("intake", "token", {"route": [21, 3]}, 1),
    ]
    assert len({known, *(idempotency_key(other, "secret") for other in others)}) == 5
    assert idempotency_key(Batch("intake", "token", {"route": [2, 1], "expire_supplement": [3]}, 1), "another secret") != known


@pytest.mark.slow
def test_a_databases_secret_is_made_once_and_is_no_other_databases(store: Database) -> None:
    secret = read_secret(store)
    assert len(secret) > 40
    assert read_secret(store) == secret
    with store.unit_of_work() as session:
        session.execute(update(ClockTick).values(key_secret=""))  # as in another database, in which everything else is the same
    assert read_secret(store) not in ("", secret)


@pytest.mark.slow
def test_runs_that_a_stranger_left_under_every_key_one_can_guess_stop_no_work(store: Database) -> None:
    """Message numbers count from one and attempts to six: who reached Prefect's port could name each next run before us, ended already."""
    ask(store, 2)
    batch = claimed(store)
    release_unhandled(store, batch)
    come_round(store)
    numbers = ",".join(map(str, batch.ids))
    texts = [f"intake:{numbers}:{attempt}" for attempt in range(7)]
    forged = {*texts, *(hashlib.sha256(text.encode()).hexdigest() for text in texts)}

    async def start(flow: Flow[..., Any], parameters: dict[str, Any], key: str, report_run: ReportRun) -> RunState:
        await report_run("run")
        if key not in forged:  # an ended run's body is not run again
            held = parameters["batch"]
            await asyncio.to_thread(handle_messages, store, held["token"], held["jobs"]["route"], Work(), actor=flow_actor("intake"))
        return RunState.ENDED

    relay = Relay(store, start)
    relay.stop()
    assert asyncio.run(relay.turn("intake"))
    assert {m.state for m in messages(store)} == {MessageState.HANDLED}
    assert len(effects(store)) == 2
