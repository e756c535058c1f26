"""The list of ideas: whoever oversees many gets them in the order they lie in, and they are the same ideas."""

import pytest
import sqlalchemy as sa

import workflows.process.browse
from models.stages import IdeaStage
from tests.building import Town
from workflows.process.browse import WantedIdeas, list_ideas
from workflows.process.keyset import Slice

WANTED = (WantedIdeas(), WantedIdeas(stage=IdeaStage.SCREENING), WantedIdeas(mine=True))


def pages(town: Town, who: str, wanted: WantedIdeas) -> list[str]:
    """All ideas a resident is shown, read two at a time."""
    found, after = [], None
    while True:
        with town.store.reading() as session:
            page = list_ideas(session, wanted, Slice(after, 2), actor=town.actor(session, who))
            found += [idea.id for idea in page.rows]
        after = page.after
        if after is None:
            return found


@pytest.fixture
def with_ideas(either_town: Town) -> Town:
    """A town with ideas in several stages, one of them a draft."""
    for stage in (IdeaStage.DRAFT, IdeaStage.AWAITING_PERMISSION, IdeaStage.SCREENING, IdeaStage.SCREENING, IdeaStage.REJECTED):
        either_town.build_idea(stage)
    return either_town


@pytest.mark.parametrize("who", ["lead", "mate", "head", "secretary", "chair", "leader", "auditor"])
@pytest.mark.parametrize("wanted", WANTED, ids=["all", "a stage", "mine"])
def test_a_list_read_in_order_shows_what_a_gathered_one_shows(
    with_ideas: Town, monkeypatch: pytest.MonkeyPatch, who: str, wanted: WantedIdeas
) -> None:
    gathered = pages(with_ideas, who, wanted)
    monkeypatch.setattr(workflows.process.browse, "MANY", 1)
    assert pages(with_ideas, who, wanted) == gathered


def test_who_oversees_many_has_nothing_sorted_on_sqlite(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflows.process.browse, "MANY", 2)
    plans: list[str] = []
    for _ in range(2):
        town.build_idea(IdeaStage.SCREENING)
        with town.store.reading() as session:
            plans.append(" ".join(plan_of_list(session, town)))
    few, many = plans
    assert "TEMP B-TREE FOR ORDER BY" in few
    assert "TEMP B-TREE FOR ORDER BY" not in many
    assert "ix_idea_page" in many


def plan_of_list(session: sa.orm.Session, town: Town) -> list[str]:
    """How SQLite reads the head's list, step by step."""
    raw = session.connection().connection.driver_connection
    asked: list[str] = []
    raw.set_trace_callback(asked.append)  # type: ignore[union-attr]
    list_ideas(session, WantedIdeas(), Slice(None, 50), actor=town.actor(session, "head"))
    raw.set_trace_callback(None)  # type: ignore[union-attr]
    (query,) = [one for one in asked if one.startswith("SELECT idea.id")]
    return [step[3] for step in raw.execute(f"EXPLAIN QUERY PLAN {query}")]  # type: ignore[union-attr]
