"""What is shown beside an idea, or on the first page of an inbox, is looked up; nobody waits for all ideas of years to be read."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from bench.crowd import add_crowd
from models.stages import IdeaStage
from tests.building import Town
from workflows.intake.replace_lists import list_replacements
from workflows.intake.similar import find_similar
from workflows.process.actors import Actor
from workflows.process.context import read_context

pytestmark = pytest.mark.slow
MANY = 3_000


def explain_each(town: Town, who: str, of: str, read: Callable[[Session, Actor], object]) -> list[str]:
    """How the database goes about each statement that names a table, step by step; with the statistics that it gathers in use."""
    asked: list[tuple[str, Any]] = []
    with town.store.unit_of_work() as session:
        actor, connection = town.actor(session, who), session.connection()
        sa.event.listen(connection, "before_cursor_execute", lambda _c, _u, statement, given, *_: asked.append((statement, given)))
        read(session, actor)
        explain = "EXPLAIN QUERY PLAN" if town.store.is_sqlite else "EXPLAIN"
        return [str(connection.exec_driver_sql(f"{explain} {said}", given).all()) for said, given in [*asked] if of in said]


def reads_all_ideas(plan: str) -> bool:
    """Whether a plan goes through the table of ideas, or through all of an index of it."""
    return any(said in plan for said in ("'SCAN idea'", "SCAN idea ", "Seq Scan on idea "))


def test_ideas_like_one_are_looked_up_by_their_words_however_many_there_are(either_town: Town) -> None:
    add_crowd(either_town, MANY)
    idea = either_town.build_idea(IdeaStage.SCREENING)

    def read(session: Session, actor: Actor) -> object:
        return find_similar(session, read_context(session, idea, actor=actor), actor=actor)

    plans = explain_each(either_town, "secretary", "searchindex" if either_town.store.is_sqlite else "tsquery", read)
    assert plans
    assert [plan for plan in plans if reads_all_ideas(plan)] == []


def test_requests_for_another_member_are_looked_up_by_those_that_wait(either_town: Town) -> None:
    add_crowd(either_town, MANY)
    plans = explain_each(either_town, "secretary", "FROM replacement", lambda session, actor: list_replacements(session, actor=actor))
    assert plans
    assert [plan for plan in plans if reads_all_ideas(plan)] == []
