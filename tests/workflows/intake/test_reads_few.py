"""What is shown beside an idea, or on the first page of an inbox, is looked up; nobody waits for all ideas of years to be read."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from bench.crowd import add_crowd
from models.ideas import Idea
from models.stages import IdeaStage
from tests.building import Town
from tests.statements import explain, watch
from workflows.intake.replace_lists import list_replacements
from workflows.intake.similar import find_similar
from workflows.process.actors import Actor
from workflows.process.context import read_context
from workflows.process.visibility import visible

pytestmark = pytest.mark.slow
MANY = 3_000


def explain_each(town: Town, who: str, of: str, read: Callable[[Session, Actor], object]) -> list[str]:
    """How the database goes about each statement that says something."""
    with town.store.unit_of_work() as session:
        actor, asked = town.actor(session, who), watch(session)
        read(session, actor)
        return explain(session, [each for each in asked if of in each[0]])


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


def test_ideas_offered_to_a_call_are_looked_up_by_the_offers_that_wait(either_town: Town) -> None:
    add_crowd(either_town, MANY)
    plans = explain_each(
        either_town,
        "secretary",
        "FROM ideatransfer",
        lambda session, actor: session.exec(select(Idea.id).where(visible(actor)).limit(1)).all(),
    )
    assert plans
    assert [plan for plan in plans if "ix_idea_page_stage" in plan or "Seq Scan on idea idea_1" in plan] == []
