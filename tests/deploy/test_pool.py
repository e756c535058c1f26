"""What the relay makes of a pool's answers, and which settings a pool refuses."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow
from pydantic import ValidationError
from sqlmodel import select

from models.database import Database
from models.migrations import migrate
from models.outbox import Message, MessageState
from models.settings import Settings, settings
from workflows.facts import send
from workflows.relay import ELSEWHERE, NotTakenUp, Relay

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

    async def __call__(
        self, _flow: Flow[..., Any], _parameters: dict[str, Any], key: str, note: Callable[[str], Awaitable[None]]
    ) -> str | None:
        self.keys.append(key)
        await note("run")
        if not self.takes:
            raise NotTakenUp
        return ELSEWHERE


def turn(store: Database, pool: Pool) -> Message:
    """One turn of a relay that was told to stop, so that it rests nowhere; answers the one message."""
    with store.unit_of_work() as session:
        send(session, "intake.route", "an idea")
    relay = Relay(store, pool)
    relay.stop()
    assert asyncio.run(relay.turn("intake"))
    with store.reading() as session:
        return session.exec(select(Message)).one()


def test_messages_whose_run_is_elsewhere_stay_held(store: Database) -> None:
    message = turn(store, Pool(takes=True))
    assert (message.state, message.run_id, message.attempts) == (MessageState.CLAIMED, "run", 1)
    assert message.lease_token
    assert not asyncio.run(Relay(store, Pool(takes=True)).turn("intake"))


def test_messages_whose_run_no_worker_took_go_back_without_an_attempt(store: Database) -> None:
    message = turn(store, Pool(takes=False))
    assert (message.state, message.attempts, message.lease_token) == (MessageState.WAITING, 0, None)


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
