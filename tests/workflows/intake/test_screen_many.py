"""Many ideas accepted at once: each as if alone, none kept back by another, and a trial that leaves nothing behind."""

from threading import Barrier, Thread

import pytest
from sqlmodel import col, func, select

from models.ideas import Decision
from models.inbox import InboxItem
from models.ledger import LedgerEntry
from models.outbox import Message
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.process.sealed import SEALED
from workflows.intake.screen_many import MOST, Accepted, accept_many, list_to_screen
from workflows.process.refusals import Invalid

GATE = {"name": "visit", "label": "Peninjauan", "label_en": "Visit", "stage": "screening", "role": "chair"}


def outcomes(found: list[Accepted]) -> list[str]:
    return [each.refusal.code if each.refusal else each.stage for each in found]


def count_rows(town: Town) -> list[int]:
    return [town.rows(select(func.count()).select_from(table))[0] for table in (Decision, LedgerEntry, Message, InboxItem)]


def test_a_trial_says_what_would_become_of_each_and_keeps_nothing(either_town: Town) -> None:
    town = either_town
    gated = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[GATE]))
    ready, reviewed = town.build_idea(IdeaStage.SCREENING), town.build_idea(IdeaStage.IN_REVIEW)
    before = count_rows(town)
    wanted = [ready, gated, reviewed, "tidak-ada"]
    tried = town.do(accept_many, wanted, is_tried=True, by="secretary")
    assert outcomes(tried) == ["in_review", "gate_open", "wrong_stage", "idea_not_found"]
    assert (tried[0].told, tried[0].title, tried[3].title) == (2, "Antrean daring kelurahan", "")
    assert (count_rows(town), town.idea(ready).stage) == (before, IdeaStage.SCREENING)
    assert outcomes(town.do(accept_many, wanted, by="secretary")) == outcomes(tried)
    assert town.idea(ready).stage == IdeaStage.IN_REVIEW
    assert town.idea(gated).stage == IdeaStage.SCREENING


def test_each_is_decided_as_if_alone_and_says_with_how_many(town: Town) -> None:
    ideas = [town.build_idea(IdeaStage.SCREENING) for _ in range(3)]
    town.do(accept_many, [*ideas, ideas[0]], by="secretary")
    alone = town.build_idea(IdeaStage.SCREENING)
    town.take(alone, "screen accepted")
    of_these = select(Decision).where(Decision.action == "screen", col(Decision.idea_id).in_([*ideas, alone]))
    decided = {each.idea_id: each for each in town.rows(of_these)}
    assert {each.actor_id for each in decided.values()} == {town["secretary"].id}
    for idea in ideas:
        assert decided[idea].detail == {**decided[alone].detail, "together": 3}
        assert decided[idea].outcome == "accepted"


def test_who_may_not_screen_and_who_proposes_accepts_nothing_by_many_either(town: Town) -> None:
    """Who would cheat: a secretary who puts the idea of their own team among ninety-nine others."""
    idea = town.build_idea(IdeaStage.SCREENING)
    sealed = town.build_idea(IdeaStage.AWAITING_PERMISSION, call=town.build_call(closing=SEALED))
    assert outcomes(town.do(accept_many, [idea], by="stranger")) == ["idea_not_found"]
    assert outcomes(town.do(accept_many, [idea], by="head")) == ["only_secretariat"]
    assert outcomes(town.do(accept_many, [sealed], by="secretary")) == ["idea_not_found"]
    assert town.idea(idea).stage == IdeaStage.SCREENING


@pytest.mark.parametrize(("ids", "code"), [([], "ideas_missing"), ([f"{number:026}" for number in range(MOST + 1)], "list_too_long")])
def test_none_and_too_many_are_refused_as_a_whole(town: Town, ids: list[str], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        town.do(accept_many, ids, by="secretary")


def test_what_waits_for_ones_screening_is_offered_and_nothing_else(town: Town) -> None:
    ideas = [town.build_idea(IdeaStage.SCREENING) for _ in range(2)]
    town.build_idea(IdeaStage.DETERMINED)
    with town.store.reading() as session:
        assert {idea.id for idea in list_to_screen(session, actor=town.actor(session, "secretary"))} == set(ideas)
        assert list_to_screen(session, actor=town.actor(session, "lead")) == []


@pytest.mark.slow
def test_two_who_accept_the_same_ideas_at_once_in_other_orders_both_come_to_an_end(either_town: Town) -> None:
    """Each idea is accepted by one of them; neither waits for the other for ever."""
    town = either_town
    ideas = [town.build_idea(IdeaStage.SCREENING) for _ in range(6)]
    start, found = Barrier(2), list[list[Accepted]]()

    def run(order: list[str]) -> None:
        start.wait()
        found.append(town.do(accept_many, order, by="secretary"))

    threads = [Thread(target=run, args=(order,)) for order in (ideas, ideas[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    accepted = [each.idea_id for one in found for each in one if each.refusal is None]
    assert sorted(accepted) == sorted(ideas)
    assert {town.idea(idea).stage for idea in ideas} == {IdeaStage.IN_REVIEW}
