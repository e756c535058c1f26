"""The relay with starters that misbehave: messages are given back, nothing is lost, no effect lands twice."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prefect import Flow
from sqlmodel import Session, col, select

from models.database import Database
from models.instants import wall_now
from models.outbox import Message, MessageState
from models.settings import settings
from tests.databases import Pattern
from workflows.delivery.effects import handle_messages
from workflows.delivery.relay import FLOWS, Relay, ReportRun, RunState
from workflows.process.actors import Actor, flow_actor
from workflows.process.journal import send

HANG_SECONDS = 60  # seconds until a hanging test is given up; no test waits for them


class Prefect:
    """A starter that keeps runs by key as Prefect does, and stumbles where `trouble` says so, one word for each start."""

    def __init__(self, store: Database, *trouble: str) -> None:
        self.store, self.trouble = store, list(trouble)
        self.runs: dict[str, str] = {}
        self.starts: list[tuple[str, str]] = []
        self.entered, self.released = asyncio.Event(), asyncio.Event()

    async def __call__(self, flow: Flow[..., Any], parameters: dict[str, Any], key: str, report_run: ReportRun) -> RunState:
        self.starts.append((flow.name, key))
        trouble = self.trouble.pop(0) if self.trouble else ""
        if flow.name == "clock":
            return RunState.ENDED
        if trouble == "refuses":
            raise ConnectionError
        run_id = self.runs.setdefault(key, f"run-{len(self.runs) + 1}")
        if trouble == "times out after creating":
            raise TimeoutError
        await report_run(run_id)
        batch = parameters["batch"]
        ids = [number for numbers in batch["jobs"].values() for number in numbers]
        if trouble in ("crashes half-way", "hangs, then crashes", "hangs"):
            await self._work(batch["token"], ids[: len(ids) // 2])
            if trouble.startswith("hangs"):
                self.entered.set()
                await self.released.wait()
            if trouble != "hangs":
                raise RuntimeError
        for _ in range(2 if trouble == "answers twice" else 1):
            await report_run(run_id)
            await self._work(batch["token"], ids)
        return RunState.ENDED

    async def _work(self, token: str, ids: list[int]) -> None:
        await asyncio.to_thread(handle_messages, self.store, token, ids, leave_a_trace, actor=flow_actor("intake"))


def leave_a_trace(session: Session, subject_id: str, /, *, actor: Actor) -> None:
    session.add(Message(topic="effect", job="done", subject_id=subject_id))


@pytest.fixture
def store(tmp_path: Path, migrated_pattern: Pattern) -> Iterator[Database]:
    database = Database(f"sqlite:///{shutil.copyfile(migrated_pattern.sqlite(), tmp_path / 'relay.db')}")
    yield database
    database.close()


def ask(store: Database, *subjects: str, topic: str = "intake") -> None:
    with store.unit_of_work() as session:
        for subject in subjects:
            send(session, f"{topic}.route", subject)


def read(store: Database, topic: str = "intake") -> list[Message]:
    with store.reading() as session:
        return list(session.exec(select(Message).where(Message.topic == topic).order_by(col(Message.id))))


def effects(store: Database) -> list[str]:
    return sorted(message.subject_id for message in read(store, "effect"))


def come_round(store: Database) -> None:
    past = wall_now() - timedelta(seconds=1)
    with store.unit_of_work() as session:
        session.execute(sa.update(Message).values(not_before=past, lease_until=past))


async def turn(store: Database, starter: Prefect, topic: str = "intake") -> bool:
    relay = Relay(store, starter)
    relay.stop()  # a single turn, without the rest after it
    async with asyncio.timeout(HANG_SECONDS):
        return await relay.turn(topic)


async def turn_until_nothing_waits(store: Database, starter: Prefect) -> None:
    while await turn(store, starter):
        come_round(store)


def test_a_turn_without_a_waiting_message_starts_nothing(store: Database) -> None:
    starter = Prefect(store)
    assert asyncio.run(turn(store, starter)) is False
    assert starter.starts == []


def test_a_run_takes_all_waiting_messages_of_its_topic_and_is_named_beside_them(store: Database) -> None:
    ask(store, "a", "b", "c")
    ask(store, "d", topic="review")
    starter = Prefect(store)
    assert asyncio.run(turn(store, starter)) is True
    assert [name for name, _ in starter.starts] == ["intake"]
    assert {(m.state, m.run_id) for m in read(store)} == {(MessageState.HANDLED, "run-1")}
    assert {m.state for m in read(store, "review")} == {MessageState.WAITING}
    assert effects(store) == ["a", "b", "c"]


def test_messages_that_no_run_was_started_for_are_given_back_without_an_attempt(store: Database) -> None:
    async def scene() -> None:
        ask(store, "a", "b")
        starter = Prefect(store, *["refuses"] * 20)
        for _ in range(20):
            assert await turn(store, starter)
            assert {(m.state, m.attempts, m.lease_token) for m in read(store)} == {(MessageState.WAITING, 0, None)}
            come_round(store)
        await turn_until_nothing_waits(store, starter)

    asyncio.run(scene())
    assert effects(store) == ["a", "b"]


def test_a_start_that_timed_out_after_creating_finds_its_run_again(store: Database) -> None:
    async def scene() -> Prefect:
        ask(store, "a", "b")
        starter = Prefect(store, "times out after creating", "times out after creating")
        for _ in range(3):
            await turn(store, starter)
            come_round(store)
        return starter

    starter = asyncio.run(scene())
    assert len(starter.runs) == 1
    assert effects(store) == ["a", "b"]


@pytest.mark.parametrize("trouble", ["crashes half-way", "hangs, then crashes"])
def test_what_a_crashed_run_left_undone_is_given_back_and_done_by_a_new_run(store: Database, trouble: str) -> None:
    async def scene() -> Prefect:
        ask(store, "a", "b", "c", "d")
        starter = Prefect(store, trouble)
        first = asyncio.create_task(turn(store, starter))
        if trouble.startswith("hangs"):
            await starter.entered.wait()
            assert {m.state for m in read(store)} == {MessageState.HANDLED, MessageState.CLAIMED}
            starter.released.set()
        await first
        assert effects(store) == ["a", "b"]
        assert [(m.state, m.attempts) for m in read(store)[2:]] == [(MessageState.WAITING, 1)] * 2
        come_round(store)
        await turn_until_nothing_waits(store, starter)
        return starter

    starter = asyncio.run(scene())
    assert effects(store) == ["a", "b", "c", "d"]
    assert len(starter.runs) == 2


def test_a_run_that_hangs_past_its_lease_is_overtaken_and_its_late_effects_do_not_land(store: Database) -> None:
    async def scene() -> None:
        ask(store, "a", "b", "c", "d")
        hanging = Prefect(store, "hangs")
        first = asyncio.create_task(turn(store, hanging))
        await hanging.entered.wait()
        come_round(store)  # the lease runs out while its holder still believes in it
        assert await turn(store, Prefect(store))
        assert effects(store) == ["a", "b", "c", "d"]
        hanging.released.set()
        await first

    asyncio.run(scene())
    assert effects(store) == ["a", "b", "c", "d"]
    assert {(m.state, m.attempts) for m in read(store)} == {(MessageState.HANDLED, 1), (MessageState.HANDLED, 2)}


def test_a_run_that_answers_twice_has_its_effects_once(store: Database) -> None:
    ask(store, "a", "b")
    asyncio.run(turn(store, Prefect(store, "answers twice")))
    assert effects(store) == ["a", "b"]


def test_a_run_that_ends_well_without_doing_its_work_counts_an_attempt_until_an_operator_is_asked(store: Database) -> None:
    async def idle(_flow: Flow[..., Any], _parameters: dict[str, Any], _key: str, report_run: ReportRun) -> RunState:
        await report_run("run")
        return RunState.ENDED

    async def scene() -> None:
        ask(store, "a")
        while await turn(store, idle):  # type: ignore[arg-type]
            come_round(store)

    asyncio.run(scene())
    (message,) = read(store)
    assert (message.state, message.attempts) == (MessageState.DEAD, settings().attempts)


def test_a_topic_whose_run_hangs_keeps_no_other_topic_waiting(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAGAS_POLL_SECONDS", "0.01")
    settings.cache_clear()

    async def scene() -> None:
        hanging, healthy = Prefect(store, "hangs"), Prefect(store)

        async def start(flow: Flow[..., Any], parameters: dict[str, Any], key: str, report_run: ReportRun) -> RunState:
            return await (hanging if flow.name == "intake" else healthy)(flow, parameters, key, report_run)

        ask(store, "held")
        relay = Relay(store, start)
        running = asyncio.create_task(relay.run())
        await hanging.entered.wait()
        others = [topic for topic in FLOWS if topic != "intake"]
        for topic in others:
            ask(store, topic, topic=topic)
        async with asyncio.timeout(HANG_SECONDS):
            while len(effects(store)) < len(others):  # noqa: ASYNC110 - the effects lie in a database
                await asyncio.sleep(0.01)
        assert effects(store) == sorted(others)
        relay.stop()
        hanging.released.set()
        async with asyncio.timeout(HANG_SECONDS):
            await running

    asyncio.run(scene())


def test_stopping_finishes_the_runs_under_way_and_starts_no_more(store: Database) -> None:
    async def scene() -> None:
        ask(store, "a", "b")
        starter = Prefect(store)
        starter.trouble = ["hangs", "hangs"]  # one may go to the clock, which passes it by
        relay = Relay(store, starter)
        running = asyncio.create_task(relay.run())
        await starter.entered.wait()
        relay.stop()
        ask(store, "too late")
        await asyncio.sleep(0.05)
        assert not running.done()
        starter.released.set()
        async with asyncio.timeout(HANG_SECONDS):
            await running

    asyncio.run(scene())
    assert effects(store) == ["a", "b"]
    assert [m.state for m in read(store)][-1] == MessageState.WAITING


@pytest.mark.parametrize("still", [False, True])
def test_the_clock_is_run_and_a_clock_that_fails_is_run_again(
    store: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, still: bool
) -> None:
    """Also where the region's time stands still, as in the demo: Prefect may answer later than the relay starts."""
    monkeypatch.setenv("GAGAS_TICK_SECONDS", "0.01")
    (tmp_path / "clock").write_text("2026-01-05T09:00:00+07:00")
    if still:
        monkeypatch.setenv("GAGAS_CLOCK", f"test:{tmp_path / 'clock'}")
    settings.cache_clear()
    keys: list[str] = []

    async def scene() -> None:
        async def start(flow: Flow[..., Any], _parameters: dict[str, Any], key: str, _report_run: ReportRun) -> RunState:
            assert flow.name == "clock"
            keys.append(key)
            if len(keys) == 3:
                relay.stop()
            raise ConnectionError

        relay = Relay(store, start)
        async with asyncio.timeout(HANG_SECONDS):
            await relay.run()

    asyncio.run(scene())
    assert len(set(keys)) == 3
