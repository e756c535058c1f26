"""Ours: the relay claims, Prefect keeps run and tasks, the flow's own job works; `single` commits idea by idea, `shipped` by chunk."""

import asyncio
import sys
import time
from collections.abc import Iterable

from prefect.context import AsyncClientContext, SyncClientContext
from sqlmodel import col, select

import workflows.delivery.job
from bench.routers import answer_lines
from models.database import Database, database
from models.outbox import Message, MessageState
from workflows.delivery.effects import Action, Outcome, handle_messages
from workflows.delivery.relay import Relay, start_in_process
from workflows.process.actors import Actor


def handle_one_by_one(store: Database, token: str, ids: Iterable[int], action: Action, *, actor: Actor) -> Outcome:
    """A chunk's messages, each with a commit of its own."""
    return sum((handle_messages(store, token, [number], action, actor=actor) for number in ids), Outcome())


def anything_left(store: Database, numbers: list[int]) -> bool:
    """Whether one of the messages is not handled yet; a short rest before, for what Prefect turned away comes back after a pause."""
    time.sleep(0.02)
    with store.reading() as session:
        waiting = select(Message.id).where(col(Message.id).in_(numbers), Message.state != MessageState.HANDLED).limit(1)
        return session.exec(waiting).first() is not None


def main() -> None:
    """Turn until all of them are handled, by whichever relay; the event loop and Prefect's client stay, as in a relay that runs."""
    if sys.argv[1] == "single":
        vars(workflows.delivery.job)["handle_messages"] = handle_one_by_one
    relay = Relay(database(), start_in_process)
    relay.stop()  # no rest between turns
    with asyncio.Runner() as runner:

        async def turn(numbers: list[int]) -> None:
            with SyncClientContext():
                async with AsyncClientContext():
                    while await relay.turn("intake") or await asyncio.to_thread(anything_left, relay.store, numbers):
                        pass

        answer_lines(lambda numbers: runner.run(turn(numbers)))


if __name__ == "__main__":
    main()
