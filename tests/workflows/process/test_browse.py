"""The list of ideas: whoever oversees many gets them in the order they lie in, and they are the same ideas."""

import pytest
import sqlalchemy as sa

import workflows.process.browse
from models.stages import IdeaStage
from tests.building import Town
from tests.statements import explain, watch
from workflows.process.browse import list_ideas
from workflows.process.keyset import Slice
from workflows.process.wanted import Sort, WantedIdeas

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


OVERSEERS = {"head", "secretary", "chair", "leader", "auditor"}


@pytest.fixture
def built(either_town: Town) -> tuple[Town, dict[IdeaStage, list[str]]]:
    """A town with ideas in several stages, one of them a draft, by their stages."""
    ideas: dict[IdeaStage, list[str]] = {}
    for stage in (IdeaStage.DRAFT, IdeaStage.AWAITING_PERMISSION, IdeaStage.SCREENING, IdeaStage.SCREENING, IdeaStage.REJECTED):
        ideas.setdefault(stage, []).append(either_town.build_idea(stage))
    return either_town, ideas


def test_everybody_is_listed_what_they_may_know_newest_first_however_it_is_read(
    built: tuple[Town, dict[IdeaStage, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, ideas = built
    newest = [idea for stage in ideas.values() for idea in stage][::-1]
    handed_in = [idea for idea in newest if idea not in ideas[IdeaStage.DRAFT]]
    screening = ideas[IdeaStage.SCREENING][::-1]
    for many, in_order in ((1_000, False), (1, town.store.is_sqlite)):
        monkeypatch.setattr(workflows.process.browse, "MANY", many)
        for who in ("lead", "mate"):
            assert [pages(town, who, wanted) for wanted in WANTED] == [newest, screening, newest], who
        for who in OVERSEERS:
            assert reads_in_order(town, who) is in_order, who
            assert [pages(town, who, wanted) for wanted in WANTED] == [handed_in, screening, []], who
        assert [pages(town, "stranger", wanted) for wanted in WANTED] == [[], [], []]


def reads_in_order(town: Town, who: str) -> bool:
    """Whether somebody's list is read in the order it lies in; gathered and sorted otherwise."""
    with town.store.reading() as session:
        return workflows.process.browse.reads_in_order(session, town.actor(session, who))


def test_who_oversees_many_has_nothing_sorted_on_sqlite(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflows.process.browse, "MANY", 1)
    plans: list[str] = []
    for _ in range(2):
        town.build_idea(IdeaStage.SCREENING)
        with town.store.reading() as session:
            plans.append(" ".join(plan_of_list(session, town)))
    few, many = plans
    assert "TEMP B-TREE FOR ORDER BY" in few
    assert "TEMP B-TREE FOR ORDER BY" not in many
    assert "ix_idea_page" in many


@pytest.mark.parametrize("wanted", [WantedIdeas(sort=Sort.DUE), WantedIdeas(overdue=True, sort=Sort.DUE)], ids=["all", "overdue"])
def test_a_list_by_date_is_read_along_the_dates_and_not_gathered_from_the_stages(
    town: Town, wanted: WantedIdeas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows.process.browse, "MANY", 0)
    town.build_idea(IdeaStage.SCREENING)
    with town.store.reading() as session:
        plan = " ".join(plan_of_list(session, town, wanted))
    assert "ix_idea_due_at" in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan


@pytest.mark.parametrize("stage", [None, IdeaStage.SCREENING], ids=["anywhere", "in one stage"])
def test_what_is_late_is_read_along_the_dates_on_either_database(
    either_town: Town, stage: IdeaStage | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows.process.browse, "MANY", 0)
    either_town.build_idea(IdeaStage.SCREENING)
    with either_town.store.unit_of_work() as session:
        actor, asked = either_town.actor(session, "secretary"), watch(session)
        list_ideas(session, WantedIdeas(overdue=True, sort=Sort.DUE, stage=stage), Slice(None, 100), actor=actor)
        question = next(each for each in asked if each[0].startswith("SELECT idea.id"))
        if not either_town.store.is_sqlite:
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))
            session.execute(sa.text("SET LOCAL enable_sort = off"))
        [plan] = explain(session, [question])
    assert ("ix_idea_stage_due_at" if stage else "ix_idea_due_at") in plan, plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan


def plan_of_list(session: sa.orm.Session, town: Town, wanted: WantedIdeas = WANTED[0]) -> list[str]:
    """How SQLite reads the head's list, step by step."""
    raw = session.connection().connection.driver_connection
    asked: list[str] = []
    raw.set_trace_callback(asked.append)  # type: ignore[union-attr]
    list_ideas(session, wanted, Slice(None, 50), actor=town.actor(session, "head"))
    raw.set_trace_callback(None)  # type: ignore[union-attr]
    query, *_ = [one for one in asked if one.startswith("SELECT idea.id")]
    return [step[3] for step in raw.execute(f"EXPLAIN QUERY PLAN {query}")]  # type: ignore[union-attr]
