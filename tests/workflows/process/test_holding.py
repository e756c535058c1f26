"""Who owes the next step, in a list: the same roles as on each idea's page, asked once for all of them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.database import append_rows
from models.ideas import Idea
from models.ids import new_id
from models.inbox import InboxItem
from models.instants import now
from models.people import Role
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser
from tests.api.pages.test_desk import rows_of
from tests.asking import ask
from tests.building import Town
from tests.statements import watch
from workflows.process.browse import list_ideas
from workflows.process.context import read_context
from workflows.process.holding import list_holders, list_holding_roles, select_asked
from workflows.process.keyset import Slice
from workflows.process.visibility import visible
from workflows.process.wanted import WantedIdeas

GATE = {"name": "visit", "label": "Peninjauan", "label_en": "Visit", "stage": "screening", "role": "chair"}
STAGES = [stage for stage in IdeaStage if stage != IdeaStage.DRAFT]


def test_a_list_tells_the_holders_that_each_page_tells(either_town: Town) -> None:
    town = either_town
    gated = town.build_call(gates=[GATE])
    for stage in STAGES:
        town.build_idea(stage)
    town.build_idea(IdeaStage.SCREENING, call=gated)
    told = dict[str, set[str]]()
    for who in ("lead", "secretary", "auditor", "head", "reviewer1", "stranger"):
        with town.store.reading() as session:
            actor = town.actor(session, who)
            ideas = session.exec(select(Idea).where(visible(actor))).all()
            listed = list_holding_roles(session, ideas, actor=actor)
            shown = {idea.id: list_holders(session, read_context(session, idea.id, actor=actor), actor=actor) for idea in ideas}
        of_ideas = {idea_id: tuple(dict.fromkeys(each.role for each in found)) for idea_id, found in shown.items()}
        assert listed == {idea_id: roles for idea_id, roles in of_ideas.items() if roles}, who
        told[who] = {role for roles in listed.values() for role in roles}
    assert {"proposer", "unit_head", "secretariat", "reviewer", "chair", "leader"} <= told["auditor"]
    assert told["head"] == told["stranger"] == told["reviewer1"] == set()


def test_who_is_asked_is_found_by_the_ideas_of_a_page_and_not_among_all_tasks(either_town: Town) -> None:
    idea = either_town.build_idea(IdeaStage.SCREENING)
    asked = {"task": "screen", "role": Role.SECRETARIAT, "unit_path": "", "person_id": None, "award_id": None, "idea_id": idea}
    with either_town.store.unit_of_work() as session:
        append_rows(session, InboxItem, [{"id": new_id(), **asked} for _ in range(2_000)])
        connection = session.connection()
        literal = {"literal_binds": True}
        question = str(select_asked(["0" * 26, "1" * 26]).compile(connection, compile_kwargs=literal)).replace("%%", "%")
        if either_town.store.is_sqlite:
            plan = str([step[3] for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}")])
        else:
            connection.execute(sa.text("ANALYZE inboxitem"))
            plan = str(connection.execute(sa.text(f"EXPLAIN {question}")).all())
    assert "ix_inboxitem_idea_id" in plan, plan


def count_questions(town: Town, limit: int) -> int:
    """How many statements it takes to tell who holds the ideas of a page."""
    with town.store.reading() as session:
        actor = town.actor(session, "secretary")
        ideas = list_ideas(session, WantedIdeas(), Slice(limit=limit), actor=actor).rows
        asked = watch(session)
        assert len(list_holding_roles(session, ideas, actor=actor)) == limit
    return len(asked)


def test_a_longer_page_asks_no_more_than_a_short_one(town: Town) -> None:
    for _ in range(4):
        town.build_idea(IdeaStage.SCREENING)
    assert [count_questions(town, limit) for limit in (2, 4)] == [3, 3]


@pytest.mark.slow
def test_who_is_late_is_one_press_away_with_whom_it_lies(town: Town, client: TestClient) -> None:
    late, today, calm = (town.build_idea(IdeaStage.SCREENING, title=title) for title in ("Terlambat", "Hari Ini", "Nanti"))
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id) == late).values(due_at=now() - timedelta(days=1)))
        session.execute(sa.update(Idea).where(col(Idea.id) == today).values(due_at=now() + timedelta(seconds=1)))
    browser = open_browser(town, "secretary")
    page = browser.get("/daftar").text
    assert 'href="/daftar?due=overdue&amp;sort=due"' in page
    assert page.count('class="held"><span class="named">Ditangani oleh: </span>Sekretariat</td>') == 3
    assert rows_of(browser.get("/daftar?due=overdue&sort=due").text) == ["Terlambat"]
    assert rows_of(browser.get("/daftar?due=today&sort=due").text)[:1] == ["Terlambat"]
    assert "Sekretariat" in browser.get("/daftar/usulan.csv?due=overdue").text.splitlines()[1]
    assert 'class="held"' not in open_browser(town, "head").get("/daftar").text
    plain, held = (ask(client, town["secretary"], f"GET /ideas{query}").json()["ideas"] for query in ("", "?holders=true"))
    assert {line["held_by"] is None for line in plain} == {True}
    assert {line["id"]: line["held_by"] for line in held} == {idea: ["secretariat"] for idea in (late, today, calm)}
