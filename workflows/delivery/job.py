"""What every stage's flow is made of: jobs, each done for many messages, one Prefect task per message or per chunk."""

import asyncio
from collections.abc import Callable
from typing import Any

from prefect import task

from models.database import database
from workflows.delivery.effects import Action, Outcome, handle_messages
from workflows.delivery.holders import Worker
from workflows.process.actors import flow_actor
from workflows.process.jobs import JOB_STEPS

MOST_SINGLE_TASKS = 20  # up to so many messages a task for each, so that each is seen by itself
CHUNK_SIZE = 50  # beyond, so many messages a task: Prefect's server digests about 60 task runs a second

MADE: set[str] = set()  # the names of the jobs that the loaded flows have

Work = Callable[[str, list[int]], Outcome]  # told the lease's token and the numbers of a chunk's messages


def job(topic: str, name: str, action: Action) -> "Job":
    """A job of a topic's flow that takes an action for each message, in the transaction of its acknowledgement."""
    if f"{topic}.{name}" not in JOB_STEPS:
        raise ValueError(f"{topic}.{name} is no job of the process")

    def work(token: str, ids: list[int]) -> Outcome:
        return handle_messages(database(), token, ids, action, actor=flow_actor(topic))

    return Job(name, work)


def require_every_job() -> None:
    """Raises ValueError where the process names a job that no loaded flow has: call it once all flows are loaded."""
    for job in JOB_STEPS:
        if job.partition(".")[2] not in MADE:
            raise ValueError(f"{job} is a job of no flow")


class Job:
    """A named job of a flow; awaiting it does its work for all messages the batch holds for it.

    Raises ValueError where the process names no such job.
    """

    def __init__(self, name: str, work: Work) -> None:
        if not any(job.partition(".")[2] == name for job in JOB_STEPS):
            raise ValueError(f"{name} is no job of the process")
        self.name, self.work = name, work
        MADE.add(name)

        @task(name=name, task_run_name=name, persist_result=False)
        async def handle_chunk(token: str, ids: list[int]) -> int:
            return (await asyncio.to_thread(work, token, ids)).handled

        self.task = handle_chunk

    async def __call__(self, batch: dict[str, Any]) -> int:
        """Do the batch's messages of this job; answers how many were handled."""
        ids: list[int] = batch["jobs"].get(self.name, [])
        size = 1 if len(ids) <= MOST_SINGLE_TASKS else CHUNK_SIZE
        chunks = [ids[start : start + size] for start in range(0, len(ids), size)]
        if ids:
            await asyncio.to_thread(Worker.adopt, batch["token"])
        at_once = asyncio.Semaphore(1 if database().is_sqlite else 4)

        async def run(chunk: list[int]) -> int:
            async with at_once:
                return await self.task(batch["token"], chunk)

        return sum(await asyncio.gather(*(run(chunk) for chunk in chunks)))
