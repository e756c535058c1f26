"""Two workers, two API processes and a relay on PostgreSQL: an idea goes its whole way, and a lost worker's work moves on."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.awards import Award
from models.database import Database
from models.documents import Document, DocumentKind, DocumentState
from models.instants import now, today
from models.ledger import LedgerEntry
from models.outbox import Message, MessageState
from models.reviews import Review
from models.stages import AwardStage, IdeaStage
from tests.building import SECTIONS, Town
from tests.conftest import ALL
from tests.deploy.cluster import LEASE_SECONDS, Cluster, FlowProcess
from tests.steps import MET, REASON
from tests.town import settle_town

pytestmark = [
    pytest.mark.server,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("cluster"),
]

Both = tuple[Cluster, Town]


@pytest.fixture(scope="module")
def both(new_postgres: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The cluster without its workers, and the town it serves."""
    ours, prefect = new_postgres(), new_postgres()
    store = Database(ours)
    settle_town(store)
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), ours, prefect)
    try:
        cluster.start_prefect()
        cluster.start("relay-1", "gagas", "relay")
        yield cluster, Town(store)
    finally:
        cluster.stop()
        store.close()


class People:
    """The town's people over HTTP, each request at the next API process."""

    def __init__(self, cluster: Cluster, town: Town) -> None:
        self.town, self.doors = town, itertools.cycle(cluster.apis)

    def do(self, who: str, path: str, body: Any = None) -> Any:
        """POST as somebody; answers what the API said."""
        headers = {**self.town[who].headers, "Idempotency-Key": uuid.uuid4().hex}
        done = httpx.post(f"{next(self.doors)}/api/v1{path}", json=body, headers=headers, timeout=60)
        assert done.status_code < 300, f"{path}: {done.status_code} {done.text}"
        return done.json() if done.content else None

    def submit(self, call: str, title: str) -> str:
        """Draft and submit an idea of the lead's alone."""
        draft = self.do("lead", "/ideas", {"call_id": call, "title": title, "sections": SECTIONS, "team": []})
        self.do("lead", f"/ideas/{draft['id']}/submission")
        return str(draft["id"])


def stage_is(town: Town, idea: str, stage: IdeaStage) -> Callable[[], bool]:
    return lambda: town.idea(idea).stage == stage


def messages(town: Town, **wanted: Any) -> list[Message]:
    found = select(Message).filter_by(**wanted).order_by(col(Message.id))
    return town.rows(found)


def all_handled(town: Town, **wanted: Any) -> bool:
    return {message.state for message in messages(town, **wanted)} == {MessageState.HANDLED}


def review_by_all(people: People, town: Town, idea: str) -> None:
    for reviewer in town.rows(select(Review.reviewer_id).where(Review.idea_id == idea)):
        who = next(one.who for one in town.people.values() if one.id == reviewer)
        people.do(who, f"/ideas/{idea}/score", {"points": {"novelty": 90, "impact": 90}})


def walk(cluster: Cluster, town: Town) -> str:
    """An idea's whole way: people decide over HTTP, flows move it on the workers."""
    people, await_true = People(cluster, town), cluster.await_true
    idea = people.submit(town.build_call(code="DIPAKAI", entry="in_use"), "Antrean daring kelurahan")
    await_true(stage_is(town, idea, IdeaStage.AWAITING_PERMISSION), "the head's turn")
    people.do("head", f"/ideas/{idea}/permission", {"outcome": "granted"})
    people.do("secretary", f"/ideas/{idea}/screening", {"outcome": "accepted", "answers": MET})
    await_true(lambda: bool(town.rows(select(Review))), "the reviewers' turn")
    review_by_all(people, town, idea)
    await_true(stage_is(town, idea, IdeaStage.SHORTLISTED), "the chair's turn")
    people.do("chair", f"/ideas/{idea}/recommendation", {"outcome": "feasible", "reason": REASON})
    people.do("deputy", f"/ideas/{idea}/determination", {"outcome": "adopted", "decree_number": "1/2026", "decree_on": today().isoformat()})
    await_true(lambda: bool(town.rows(select(Award))), "a drafted award")
    (award,) = town.rows(select(Award))
    people.do("leader", f"/awards/{award.id}/approval", {"decree_number": "2/2026", "decree_on": today().isoformat()})
    people.do("leader", f"/awards/{award.id}/schedule", {"announce_at": (now() + timedelta(seconds=2)).isoformat()})
    await_true(lambda: town.award(award.id).stage == AwardStage.ANNOUNCED, "the announcement")
    await_true(lambda: bool(certificates(town)) and all_handled(town), "the certificate")
    return idea


def certificates(town: Town) -> list[Document]:
    return town.rows(select(Document).where(Document.kind == DocumentKind.CERTIFICATE, Document.state == DocumentState.ISSUED))


@pytest.mark.skipif(not ALL, reason="make test-all walks an idea's whole way on the cluster; make test loses a worker on it")
def test_an_idea_goes_its_whole_way_through_two_workers_and_two_apis(both: Both) -> None:
    cluster, town = both
    for number in (1, 2):
        cluster.start_worker(f"worker-{number}")
        cluster.start_api(f"api-{number}")
    cluster.start("relay-2", "gagas", "relay")
    idea = walk(cluster, town)
    assert town.idea(idea).stage == IdeaStage.ROLLED_OUT
    (certificate,) = certificates(town)
    for api in cluster.apis:
        shown = httpx.get(f"{api}/api/v1/documents/{certificate.id}/file", headers=town["lead"].headers, timeout=60)
        assert shown.content.startswith(b"%PDF-"), shown.text
    assert {message.attempts for message in messages(town)} == {1}
    runs = cluster.prefect.runs({str(message.run_id) for message in messages(town)})
    assert {run["state_type"] for run in runs.values()} == {"COMPLETED"}
    assert [run for run in runs.values() if run["work_pool_name"] == "gagas"]
    cluster.run("gagas", "ledger", "verify")


def test_a_lost_workers_work_is_done_by_the_other_within_one_lease_and_nothing_twice(both: Both) -> None:
    cluster, town = both
    ideas = hold_back_relays(cluster, town)
    cluster.start_worker("doomed-1")
    cluster.start_worker("doomed-2")
    with psycopg.connect(str(town.store.url.set(drivername="postgresql").render_as_string(hide_password=False))) as holder:
        holder.execute("SELECT id FROM idea WHERE id = %s FOR UPDATE", [ideas[0]])  # the run halts amidst its work, in a transaction
        cluster.start("relay-1", "gagas", "relay")
        flow = held_flow(cluster, town, ideas)
        cluster.kill(flow)
        holder.rollback()
    asked = routing(town, ideas)
    done = [m for m in asked if m.state == MessageState.HANDLED]
    left = [m for m in asked if m.state != MessageState.HANDLED]  # held, or taken back already
    print(f"{flow.worker} was lost with {len(done)} of {len(ideas)} done, at attempts {sorted({m.attempts for m in left})}")
    assert done
    assert left
    seconds = cluster.await_true(lambda: all_handled(town, topic="intake"), "the lost worker's work")
    print(f"the other worker had done it {seconds:.0f} s later; the lease is {LEASE_SECONDS} s")
    print(cluster.ways("intake"))
    moved = town.rows(select(LedgerEntry.idea_id).where(LedgerEntry.kind == "idea.route.permission", col(LedgerEntry.idea_id).in_(ideas)))
    assert sorted(moved) == sorted(ideas)
    taken_over = {one.id for one in left}
    assert {m.attempts for m in messages(town, topic="intake") if m.id in taken_over} == {2}, "taken over once"
    cluster.await_true(lambda: all_handled(town), "everybody's receipt")
    receipts = town.rows(select(Document).where(Document.kind == DocumentKind.RECEIPT, col(Document.idea_id).in_(ideas)))
    assert len(receipts) == len({r.number for r in receipts}) == len(ideas)
    assert {r.state for r in receipts} == {DocumentState.ISSUED}


def hold_back_relays(cluster: Cluster, town: Town) -> list[str]:
    """Stop the relays, and submit so many ideas that a run has more than one chunk."""
    for name in [name for name in cluster.parts if name.startswith("relay")]:
        cluster.parts[name].terminate()
        cluster.parts.pop(name).wait(LEASE_SECONDS)
    call = town.build_call(code="HILANG")
    return [town.build_idea(IdeaStage.SUBMITTED, call=call) for _ in range(60)]


def routing(town: Town, ideas: list[str]) -> list[Message]:
    """What intake is asked to do with these ideas; the town has others, of the tests before."""
    return [message for message in messages(town, topic="intake") if message.subject_id in ideas]


def held_flow(cluster: Cluster, town: Town, ideas: list[str]) -> FlowProcess:
    """The process of the run that holds intake's messages, once it has done some and waits for the locked idea."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    def is_amidst() -> bool:
        if {m.state for m in routing(town, ideas)} != {MessageState.HANDLED, MessageState.CLAIMED}:
            return False
        with town.store.engine.connect() as connection:
            return bool(connection.execute(sa.text(waits)).scalar())

    cluster.await_true(is_amidst, "a run amidst its work")
    (run_id,) = {m.run_id for m in routing(town, ideas) if m.state == MessageState.CLAIMED}
    return next(flow for flow in cluster.flow_processes() if flow.run_id == run_id)


def test_the_logs_of_the_parts_tell_nobodys_name(both: Both) -> None:
    cluster, town = both
    told = "".join(log.read_text() for log in Path(cluster.folder).glob("*.log"))
    assert [one.name for one in town.people.values() if one.name in told] == []
