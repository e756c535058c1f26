"""Ours: the relay claims, Prefect keeps run and tasks, the flow's own step works; `single` commits idea by idea, `shipped` by chunk."""

import asyncio
import sys
from collections.abc import Iterable

from prefect.context import AsyncClientContext, SyncClientContext

import workflows.flow
from bench.routers import answer_lines
from models.database import Database, database
from workflows.actors import Actor
from workflows.claims import Job, Outcome, handle
from workflows.relay import Relay, start_in_process


def handle_one_by_one(store: Database, token: str, ids: Iterable[int], job: Job, *, actor: Actor) -> Outcome:
    """A chunk's messages, each with a commit of its own."""
    return sum((handle(store, token, [number], job, actor=actor) for number in ids), Outcome())


def main() -> None:
    """Turn until nothing waits; the event loop and Prefect's client stay, as they do in a relay that runs."""
    if sys.argv[1] == "single":
        vars(workflows.flow)["handle"] = handle_one_by_one
    relay = Relay(database(), start_in_process)
    relay.stop()  # no rest between turns
    with asyncio.Runner() as runner:

        async def turn() -> None:
            with SyncClientContext():
                async with AsyncClientContext():
                    while await relay.turn("intake"):
                        pass

        answer_lines(lambda _numbers: runner.run(turn()))


if __name__ == "__main__":
    main()
