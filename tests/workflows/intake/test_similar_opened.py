"""While one writes, colleagues' ideas that are open to one are found as similar too: those alone, and along an index of their own."""

from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from models.stages import IdeaStage
from tests.building import Town
from tests.sharing import ADOPTED, BLIND, OPEN, SCORED, build_shared, list_open
from tests.workflows.intake.test_similar import ALL_PATHS, BANK, LAMP, QUEUE, SAME_QUEUE
from workflows.intake import similar
from workflows.intake.opened import list_newest_opened, list_openings, select_newest
from workflows.intake.search_terms import SearchedText
from workflows.intake.similar import SimilarIdea, find_similar_to

pytestmark = pytest.mark.slow
AGENCY: dict[str, Any] = {"blind": False, "colleagues": {"open_to": "whole_agency"}}
SEALED: dict[str, Any] = {**OPEN, "closing": {"is_sealed": True}, "permission": False}


def find(town: Town, who: str, text: dict[str, Any], *, among_opened: bool = True) -> list[SimilarIdea]:
    """What somebody who writes a text is shown."""
    searched = SearchedText(text["title"], "\n".join(text["sections"].values()))
    with town.store.reading() as session:
        return find_similar_to(session, searched, among_opened=among_opened, actor=town.actor(session, who))


def told(town: Town, who: str, text: dict[str, Any]) -> list[tuple[str, bool, str]]:
    """Which ideas, whether they are met as a colleague only, and how like they are."""
    return [(each.idea.id, each.is_shared, str(each.match.likeness)) for each in find(town, who, text)]


def shared_ids(town: Town, who: str, text: dict[str, Any]) -> set[str]:
    """The ideas that somebody meets as a colleague only."""
    return {each.idea.id for each in find(town, who, text) if each.is_shared}


@ALL_PATHS
def test_a_stranger_is_shown_an_idea_that_is_open_to_the_whole_region(
    either_town: Town, sample: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = either_town
    monkeypatch.setattr(similar, "SAMPLE", sample)
    call = town.build_call(**OPEN)
    for text in (BANK, LAMP):
        town.build_idea(IdeaStage.IN_REVIEW, call=call, **text)
    idea = town.build_idea(IdeaStage.IN_REVIEW, call=call, **SAME_QUEUE)
    for text in (BANK, LAMP, BANK):
        town.build_idea(IdeaStage.IN_REVIEW, call=call, **text)
    for who in ("stranger", "walker"):
        first, *_ = found = find(town, who, QUEUE)
        assert (first.idea.id, first.is_shared) == (idea, True)
        assert {"antrean", "puskesmas"} <= {word.word for word in first.match.shared}
        assert {each.idea.id for each in found if each.is_shared} <= set(list_open(town, who))
        assert find(town, who, QUEUE, among_opened=False) == []
    assert told(town, "lead", QUEUE)[0][:2] == (idea, False)
    assert shared_ids(town, "walker", BANK)


@ALL_PATHS
def test_what_is_sealed_private_not_accepted_over_or_anothers_agency_is_never_shown_and_changes_no_answer(
    either_town: Town, sample: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = either_town
    monkeypatch.setattr(similar, "SAMPLE", sample)
    call, blind, agency, sealed = (town.build_call(**rule) for rule in (OPEN, BLIND, AGENCY, SEALED))
    for text in (QUEUE, BANK, LAMP, SAME_QUEUE):
        town.build_idea(IdeaStage.IN_REVIEW, call=call, **text)
    before = {text["title"]: told(town, "walker", text) for text in (QUEUE, BANK)}
    assert before[QUEUE["title"]]
    hidden = [town.build_idea(stage, call=call, **SAME_QUEUE) for stage in (IdeaStage.DRAFT, IdeaStage.SCREENING, IdeaStage.REJECTED)]
    hidden += [town.build_idea(IdeaStage.IN_REVIEW, call=each, **SAME_QUEUE) for each in (town.call, blind, agency)]
    hidden.append(town.build_idea(call=sealed, **SAME_QUEUE))
    town.take(hidden[-1], "submit", "route")
    assert {text["title"]: told(town, "walker", text) for text in (QUEUE, BANK)} == before
    assert hidden[5] in {each.idea.id for each in find(town, "operator", SAME_QUEUE)}, "the proposers' own agency"


def test_a_reviewer_is_not_shown_what_they_review_and_a_blind_call_nothing_before_its_review_is_over(town: Town) -> None:
    idea = build_shared(town, **BLIND)
    asked, spare = town.reviewers(idea)[0], "walker"
    text = {"title": "Antrean daring kelurahan", "sections": {"idea": "Antrean daring dengan nomor yang pasti."}}
    assert shared_ids(town, spare, text) == set()
    town.take(idea, *SCORED)
    assert shared_ids(town, spare, text) == set()
    assert shared_ids(town, asked, text) == set()
    town.take(idea, *(step for step in ADOPTED if step not in SCORED))
    assert shared_ids(town, spare, text) == {idea}
    assert shared_ids(town, asked, text) == set()


def test_the_newest_are_read_of_each_stage_and_version_and_no_more_than_are_asked_for(either_town: Town) -> None:
    town = either_town
    call = town.build_call(**OPEN)
    ideas = [town.build_idea(stage, call=call) for stage in (IdeaStage.IN_REVIEW, IdeaStage.SHORTLISTED, IdeaStage.IN_REVIEW)]
    later = town.build_idea(IdeaStage.IN_REVIEW, call=town.build_call(**OPEN))

    def newest(limit: int) -> list[str]:
        with town.store.reading() as session:
            actor = town.actor(session, "walker")
            return list_newest_opened(session, list_openings(session, actor), actor, limit)

    assert newest(10) == [later, *reversed(ideas)]
    assert newest(2) == [later, ideas[2]]


def test_the_newest_of_a_stage_are_found_along_the_index_of_a_policys_ideas(town: Town) -> None:
    build_shared(town)
    with town.store.reading() as session:
        actor = town.actor(session, "walker")
        (opening,) = list_openings(session, actor)
        asked = select_newest(opening, actor, 300).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        plan = [str(row[-1]) for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
    looked = [line for line in plan if line.startswith(("SEARCH idea ", "SCAN idea "))]
    assert len(looked) == len(opening.stages)
    assert {line.partition(" (")[0] for line in looked} == {"SEARCH idea USING INDEX ix_idea_opened"}, looked
