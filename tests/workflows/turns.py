"""What the relay and Prefect do between two decisions, without them: the flows' own jobs, done here and now."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models import instants
from models.database import database
from models.inbox import InboxItem
from models.outbox import Message
from models.settings import settings
from models.stages import IdeaStage
from tests.building import POLICY, Town
from workflows.delivery.claims import claim_batch
from workflows.delivery.due import find_due
from workflows.delivery.effects import Outcome
from workflows.delivery.job import Job
from workflows.intake import flow as intake
from workflows.pilot import flow as pilot
from workflows.recognition import flow as recognition
from workflows.review import flow as review
from workflows.reward import flow as reward

FLOW_MODULES = {"intake": intake, "review": review, "pilot": pilot, "reward": reward, "recognition": recognition}
STAGES = ("intake", "review", "pilot", "reward")  # all but recognition, which renders
LISTED = ("numbering", "telling")  # the lists of jobs that a flow's module has
JOBS = [
    (topic, job)
    for topic, module in FLOW_MODULES.items()
    for job in (*vars(module).values(), *(each for name in LISTED for each in getattr(module, name, ())))
]
WORKS: dict[tuple[str, str], Callable[[str, list[int]], Outcome]] = {
    (topic, job.name): job.work for topic, job in JOBS if isinstance(job, Job)
}


class Clock:
    """The domain's time, which stands still until it is set."""

    def __init__(self, file: Path, patch: pytest.MonkeyPatch) -> None:
        self.file, self.patch = file, patch
        self.set("2026-11-24T10:00:00+07:00")
        patch.setenv("GAGAS_CLOCK", f"test:{file}")
        settings.cache_clear()

    def set(self, instant: str | datetime) -> None:
        """Let it be this instant, with its zone."""
        self.file.write_text(instant if isinstance(instant, str) else instant.isoformat())

    def move_to(self, zone: str) -> None:
        """Let the region's days begin and end in this zone."""
        self.patch.setenv("GAGAS_ZONE", zone)
        settings.cache_clear()
        instants.region_zone.cache_clear()


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A frozen clock: Tuesday, 24 November 2026, ten in the morning in Jakarta."""
    return Clock(tmp_path / "clock", monkeypatch)


@pytest.fixture
def own_town(town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """The town's database as this process' own, which the flows read, under the frozen clock."""
    monkeypatch.setenv("GAGAS_DATABASE_URL", town.store.url.render_as_string(hide_password=False))
    settings.cache_clear()
    database.cache_clear()
    yield town
    database().close()


def deliver(own_town: Town, *topics: str) -> int:
    """Give every waiting message of these topics (of all, when none is named) to its job; answers how many were handled."""
    handled = 0
    while batches := [batch for topic in topics or FLOW_MODULES if (batch := claim_batch(own_town.store, topic)) is not None]:
        for batch in batches:
            handled += sum(WORKS[batch.topic, job](batch.token, ids).handled for job, ids in batch.jobs.items())
    return handled


def tick(own_town: Town) -> None:
    """Find what is due, as the flow of the clock does."""
    with own_town.store.unit_of_work() as session:
        find_due(session)


def midnight(day: date, zone: str = "Asia/Jakarta") -> datetime:
    """The first instant of a day in a zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


def run_clock(own_town: Town) -> None:
    """The clock asks for what is due, and the flows do it."""
    tick(own_town)
    deliver(own_town, *STAGES)


def count(own_town: Town) -> int:
    """How many messages there are, whatever their state."""
    return len(own_town.rows(select(Message.id)))


def quiet(own_town: Town, *jobs: str) -> None:
    """Forget what building asked of the flows, or these jobs of it."""
    with own_town.store.unit_of_work() as session:
        session.execute(sa.delete(Message).where(col(Message.job).in_(jobs) if jobs else sa.true()))


def open_items(own_town: Town, idea_id: str, task: str) -> list[InboxItem]:
    """What is still awaited of an idea under a task."""
    return own_town.rows(select(InboxItem).where(InboxItem.idea_id == idea_id, InboxItem.task == task, col(InboxItem.done_at).is_(None)))


def contest(own_town: Town, places: int, points: tuple[int, ...]) -> tuple[str, list[str]]:
    """A closed contest with so many places, its ideas decided; answers the call and its ideas."""
    book: dict[str, Any] = {**POLICY["rule_book"]}
    book["tiers"] = [{"name": "gold", "label": "Emas", "minimum_score": "60", "amount_rupiah": 1_000_000, "places": places}]
    call_id = own_town.build_call(entry="in_use", rule_book=book)
    ideas = [own_town.build_idea(IdeaStage.DETERMINED, call=call_id, points=given) for given in points]
    deliver(own_town, *STAGES)
    return call_id, ideas


def read_mails(pattern: str = "*") -> list[EmailMessage]:
    """The mails that lie in the data folder as files, by a pattern of their ids."""
    files = sorted((settings().data / "mail").glob(f"{pattern}.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def text_of(mail: EmailMessage) -> str:
    """What a mail says as plain text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
