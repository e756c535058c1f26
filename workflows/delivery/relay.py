"""The relay: from a waiting outbox message to a flow run, one run per topic and turn."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import FlowRunCreate
from prefect.client.schemas.objects import FlowRun
from prefect.context import AsyncClientContext
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.flow_engine import run_flow_async

from models.database import Database
from models.ids import new_secret
from models.instants import now
from models.settings import settings
from workflows.delivery.beat import BEAT_SECONDS, Ask, beat
from workflows.delivery.claims import claim_batch, hand_over, name_run, release_unhandled, release_unstarted
from workflows.delivery.clock import clock
from workflows.delivery.holders import Holder, take_back
from workflows.delivery.job import require_every_job
from workflows.delivery.keys import idempotency_key, read_secret
from workflows.intake.flow import intake
from workflows.pilot.flow import pilot
from workflows.recognition.flow import recognition
from workflows.review.flow import review
from workflows.reward.flow import reward

FLOWS: dict[str, Flow[..., Any]] = {"intake": intake, "review": review, "pilot": pilot, "reward": reward, "recognition": recognition}
require_every_job()  # at the start, not when the first message finds nobody
PAUSE_AFTER_NO_START_SECONDS = 2.0
LOOK_FOR_DEAD_SECONDS = 2.0
PREFECT_AWAY = (httpx.TransportError, PrefectHTTPStatusError, ObjectNotFound)  # its fault, not the messages': no attempt of theirs counts

log = logging.getLogger("gagas.relay")


class RunState(StrEnum):
    """How a run stands when its starter returns: ended, or under way at a worker, which keeps its messages until their lease is over."""

    ENDED = "ended"
    UNDER_WAY = "under_way"


class RunNotBegun(Exception):
    """The run exists, yet nobody began it: its messages are given back, no attempt counted."""


ReportRun = Callable[[str], Awaitable[None]]  # told the run's id: when it exists, and again when its work begins
# A starter makes sure that a run of the flow with these parameters exists under this key.
Starter = Callable[[Flow[..., Any], dict[str, Any], str, ReportRun], Awaitable[RunState]]


class Relay:
    """Turns waiting messages into flow runs until it is told to stop; each topic has its own turns, so none waits for another."""

    def __init__(self, store: Database, starter: Starter, prefect_answers: Ask | None = None) -> None:
        self.store, self.starter, self.holder, self._prefect_answers = store, starter, Holder(store), prefect_answers
        self._secret = ""
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Take back what dead relays held, then serve every topic and the clock until `stop`; runs under way are finished first."""
        try:
            await self.look_for_dead()
            await asyncio.gather(self._run_clock(), self._keep_looking(), self._keep_beating(), *(self._serve(topic) for topic in FLOWS))
        finally:
            self.holder.close()

    def stop(self) -> None:
        """Start nothing more."""
        self.stopping.set()

    async def turn(self, topic: str) -> bool:
        """One turn: claim a batch, start its run, see it through. Answers whether there was anything to do."""
        batch = await asyncio.to_thread(claim_batch, self.store, topic, self.holder.id)
        if batch is None:
            return False
        self._secret = self._secret or await asyncio.to_thread(read_secret, self.store)
        exists = False

        async def report_run(run_id: str) -> None:
            nonlocal exists
            exists = True
            await asyncio.to_thread(name_run, self.store, batch, run_id)

        try:
            parameters = {"batch": {"token": batch.token, "jobs": batch.jobs}}
            async with asyncio.timeout(settings().lease_seconds * 2):  # a run that hangs is fenced off by its lease: let the topic go on
                state = await self.starter(FLOWS[topic], parameters, idempotency_key(batch, self._secret), report_run)
        except Exception as fault:  # Prefect away, or a run that crashed: the messages are given back
            log.warning("%s: %s", topic, type(fault).__name__)
            begun = exists and not isinstance(fault, (RunNotBegun, *PREFECT_AWAY))
            await asyncio.to_thread(release_unhandled if begun else release_unstarted, self.store, batch)
            if not begun:
                await self._pause(PAUSE_AFTER_NO_START_SECONDS)
            return True
        if state == RunState.ENDED:
            await asyncio.to_thread(release_unhandled, self.store, batch)
            return True
        await asyncio.to_thread(hand_over, self.store, batch, self.holder.id)
        if len(batch.ids) < settings().batch_size:  # a run costs its worker a process: let the next one find more to do
            await self._pause(settings().gather_seconds)
        return True

    async def look_for_dead(self) -> None:
        """Be known as alive, and take back at once what those held who are not: a lease is for those that hang."""
        try:
            await asyncio.to_thread(self.holder.keep)
            await asyncio.to_thread(take_back, self.store)
        except Exception as fault:  # the database is away: the lease must do meanwhile
            log.warning("holders: %s", type(fault).__name__)

    async def _keep_looking(self) -> None:
        while not self.stopping.is_set():
            await self._pause(LOOK_FOR_DEAD_SECONDS)
            await self.look_for_dead()

    async def _keep_beating(self) -> None:
        while self._prefect_answers is not None and not self.stopping.is_set():
            pause = BEAT_SECONDS
            try:
                pause = await beat(self.store, self._prefect_answers)
            except Exception as fault:  # the database is away: whoever looks sees no sign of life
                log.warning("beat: %s", type(fault).__name__)
            await self._pause(pause)

    async def _serve(self, topic: str) -> None:
        while not self.stopping.is_set():
            try:
                busy = await self.turn(topic)
            except Exception as fault:  # the database is away: look again shortly
                log.warning("%s: %s", topic, type(fault).__name__)
                busy = False
            if not busy:
                await self._pause(settings().poll_seconds)

    async def _run_clock(self) -> None:
        async def ignore(_run_id: str) -> None:
            return

        last: datetime | None = None
        while not self.stopping.is_set():
            try:
                present = now()
                if present == last:  # a test clock that stands still: nothing new can be due
                    await self._pause(settings().tick_seconds)
                    continue
                await self.starter(clock, {}, new_secret(), ignore)
                last = present
            except Exception as fault:  # a missed tick is caught up by the next
                log.warning("clock: %s", type(fault).__name__)
            await self._pause(settings().tick_seconds)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return


async def start_in_process(flow: Flow[..., Any], parameters: dict[str, Any], key: str, report_run: ReportRun) -> RunState:
    """The embedded starter: a run at the local Prefect server, executed here; run names hold the stage and a number only."""
    async with AsyncClientContext.get_or_create() as context:
        run = await create_run(context.client, flow, parameters, key)
        await report_run(str(run.id))
        await run_flow_async(flow, flow_run=run, parameters=parameters)
        return RunState.ENDED


async def create_run(client: PrefectClient, flow: Flow[..., Any], parameters: dict[str, Any], key: str) -> FlowRun:
    """The flow run that bears this key, made if there is none yet."""
    flow_id: UUID = await client.create_flow(flow)
    wanted = FlowRunCreate(
        flow_id=flow_id,
        name=run_name(flow, parameters),
        parameters=flow.serialize_parameters(parameters),
        idempotency_key=key,
        tags=["gagas"],
    )
    response = await client.request("POST", "/flow_runs/", json=wanted.model_dump(mode="json", exclude_unset=True))
    response.raise_for_status()
    return FlowRun.model_validate(response.json())


def run_name(flow: Flow[..., Any], parameters: dict[str, Any]) -> str:
    """A run's name: the stage and its first message's number, as Prefect's pages must tell nothing more."""
    jobs = parameters.get("batch", {}).get("jobs", {})
    first = min((min(ids) for ids in jobs.values()), default=0)
    return f"{flow.name}-{first}" if first else flow.name
