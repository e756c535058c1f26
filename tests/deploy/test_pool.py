"""What the relay makes of a pool's answers, what the starter makes of a worker's, and which settings a pool refuses."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.states import Crashed, Pending, Running, State
from pydantic import ValidationError
from sqlmodel import select

from models.database import Database
from models.ids import new_id
from models.instants import wall_now
from models.migrations import migrate
from models.outbox import ClockTick, Message, MessageState
from models.settings import Settings, settings
from tests.workflows.delivery.prefect_server import PrefectServer
from workflows.delivery.claims import claim_batch, name_run
from workflows.delivery.deployment import LEASES_TO_BEGIN, PoolStarter, register
from workflows.delivery.due import has_ticked_lately
from workflows.delivery.relay import Relay, ReportRun, RunNotBegun, RunState
from workflows.intake.flow import intake
from workflows.process.journal import send

POSTGRES = "postgresql+psycopg://gagas@127.0.0.1/gagas"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database, and a relay that does not let messages gather."""
    monkeypatch.setenv("GAGAS_GATHER_SECONDS", "0")
    settings.cache_clear()
    database = Database(f"sqlite:///{tmp_path / 'pool.db'}")
    migrate(database)
    yield database
    database.close()


class Pool:
    """A starter as the cluster's: it names a run and answers at once, or says that no worker took it."""

    def __init__(self, *, takes: bool) -> None:
        self.takes, self.keys = takes, list[str]()

    async def __call__(self, _flow: Flow[..., Any], _parameters: dict[str, Any], key: str, report_run: ReportRun) -> RunState:
        self.keys.append(key)
        await report_run("run")
        if not self.takes:
            raise RunNotBegun
        return RunState.UNDER_WAY


def turn(store: Database, pool: Pool) -> Message:
    """One turn of a relay that was told to stop, so that it rests nowhere; answers the one message."""
    with store.unit_of_work() as session:
        send(session, "intake.route", "an idea")
    relay = Relay(store, pool)
    relay.stop()
    assert asyncio.run(relay.turn("intake"))
    return only_message(store)


def only_message(store: Database) -> Message:
    """The one message there is."""
    with store.reading() as session:
        return session.exec(select(Message)).one()


def test_messages_whose_run_is_under_way_stay_claimed(store: Database) -> None:
    message = turn(store, Pool(takes=True))
    assert (message.state, message.run_id, message.attempts) == (MessageState.CLAIMED, "run", 1)
    assert message.lease_token
    assert not asyncio.run(Relay(store, Pool(takes=True)).turn("intake"))


def test_messages_whose_run_no_worker_began_are_given_back_without_an_attempt(store: Database) -> None:
    message = turn(store, Pool(takes=False))
    assert (message.state, message.attempts, message.lease_token) == (MessageState.WAITING, 0, None)


def test_a_lease_counts_from_the_begin_of_the_work(store: Database) -> None:
    """A busy machine may take a minute to start a run's process: that minute is not the work's."""
    with store.unit_of_work() as session:
        send(session, "intake.route", "an idea")
    batch = claim_batch(store, "intake")
    assert batch
    claimed = only_message(store).lease_until
    name_run(store, batch, "run")
    begun = only_message(store).lease_until
    assert claimed
    assert begun
    assert begun > claimed


@pytest.mark.parametrize(("ago", "lately"), [(1, True), (29, False), (-172_800, False)])
def test_where_several_relays_tick_one_look_an_interval_does_and_none_from_a_day_that_never_came(
    store: Database, ago: int, lately: bool
) -> None:
    """The clock was two days ahead and is set right: the other relay's looks of those days keep nobody from looking."""
    with store.unit_of_work() as session:
        session.get_one(ClockTick, 1).ticked_at = wall_now() - timedelta(seconds=ago)
    assert has_ticked_lately(store) is lately


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize(
    ("worker_says", "outcome", "last_state"),
    [
        ((), RunNotBegun, "CANCELLED"),  # no worker at all
        ((Pending(),), RunNotBegun, "CANCELLED"),  # taken by a worker whose process never starts
        ((Pending(), Running()), RunState.UNDER_WAY, "RUNNING"),
        ((Pending(), Crashed()), RunState.ENDED, "CRASHED"),
    ],
)
def test_a_run_is_waited_for_until_its_work_begins_and_cancelled_if_it_never_does(
    prefect_server: PrefectServer, lease: float, worker_says: tuple[State, ...], outcome: Any, last_state: str
) -> None:
    report, took = asyncio.run(start_and_answer(worker_says))
    (run,) = prefect_server.runs({report.run_id}).values()
    assert report.outcome == outcome
    assert run["state_type"] == last_state
    if outcome is RunNotBegun:
        assert took >= lease * LEASES_TO_BEGIN
    else:
        assert report.times == 2, "named when it was made, and again when its work began, from when its lease counts"


@pytest.mark.server
@pytest.mark.slow
def test_after_a_start_that_was_too_slow_the_next_may_take_twice_as_long(prefect_server: PrefectServer, lease: float) -> None:
    starter = PoolStarter()
    _, first = asyncio.run(start_and_answer((Pending(),), starter))
    report, second = asyncio.run(start_and_answer((Pending(),), starter))
    assert lease * LEASES_TO_BEGIN <= first < lease * LEASES_TO_BEGIN * 2 <= second
    assert report.times > 2, "held meanwhile, though it takes longer than a lease"


@pytest.fixture
def lease(monkeypatch: pytest.MonkeyPatch) -> Iterator[float]:
    """A lease that a test can wait for, in seconds."""
    monkeypatch.setenv("GAGAS_LEASE_SECONDS", "8")
    settings.cache_clear()
    yield settings().lease_seconds
    settings.cache_clear()


@dataclass
class Report:
    """What a starter reported of its run, how often, and how it returned."""

    run_id: str = ""
    times: int = 0
    outcome: Any = None


async def start_and_answer(worker_says: tuple[State, ...], starter: PoolStarter | None = None) -> tuple[Report, float]:
    """Start a run on a pool on which the test itself is the worker; answers the report and the seconds it took."""
    await register("gagas")
    report, began = Report(), time.monotonic()

    async def report_run(run_id: str) -> None:
        report.run_id, report.times = run_id, report.times + 1
        if report.times == 1:
            async with get_client() as client:
                for state in worker_says:
                    await client.set_flow_run_state(UUID(run_id), state, force=True)

    try:
        report.outcome = await (starter or PoolStarter())(intake, {"batch": {"token": new_id(), "jobs": {"route": [1]}}}, "key", report_run)
    except RunNotBegun:
        report.outcome = RunNotBegun
    return report, time.monotonic() - began


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ({"database_url": ""}, "GAGAS_DATABASE_URL"),
        ({"data": Path("data")}, "GAGAS_DATA as a full path"),
        ({"lease_seconds": 5}, "GAGAS_LEASE_SECONDS"),
    ],
)
def test_a_pool_refuses_what_its_workers_cannot_live_with(wrong: dict[str, Any], remedy: str) -> None:
    right: dict[str, Any] = {"work_pool": "gagas", "database_url": POSTGRES, "data": Path("/var/lib/gagas"), "lease_seconds": 120}
    assert Settings(**right).work_pool == "gagas"
    with pytest.raises(ValidationError, match=remedy):
        Settings(**(right | wrong))
