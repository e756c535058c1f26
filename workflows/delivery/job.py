"""What every stage's flow is made of: a step does one job for many messages, one task per message or per chunk."""

import asyncio
from collections.abc import Callable
from typing import Any

from prefect import task

from models.database import database
from workflows.delivery.claims import Job, Outcome, handle
from workflows.process.actors import flow_actor

FEW = 20  # up to here one task per message, so that each is seen by itself
CHUNK = 50  # beyond, so many messages a task: Prefect's server digests about 60 task runs a second

Work = Callable[[str, list[int]], Outcome]


def step(topic: str, name: str, job: Job) -> "Step":
    """A step of a topic's flow that does a job in the transaction of its acknowledgement."""

    def work(token: str, ids: list[int]) -> Outcome:
        return handle(database(), token, ids, job, actor=flow_actor(topic))

    return Step(name, work)


class Step:
    """A named step; awaiting it does its work for all messages the batch holds for it."""

    def __init__(self, name: str, work: Work) -> None:
        self.name, self.work = name, work

        @task(name=name, task_run_name=name, persist_result=False)
        async def handle_messages(token: str, ids: list[int]) -> int:
            return (await asyncio.to_thread(work, token, ids)).handled

        self.task = handle_messages

    async def __call__(self, batch: dict[str, Any]) -> int:
        """Handle the batch's messages of this step; answers how many were handled."""
        ids: list[int] = batch["jobs"].get(self.name, [])
        size = 1 if len(ids) <= FEW else CHUNK
        chunks = [ids[start : start + size] for start in range(0, len(ids), size)]
        gate = asyncio.Semaphore(1 if database().is_sqlite else 4)

        async def run(chunk: list[int]) -> int:
            async with gate:
                return await self.task(batch["token"], chunk)

        return sum(await asyncio.gather(*(run(chunk) for chunk in chunks)))
