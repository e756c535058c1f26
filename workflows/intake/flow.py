"""The flow of intake."""

from typing import Any

from prefect import flow

from workflows.delivery.job import job
from workflows.intake.route import expire_supplement, route_idea, unseal_idea

route = job("intake", "route", route_idea)
unseal = job("intake", "unseal", unseal_idea)
close_unanswered = job("intake", "expire_supplement", expire_supplement)


@flow(name="intake", persist_result=False)
async def intake(batch: dict[str, Any]) -> None:
    """What was submitted goes to the head of its unit, or past them where no permission is needed;
    what was sealed goes to its office once the call is over; what was asked to be completed and never was is closed."""
    await route(batch)
    await unseal(batch)
    await close_unanswered(batch)
