"""The cluster: the same flows as deployments on a Prefect work pool, the starter that leaves a batch to the pool's workers, and the
process that a worker starts for one."""

import asyncio
import runpy
import sys
import time
import warnings
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import StateType
from prefect.deployments.flow_runs import arun_deployment
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound, PrefectHTTPStatusError
from prefect.flow_engine import run_flow_async
from prefect.states import Cancelled
from prefect.types.entrypoint import EntrypointType

from models.database import database
from models.settings import settings
from workflows.delivery.clock import clock
from workflows.delivery.due import has_ticked_lately
from workflows.delivery.holders import Worker
from workflows.delivery.relay import FLOWS, Relay, RunNotBegun, RunState, create_run, run_name, start_in_process

NAME = "gagas"
POLL_SECONDS = 0.5
LEASES_TO_BEGIN = 0.75  # how much of a lease a run has to be begun in, until it is cancelled
NOT_BEGUN = {StateType.SCHEDULED, StateType.PENDING}  # pending: a worker has it, its process is starting
ENDED_BADLY = {StateType.CRASHED, StateType.FAILED, StateType.CANCELLED}


class NotDeployed(Exception):
    """Prefect does not know the flows: run `gagas deploy`."""


async def register(pool: str) -> list[str]:
    """Make the work pool, if there is none, and every flow's deployment on it; answers the deployments' names.

    Workers import the flows from the package installed beside them: there is no image to build and no storage to fill. The clock gets
    no schedule: Prefect would pile up a run for every missed tick, and a process every half minute costs more than the clock's work, so
    the relay runs the clock; its deployment is there to be run by hand.
    """
    from prefect.workers.process import ProcessWorker  # brings the runner, which neither the relay nor a flow's process needs

    async with get_client() as client:
        template = ProcessWorker.get_default_base_job_template()
        with suppress(ObjectAlreadyExists):
            await client.create_work_pool(WorkPoolCreate(name=pool, type="process", base_job_template=template))
    deployments = [await _describe(flow) for flow in (*FLOWS.values(), clock)]
    for deployment in deployments:
        await deployment.aapply(work_pool_name=pool)
    return [deployment.full_name for deployment in deployments]


class PoolStarter:
    """The cluster's starter: a run for the pool's workers; it returns when one of them has begun it, not when it has ended.

    A run's key is the lease's token, as its parameters hold the token too: whatever is asked again under it is the very same run. The
    lease counts from the work's begin, since a busy machine may take a minute to start a process. A run that nobody has begun after
    three quarters of a lease is cancelled, so that none spends a process on it later; the topic's next may take twice as long, or a
    machine on which every start is slow would never come to its work. Raises RunNotBegun for a cancelled run.
    """

    def __init__(self) -> None:
        self._leases_to_begin: dict[str, float] = {}

    async def __call__(
        self, flow: Flow[..., Any], parameters: dict[str, Any], key: str, report_run: Callable[[str], Awaitable[None]]
    ) -> RunState:
        """Start a run of the flow; the clock's is done here."""
        if flow is clock:
            await _run_clock_once(key, report_run)
            return RunState.ENDED
        async with get_client() as client:
            run_id = await _create_on_pool(client, flow, parameters, parameters["batch"].get("token", key))
            leases = self._leases_to_begin.pop(flow.name, LEASES_TO_BEGIN)
            try:
                state = await _await_begin(client, run_id, leases, report_run)
            except RunNotBegun:
                self._leases_to_begin[flow.name] = LEASES_TO_BEGIN * 2
                raise
        return RunState.ENDED if state in ENDED_BADLY else RunState.UNDER_WAY  # what ended badly is not held until its lease is over


async def run_further_batches(topic: str) -> None:
    """Do what has come for the topic meanwhile, each batch a run of its own, for at most a lease's time.

    A process costs its worker seconds before its first message, and a document alone makes three messages in a row.
    """
    relay = Relay(database(), start_in_process)
    relay.stop()  # no rest between turns
    until = time.monotonic() + settings().lease_seconds
    await relay.look_for_dead()
    try:
        while time.monotonic() < until and await relay.turn(topic):
            pass
    finally:
        relay.holder.close()


async def _run_clock_once(key: str, report_run: Callable[[str], Awaitable[None]]) -> None:
    """The clock's run, here; where several relays run, the first in an interval does it for all."""
    if await asyncio.to_thread(has_ticked_lately, database()):
        return
    async with get_client() as client:
        run = await create_run(client, clock, {}, key)
    await report_run(str(run.id))
    await run_flow_async(clock, flow_run=run, parameters={})


async def _create_on_pool(client: PrefectClient, flow: Flow[..., Any], parameters: dict[str, Any], key: str) -> UUID:
    try:
        run = await arun_deployment(
            f"{flow.name}/{NAME}",
            client=client,
            parameters=parameters,
            timeout=0,
            flow_run_name=run_name(flow, parameters),
            as_subflow=False,
            idempotency_key=key,
            tags=[NAME],
        )
    except ObjectNotFound as unknown:
        raise NotDeployed from unknown
    return run.id


async def _await_begin(client: PrefectClient, run_id: UUID, leases: float, report_run: Callable[[str], Awaitable[None]]) -> StateType:
    """Wait so many leases for a worker to begin the run, and answer its state; the lease is renewed meanwhile, and when it begins."""
    state, lease = StateType.SCHEDULED, settings().lease_seconds
    until, renew_at = time.monotonic() + lease * leases, 0.0
    while time.monotonic() < until:
        if time.monotonic() >= renew_at:
            await report_run(str(run_id))
            renew_at = time.monotonic() + lease / 2
        await asyncio.sleep(POLL_SECONDS)
        with suppress(httpx.HTTPError, PrefectHTTPStatusError):  # Prefect is away for a moment: the run is none the worse for it
            state = (await client.read_flow_run(run_id)).state_type or state
        if state not in NOT_BEGUN:
            await report_run(str(run_id))
            return state
    with suppress(httpx.HTTPError, PrefectHTTPStatusError, TimeoutError):
        async with asyncio.timeout(10):
            await client.set_flow_run_state(run_id, Cancelled(message="nobody began it"), force=True)
    raise RunNotBegun


async def _describe(flow: Flow[..., Any]) -> RunnerDeployment:
    return await flow.ato_deployment(
        NAME,
        entrypoint_type=EntrypointType.MODULE_PATH,
        tags=[NAME],
        job_variables={"command": f"{sys.executable} -m {__spec__.name} {flow.name}"},
    )


if __name__ == "__main__":
    _, topic = sys.argv
    sys.argv = ["prefect.engine"]
    Worker.begin(database())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # that the engine was imported before: its functions are, its state is not
        runpy.run_module("prefect.engine", run_name="__main__")  # the run that Prefect names in this process' surroundings
    if topic in FLOWS:
        asyncio.run(run_further_batches(topic))
