"""Relays in processes of their own, as in a cluster: none gets a message that another holds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from models.database import Database
from models.outbox import Message, MessageState
from workflows.process.journal import send

pytestmark = pytest.mark.slow

COUNT, CLAIMERS = 60, 3
CLAIM = """
import json, sys
from models.database import Database
from workflows.delivery.claims import claim_batch
store, taken, misses = Database(sys.argv[1]), [], 0
print("ready", flush=True)
sys.stdin.readline()
while misses < 5:
    batch = claim_batch(store, "intake")
    misses = misses + 1 if batch is None else 0
    taken += batch.ids if batch else []
print(json.dumps(taken))
"""


def test_processes_that_claim_at_once_share_the_messages_and_hold_none_twice(migrated_url: str) -> None:
    store = Database(migrated_url)
    with store.unit_of_work() as session:
        for number in range(COUNT):
            send(session, "intake.route", f"idea-{number:03}")
    environment = {**os.environ, "GAGAS_BATCH_SIZE": "3"}
    command = [sys.executable, "-c", CLAIM, migrated_url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": Path(__file__).parents[3], "env": environment}
    claimers = [subprocess.Popen(command, **pipes) for _ in range(CLAIMERS)]  # type: ignore[call-overload]
    for claimer in claimers:
        assert claimer.stdout.readline() == "ready\n"
    for claimer in claimers:
        claimer.stdin.write("go\n")
        claimer.stdin.flush()
    taken = [json.loads(claimer.communicate(timeout=100)[0]) for claimer in claimers]
    print(f"shares of {COUNT}: {sorted(len(part) for part in taken)}")
    with store.reading() as session:
        messages = session.exec(select(Message)).all()
    store.close()
    assert sorted(number for part in taken for number in part) == sorted(message.id or 0 for message in messages)
    assert {(message.state, message.attempts) for message in messages} == {(MessageState.CLAIMED, 1)}
