"""Two hundred people at once, a minute before the call closes: nobody waits in vain, nothing confirmed is lost."""

import asyncio
import re
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from models.ideas import Idea
from models.ledger import LedgerEntry
from models.outbox import Message
from tests.building import SECTIONS, Town
from workflows.calculations.ledger import ChainEntry, verify_chain

CLIENTS = 200
WHO = ("lead", "mate", "stranger", "head", "chair", "walker", "owner", "operator")


async def submit(client: httpx.AsyncClient, town: Town, call: str, number: int) -> list[tuple[int, dict[str, Any]]]:
    """Draft, submit, look: as one person would."""
    person, answers = town[WHO[number % len(WHO)]], []
    body = {"call_id": call, "title": f"Usulan {number}", "sections": SECTIONS}
    drafted = await client.post("/ideas", json=body, headers={**person.headers, "Idempotency-Key": uuid.uuid4().hex})
    answers.append((drafted.status_code, drafted.json()))
    if drafted.status_code == 201:
        idea = f"/ideas/{drafted.json()['id']}"
        for answer in (
            await client.post(f"{idea}/submission", headers={**person.headers, "Idempotency-Key": uuid.uuid4().hex}),
            await client.get(idea, headers=person.headers),
        ):
            answers.append((answer.status_code, answer.json()))
    return answers


async def rush(address: str, town: Town, call: str) -> list[list[tuple[int, dict[str, Any]]]]:
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=200) as client:
        return await asyncio.gather(*(submit(client, town, call, number) for number in range(CLIENTS)))


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.xdist_group("served")
def test_two_hundred_at_once_all_hand_in_nothing_is_lost_and_every_job_waits(served_town: tuple[Town, str, Path]) -> None:
    town, address, log = served_town
    call = town.build_call()
    answers = asyncio.run(rush(address, town, call))
    assert {tuple(status for status, _ in one) for one in answers} == {(201, 200, 200)}, log.read_text()[-2_000:]
    confirmed = {one[1][1]["id"]: one[1][1]["code"] for one in answers}
    kept = {idea.id: idea.code for idea in town.rows(select(Idea).where(Idea.call_id == call, col(Idea.code).is_not(None)))}
    assert kept == confirmed
    numbers = sorted(int(re.fullmatch(r"IDE-\d{4}-(\d{6})", code)[1]) for code in kept.values())  # type: ignore[index,arg-type]
    assert numbers == list(range(1, CLIENTS + 1))
    assert {one[2][1]["stage"] for one in answers} == {"submitted"}
    entries = town.rows(select(LedgerEntry).order_by(col(LedgerEntry.seq)))
    assert verify_chain(ChainEntry(seq=entry.seq, payload=entry.payload, hash=entry.hash) for entry in entries).valid
    assert sum(entry.kind == "idea.submit" for entry in entries) == CLIENTS
    jobs = town.rows(select(Message.job, Message.idea_id).where(col(Message.topic).in_(("intake", "recognition"))))
    assert len(jobs) == len(set(jobs)) == 2 * CLIENTS
