"""A relay writes down that it is there, and that Prefect answers, or does not."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from models.database import Database
from models.instants import wall_now
from models.outbox import ClockTick
from tests.workflows.delivery.outbox import store
from workflows.delivery.beat import beat
from workflows.delivery.keys import read_secret
from workflows.delivery.relay import Relay, RunState

__all__ = ["store"]


async def answers() -> bool:
    return True


async def is_silent() -> bool:
    return False


def read_tick(store: Database) -> ClockTick:
    with store.reading() as session:
        return session.exec(select(ClockTick)).one()


@pytest.mark.slow
def test_a_relay_is_seen_with_prefect_or_without(store: Database) -> None:
    read_secret(store)
    asyncio.run(beat(store, is_silent))
    seen = read_tick(store)
    assert seen.relay_at is not None
    assert wall_now() - seen.relay_at < timedelta(seconds=20)
    assert seen.prefect_at is None
    asyncio.run(beat(store, answers))
    assert read_tick(store).prefect_at is not None


@pytest.mark.slow
def test_a_running_relay_gives_a_sign_of_life_by_itself(store: Database) -> None:
    async def start(*_values: object) -> RunState:
        return RunState.ENDED

    async def run() -> None:
        relay = Relay(store, start, answers_and_stops)
        relays.append(relay)
        await relay.run()

    async def answers_and_stops() -> bool:
        relays[0].stop()
        return True

    relays: list[Relay] = []
    read_secret(store)
    asyncio.run(asyncio.wait_for(run(), 30))
    assert read_tick(store).prefect_at is not None
