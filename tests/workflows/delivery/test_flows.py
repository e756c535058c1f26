"""Real runs at a real Prefect server: from submission to certificate, and what the server gets to see."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.awards import Award
from models.database import database
from models.documents import Document, DocumentKind, DocumentState
from models.instants import wall_now
from models.outbox import Message, MessageState
from models.people import EmployeeNumber, Person
from models.settings import settings
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.conftest import ALL
from tests.workflows.delivery.prefect_server import PrefectServer, prefect_server
from workflows.adapters.files import find_file
from workflows.delivery.claims import claim_batch
from workflows.delivery.job import CHUNK_SIZE, MOST_SINGLE_TASKS
from workflows.delivery.relay import FLOWS, Relay, idempotency_key, start_in_process
from workflows.process.journal import send
from workflows.process.retry import retry_dead
from workflows.review.gates import pass_gate

__all__ = ["prefect_server"]
pytestmark = [pytest.mark.server, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(300)]

TITLE = "Kanari Zamrud Penjaga Loket"
BACKGROUND = "Warga Cempakasari menunggu lama di loket."
RECIPIENTS = 2


@pytest.fixture
def own_town(town: Town, monkeypatch: pytest.MonkeyPatch, prefect_server: PrefectServer) -> Town:
    """The town's database as this process' own, which is where flows look."""
    monkeypatch.setenv("GAGAS_DATABASE_URL", town.store.url.render_as_string(hide_password=False))
    database.cache_clear()
    settings.cache_clear()
    return town


def run_flows(own_town: Town) -> int:
    """Turns over every topic until nothing waits; answers how many runs there were."""
    relay = Relay(own_town.store, start_in_process)
    relay.stop()

    async def turns() -> int:
        runs = 0
        while busy := [topic for topic in FLOWS if await relay.turn(topic)]:
            runs += len(busy)
        return runs

    return asyncio.run(turns())


def outbox(own_town: Town) -> list[Message]:
    return own_town.rows(select(Message).order_by(col(Message.id)))


def schedule_now(own_town: Town, idea_id: str) -> None:
    """The hour struck a moment ago; the clock would ask for the announcement."""
    own_town.take(idea_id, "schedule")
    (award,) = own_town.rows(select(Award).where(Award.idea_id == idea_id))
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(Award).values(announce_at=wall_now() - timedelta(seconds=1)))
        send(session, "reward.announce", award.id, idea_id=idea_id)


def walk_to_certificate(own_town: Town) -> str:
    """An idea's whole way: people decide, real flows move."""
    call = own_town.build_call(code="DIPAKAI", entry="in_use")
    idea_id = own_town.build_idea(IdeaStage.SUBMITTED, call=call, title=TITLE, sections={"background": BACKGROUND, "idea": BACKGROUND})
    for part in (
        lambda: None,
        lambda: own_town.take(idea_id, "permit granted", "screen accepted"),
        lambda: own_town.take(idea_id, "score"),
        lambda: own_town.take(idea_id, "recommend feasible", "determine adopted"),
        lambda: own_town.take(idea_id, "approve approved"),
        lambda: schedule_now(own_town, idea_id),
    ):
        part()
        run_flows(own_town)
    return idea_id


def test_an_idea_travels_from_submission_to_certificate_by_real_runs(own_town: Town, prefect_server: PrefectServer) -> None:
    idea_id = walk_to_certificate(own_town)
    assert own_town.idea(idea_id).stage == IdeaStage.ROLLED_OUT
    assert [award.stage for award in own_town.rows(select(Award))] == [AwardStage.ANNOUNCED]

    documents = own_town.rows(select(Document).order_by(col(Document.kind)))
    assert [d.kind for d in documents] == [DocumentKind.CERTIFICATE] * RECIPIENTS + [DocumentKind.RECEIPT]
    assert {d.state for d in documents} == {DocumentState.ISSUED}
    for document in documents:
        assert find_file(settings().documents, document.sha256, "pdf").read_bytes().startswith(b"%PDF-")
    mails = {file.name for file in (settings().data / "mail").glob("*.eml")}
    assert {f"{document.id}@gagas.eml" for document in documents} <= mails
    assert {name.partition(".")[0] for name in mails if name.startswith(("turn", "digest"))} == {"turn", "digest"}

    messages = outbox(own_town)
    assert {m.state for m in messages} == {MessageState.HANDLED}
    runs = prefect_server.runs({str(m.run_id) for m in messages})
    assert set(runs) == {m.run_id for m in messages}
    assert {run["state_type"] for run in runs.values()} == {"COMPLETED"}
    print(f"{len(messages)} messages in {len(runs)} runs, 0 failed")

    prefect_server.tasks(*(str(run_id) for run_id in runs))
    kinds = ("flow_runs", "task_runs", "logs", "artifacts")
    told = json.dumps([prefect_server.list_all(kind) for kind in kinds], ensure_ascii=False)
    kept = b"".join(file.read_bytes() for file in prefect_server.folder.rglob("*") if file.is_file())
    assert all(str(run_id) in told for run_id in runs)  # the search sees what is there
    assert b"issue_document" in kept
    assert [word for word in personal_words(own_town) if word in told or word.encode() in kept] == []


def personal_words(own_town: Town) -> list[str]:
    """Everything a Prefect page must never show: names, numbers, titles, texts, decrees."""
    names = [word for person in own_town.rows(select(Person)) for word in person.name.split() if len(word) > 4]
    numbers = own_town.rows(select(EmployeeNumber.number))
    return [*names, *numbers, *TITLE.split(), "Cempakasari", "100.3/2", "contoh.example", *own_town.rows(select(Document.number))]


def test_many_messages_are_a_handful_of_task_runs(own_town: Town, prefect_server: PrefectServer) -> None:
    count = 120 if ALL else 60
    for _ in range(count):
        own_town.build_idea(IdeaStage.SUBMITTED)
    relay = Relay(own_town.store, start_in_process)
    assert asyncio.run(relay.turn("intake"))
    routed = [m for m in outbox(own_town) if m.topic == "intake"]
    assert len(routed) == count
    assert {m.state for m in routed} == {MessageState.HANDLED}
    (run_id,) = {str(m.run_id) for m in routed}
    assert len(prefect_server.tasks(run_id)) == -(-count // CHUNK_SIZE)


def test_few_messages_are_a_task_run_each_and_the_run_is_named_by_stage_and_number(own_town: Town, prefect_server: PrefectServer) -> None:
    count = 3
    assert count <= MOST_SINGLE_TASKS
    for _ in range(count):
        own_town.build_idea(IdeaStage.SUBMITTED)
    first = min(m.id or 0 for m in outbox(own_town) if m.topic == "intake")
    asyncio.run(Relay(own_town.store, start_in_process).turn("intake"))
    (run_id,) = {str(m.run_id) for m in outbox(own_town) if m.topic == "intake"}
    run = prefect_server.runs({run_id})[run_id]
    assert (run["name"], run["tags"]) == (f"intake-{first}", ["gagas"])
    tasks = prefect_server.tasks(run_id)
    assert [task["name"] for task in tasks] == ["route"] * count
    assert {task["state_type"] for task in tasks} == {"COMPLETED"}


def test_a_bad_message_fails_no_run(own_town: Town, prefect_server: PrefectServer) -> None:
    good = own_town.build_idea(IdeaStage.SUBMITTED)
    with own_town.store.unit_of_work() as session:
        session.add(Message(topic="intake", job="route", subject_id="no-such-idea"))
    asyncio.run(Relay(own_town.store, start_in_process).turn("intake"))
    states = {m.subject_id: (m.state, m.error) for m in outbox(own_town) if m.topic == "intake"}
    assert states[good] == (MessageState.HANDLED, None)
    assert states["no-such-idea"][0] == MessageState.WAITING
    assert states["no-such-idea"][1].startswith("NotFound (idea_not_found)")
    runs = prefect_server.runs({str(m.run_id) for m in outbox(own_town) if m.run_id})
    assert {run["state_type"] for run in runs.values()} == {"COMPLETED"}


def test_what_an_operator_retries_is_really_done_though_prefect_knows_its_runs_already(own_town: Town) -> None:
    idea_id = own_town.build_idea(IdeaStage.SUBMITTED)
    relay = Relay(own_town.store, start_in_process)
    (message,) = [m for m in outbox(own_town) if m.topic == "intake"]
    alter(own_town, message.id, subject_id="no-such-idea")
    asyncio.run(relay.turn("intake"))
    alter(own_town, message.id, subject_id=idea_id, state=MessageState.DEAD)
    assert own_town.do(retry_dead, by="admin") == 1
    asyncio.run(relay.turn("intake"))
    assert own_town.idea(idea_id).stage == IdeaStage.AWAITING_PERMISSION


def test_a_job_that_was_held_at_a_gate_is_really_done_though_prefect_knows_its_run_already(own_town: Town) -> None:
    gate = {"name": "hearing", "label": "Dengar pendapat", "label_en": "Hearing", "stage": "determined", "role": "secretariat"}
    idea_id = own_town.build_idea(IdeaStage.DETERMINED, call=own_town.build_call(entry="in_use", gates=[gate]))
    relay = Relay(own_town.store, start_in_process)
    relay.stop()
    assert asyncio.run(relay.turn("pilot"))
    assert [(m.state, m.attempts) for m in outbox(own_town) if m.topic == "pilot"] == [(MessageState.HELD, 0)]
    own_town.do(pass_gate, idea_id, "hearing", by="secretary")
    assert asyncio.run(relay.turn("pilot"))
    assert own_town.idea(idea_id).stage == IdeaStage.ROLLED_OUT


def test_a_start_repeated_under_its_key_is_one_run(own_town: Town, prefect_server: PrefectServer) -> None:
    own_town.build_idea(IdeaStage.SUBMITTED)
    batch = claim_batch(own_town.store, "intake")
    assert batch is not None
    reported: list[str] = []

    async def report_run(run_id: str) -> None:
        reported.append(run_id)
        if len(reported) < 3:
            raise ConnectionError

    async def start() -> None:
        parameters: dict[str, Any] = {"batch": {"token": batch.token, "jobs": batch.jobs}}
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await start_in_process(FLOWS["intake"], parameters, idempotency_key(batch, "secret"), report_run)
        await start_in_process(FLOWS["intake"], parameters, idempotency_key(batch, "secret"), report_run)

    asyncio.run(start())
    assert len(set(reported)) == 1
    assert prefect_server.runs(set(reported))[reported[0]]["state_type"] == "COMPLETED"


def alter(own_town: Town, number: int | None, **values: Any) -> None:
    with own_town.store.unit_of_work() as session:
        session.execute(sa.update(Message).where(col(Message.id) == number).values(**values))
