"""The flow of the pilot."""

from typing import Any

from prefect import flow

from workflows.delivery.job import job
from workflows.pilot.conclude import compute_result
from workflows.pilot.roll_out import roll_out_in_use
from workflows.pilot.start import start_pilot

roll_out = job("pilot", "roll_out", roll_out_in_use)
start = job("pilot", "start_pilot", start_pilot)
compute = job("pilot", "compute_result", compute_result)


@flow(name="pilot", persist_result=False)
async def pilot(batch: dict[str, Any]) -> None:
    """What is in use already counts as rolled out once it is determined; what is new starts its trial on its first day,
    and when the report is in, its result is computed for the verifier."""
    await roll_out(batch)
    await start(batch)
    await compute(batch)
