"""What tests of sealed calls ask: who sees an idea, what is open about it, and what the flow does at the end."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.inbox import InboxItem
from models.outbox import Message
from tests.building import Town
from tests.clock import set_clock
from workflows.intake.route import unseal_idea
from workflows.process.browse import list_ideas
from workflows.process.context import read_context
from workflows.process.keyset import Slice
from workflows.process.refusals import NotFound
from workflows.process.visibility import sees_idea
from workflows.process.wanted import WantedIdeas

SEALED = {"is_sealed": True}
OFFICES = ("secretary", "chair", "leader", "deputy", "verifier", "auditor", "admin", "second_admin", "other_head", "operator")
REVIEWERS = ("reviewer1", "reviewer2", "reviewer3", "reviewer4", "owner", "stranger", "walker")
GATE = {"name": "hearing", "stage": "screening", "role": "chair", "label": "Sidang", "label_en": "Hearing", "days": 3}


def sees(town: Town, idea: str, who: str) -> bool:
    with town.store.reading() as session:
        actor = town.actor(session, who)
        listed = idea in [each.id for each in list_ideas(session, WantedIdeas(), Slice(limit=100), actor=actor).rows]
        try:
            read_context(session, idea, actor=actor)
            found = True
        except NotFound:
            found = False
        assert listed == found == sees_idea(session, idea, actor), who
        return found


def who_sees(town: Town, idea: str) -> set[str]:
    return {who for who in town.people if sees(town, idea, who)}


def open_items(town: Town, idea: str) -> list[tuple[str, str]]:
    waiting = select(InboxItem.task, InboxItem.role).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))
    return [(task, str(role)) for task, role in town.rows(waiting.order_by(col(InboxItem.task)))]


def unseal_all(town: Town) -> list[str]:
    """The flow puts every idea that was asked for before its office; answers which they were."""
    asked = town.rows(select(Message.subject_id).where(Message.job == "unseal").order_by(col(Message.id)))
    for idea in asked:
        town.do(unseal_idea, idea, by="flow:intake")
    return asked


@pytest.fixture
def pass_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda instant: set_clock(monkeypatch, tmp_path, instant)
