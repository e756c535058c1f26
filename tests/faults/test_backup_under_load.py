"""A backup that is made while clients submit holds everything that was acknowledged before it began, and nothing half done."""

import json
import threading
import time
import uuid
from dataclasses import dataclass, field

import httpx
import pytest
from sqlmodel import col, select

from models.database import Database
from models.ideas import Decision, Idea, Revision, TeamMember
from models.ledger import LedgerEntry
from models.outbox import Message
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.faults.keeping import Keeping, Region, keeping, open_store
from tests.serving import serve

__all__ = ["keeping"]
pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(900)]
CLIENTS, BEFORE = 6, 40


@dataclass
class Clients:
    """People who write and submit ideas until they are told to stop; what was acknowledged, with its instant, and what was refused."""

    address: str
    town: Town
    call: str
    acknowledged: list[tuple[float, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """One client's work."""
        body = {"call_id": self.call, "title": "Antrean daring kelurahan", "sections": SECTIONS}
        with httpx.Client(base_url=self.address, headers=self.town["lead"].headers, timeout=60) as client:
            while not self.stopping.is_set():
                drafted = client.post("/ideas", json=body, headers={"idempotency-key": uuid.uuid4().hex})
                if drafted.status_code != 201:
                    self.refused.append(drafted.text)
                    continue
                idea = drafted.json()["id"]
                submitted = client.post(f"/ideas/{idea}/submission", headers={"idempotency-key": uuid.uuid4().hex})
                if submitted.status_code == 200:
                    self.acknowledged.append((time.monotonic(), idea))
                else:
                    self.refused.append(submitted.text)

    def await_more(self, number: int) -> None:
        """Wait until so many more are acknowledged."""
        wanted = len(self.acknowledged) + number
        while len(self.acknowledged) < wanted and not self.refused:
            time.sleep(0.02)


def test_a_backup_under_load_loses_nothing_that_was_acknowledged_before(keeping: Keeping) -> None:
    backup, town = keeping.folder / "backup", keeping.town
    with serve(town.store, keeping.live.data) as address:
        clients = Clients(address, town, town.call)
        threads = [threading.Thread(target=clients.run) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            clients.await_more(BEFORE)
            begun = time.monotonic()
            ended, said = keeping.live.gagas("backup", backup)
            finished = time.monotonic()
            clients.await_more(5)  # it did not end with the backup
        finally:
            clients.stopping.set()
            for thread in threads:
                thread.join()
    assert (ended, clients.refused) == (0, []), said
    before = {idea for at, idea in clients.acknowledged if at < begun}
    meanwhile = [idea for at, idea in clients.acknowledged if begun < at < finished]
    print(f"{len(before)} acknowledged before, {len(meanwhile)} while the backup was made")
    assert len(before) >= BEFORE
    assert meanwhile, "nobody submitted while the backup was made"
    place = keeping.empty_place("restored")
    ended, said = place.gagas("restore", backup)
    assert ended == 0, said
    assert place.gagas("ledger", "verify", "--all", "--checkpoint", backup / "checkpoint.json")[0] == 0
    require_whole(place, before)
    require_served(place, keeping, min(before))


def require_whole(place: Region, before: set[str]) -> None:
    """Each idea is there with all that belongs to its stage, a draft or a submitted one, and with nothing more."""
    store = open_store(place)
    with store.reading() as session:
        ideas = {idea.id: idea for idea in session.exec(select(Idea))}
        written = set(session.exec(select(Revision.idea_id)))
        teams = set(session.exec(select(TeamMember.idea_id)))
        decided = set(session.exec(select(Decision.idea_id).where(Decision.action == "submit")))
        facts = set(session.exec(select(LedgerEntry.idea_id).where(LedgerEntry.kind == "idea.submit")))
        asked = set(session.exec(select(Message.idea_id).where(Message.job == "route", col(Message.idea_id).is_not(None))))
    store.close()
    submitted = {id_ for id_, idea in ideas.items() if idea.stage != IdeaStage.DRAFT}
    assert before <= submitted
    assert submitted == decided == facts == asked
    assert set(ideas) == written == teams


def require_served(place: Region, keeping: Keeping, idea: str) -> None:
    """The restored region answers its people and goes on."""
    store = Database(place.url)
    with serve(store, place.data) as address:
        headers = keeping.town["lead"].headers
        assert httpx.get(f"{address}/ideas/{idea}", headers=headers, timeout=60).json()["stage"] != "draft"
        body = json.dumps({"call_id": keeping.town.call, "title": "Sesudah pemulihan", "sections": SECTIONS})
        sent = {**headers, "idempotency-key": uuid.uuid4().hex, "content-type": "application/json"}
        assert httpx.post(f"{address}/ideas", content=body, headers=sent, timeout=60).status_code == 201
    store.close()
