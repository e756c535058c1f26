"""Ways to route the same ideas, each a process that is told message numbers by line and answers with the processor time it took."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

import models.tables  # noqa: F401  a process of its own knows every table first
from models.instants import now
from models.outbox import Message, MessageState
from workflows.intake.route import route_idea
from workflows.process.actors import flow_actor


def route_one(session: Session, number: int) -> None:
    """The three effects that every way has in one transaction: the idea moved, the ledger's entry, the message handled."""
    message = session.get_one(Message, number)
    route_idea(session, message.subject_id, actor=flow_actor("intake"))
    message.state, message.handled_at = MessageState.HANDLED, now()
    session.flush()


def answer_lines(route: Callable[[list[int]], Any]) -> None:
    """Say `ready`; for each line of numbers, route those messages and print the seconds of processor time; end with the input."""
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        numbers = json.loads(line)
        begun = time.process_time()
        route(numbers)
        print(json.dumps(time.process_time() - begun), file=out, flush=True)
