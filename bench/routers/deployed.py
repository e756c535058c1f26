"""One deployment run an idea: a served flow, a process for each run, as Prefect's own first tutorial has it."""

import asyncio
import sys

from prefect import flow, serve
from prefect.client.orchestration import get_client
from prefect.deployments.flow_runs import arun_deployment

from bench.routers import answer_lines, route_one
from models.database import database

NAME, AT_ONCE, LOOK_SECONDS = "bench", 4, 0.2


@flow(name="route-one", persist_result=False)
async def route_in_a_run(number: int) -> None:
    """One idea."""
    with database().unit_of_work() as session:
        route_one(session, number)


async def route(numbers: list[int]) -> None:
    """Ask for a run an idea, all at once, and wait for the last to end."""
    async with get_client() as client:
        ask = [arun_deployment(f"route-one/{NAME}", client, parameters={"number": n}, timeout=0, as_subflow=False) for n in numbers]
        waiting = {run.id for run in await asyncio.gather(*ask)}
        while waiting:
            await asyncio.sleep(LOOK_SECONDS)
            for run in [await client.read_flow_run(id_) for id_ in waiting]:
                if run.state is not None and run.state.is_final():
                    if not run.state.is_completed():
                        raise RuntimeError(f"a run ended as {run.state.name}")
                    waiting.discard(run.id)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(route_in_a_run.to_deployment(name=NAME), limit=AT_ONCE)  # type: ignore[arg-type]
    else:
        answer_lines(lambda numbers: asyncio.run(route(numbers)))
