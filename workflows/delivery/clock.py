"""The clock: one scheduled flow that finds what has fallen due and leaves the work to the stages' flows."""

import asyncio

from prefect import flow, task

from models.database import database
from workflows.delivery.due import find_due, recount_dates
from workflows.process.crashpoints import crashpoint


@task(name="find_due", persist_result=False)
async def find_due_and_commit() -> None:
    """Count dates anew where the calendar changed, some at a time, then find everything that is due and put it into the outbox."""

    def recount() -> bool:
        with database().unit_of_work() as session:
            return recount_dates(session)

    def run() -> None:
        while recount():
            continue
        with database().unit_of_work() as session:
            find_due(session)
            crashpoint("in_clock_before_commit")

    await asyncio.to_thread(run)


@flow(name="clock", persist_result=False)
async def clock() -> None:
    """Counts dates anew, closes calls, ends roles, passes due dates, starts pilots, announces awards, ranks contests, passes up, asks for
    digests, forgets."""
    await find_due_and_commit()
