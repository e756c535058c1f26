"""What waits in a sealed call is put before its office once the call is over: each idea once, with all its days, whoever is killed.

Who errs: a flow that is killed half way or told twice, a head who permits while the call is being closed. What an inspector expects: that
no idea was lost, or lost days, by the seal.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import Session, select

from models.calls import CallState
from models.ideas import Decision, Gate
from models.instants import now
from models.outbox import Message
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.intake.test_grace import find_what_is_due
from tests.workflows.process.sealed import GATE, SEALED, open_items, pass_to, sees, unseal_all, who_sees
from tests.workflows.region.test_call_life import call_of
from workflows.delivery.due import find_due
from workflows.intake.permit import permit_idea
from workflows.intake.route import route_idea, unseal_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.inbox import find_overdue
from workflows.region.calls import close_call

__all__ = ["pass_to"]


# What waits, and goes on


def test_an_idea_waits_for_the_end_and_is_then_put_before_its_office_with_all_its_days(either_town: Town, pass_to: Any) -> None:
    town = either_town
    call = town.build_call(closing={**SEALED, "grace_minutes": 30})
    end = call_of(town, call).closes_at
    ideas = [town.build_idea(IdeaStage.SCREENING, call=call, title=f"Gagasan {number}") for number in range(3)]
    assert [open_items(town, idea) for idea in ideas] == [[], [], []]
    assert {town.idea(idea).due_at for idea in ideas} == {None}
    pass_to(end + timedelta(minutes=29))
    find_what_is_due(town)
    assert who_sees(town, ideas[0]) == {"lead", "mate", "head"}, "the grace belongs to the call"
    with town.store.unit_of_work() as session:
        assert [item for item in find_overdue(session, 100) if item.idea_id in ideas and item.task != "permit"] == []
    pass_to(end + timedelta(minutes=30))
    find_what_is_due(town)
    assert call_of(town, call).state == CallState.CLOSED
    assert sorted(unseal_all(town)) == sorted(ideas)
    for idea in ideas:
        assert open_items(town, idea) == [("screen", "secretariat")]
        due_at = town.idea(idea).due_at
        assert due_at is not None
        assert (due_at - now()).days == 7
    town.take(ideas[0], "screen accepted")
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


def test_the_same_message_twice_puts_it_before_the_office_once(town: Town) -> None:
    call = town.build_call(closing=SEALED)
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    town.do(close_call, call, by="secretary")
    for _ in range(3):
        unseal_all(town)
    assert open_items(town, idea) == [("screen", "secretariat")]
    assert len(town.rows(select(Decision.id).where(Decision.idea_id == idea, Decision.action == "unseal"))) == 1
    town.take(idea, "screen returned", "supplement")
    unseal_all(town)
    assert open_items(town, idea) == [("screen", "secretariat")]


def test_a_message_that_comes_too_early_changes_nothing(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(closing=SEALED))
    town.do(unseal_idea, idea, by="flow:intake")
    assert open_items(town, idea) == []


def test_the_clock_that_is_killed_before_its_commit_leaves_all_sealed_and_the_next_one_does_all(town: Town, pass_to: Any) -> None:
    call = town.build_call(closing=SEALED)
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    pass_to(call_of(town, call).closes_at)

    def tick_and_die(session: Session, **_actor: Any) -> None:
        find_due(session)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        town.do(tick_and_die, by="flow:clock")
    assert (call_of(town, call).is_sealed, sees(town, idea, "secretary")) == (True, False)
    assert town.rows(select(Message.id).where(Message.job == "unseal")) == []
    find_what_is_due(town)
    assert unseal_all(town) == [idea]


def test_what_was_not_permitted_by_the_end_goes_on_as_in_any_call(town: Town) -> None:
    call = town.build_call(closing=SEALED)
    idea, fresh = town.build_idea(IdeaStage.AWAITING_PERMISSION, call=call), town.build_idea(IdeaStage.SUBMITTED, call=call, title="Baru")
    town.do(close_call, call, by="secretary")
    assert unseal_all(town) == []
    town.do(permit_idea, idea, granted=True, by="head")
    town.do(route_idea, fresh, by="flow:intake")
    assert (open_items(town, idea), open_items(town, fresh)) == ([("screen", "secretariat")], [("permit", "unit_head")])


def test_a_gate_of_the_screening_is_put_up_only_when_the_call_is_over(town: Town) -> None:
    call = town.build_call(closing=SEALED, gates=[GATE])
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    assert (open_items(town, idea), town.rows(select(Gate.id))) == ([], [])
    town.do(close_call, call, by="secretary")
    unseal_all(town)
    assert open_items(town, idea) == [("gate:hearing", "chair")]


def test_a_head_who_permits_while_the_call_is_closed_leaves_no_idea_behind(either_town: Town) -> None:
    """Whichever comes first, the idea is asked about in the end: by the head's own step, or by the flow."""
    town = either_town
    call = town.build_call(closing=SEALED)
    ideas = [town.build_idea(IdeaStage.AWAITING_PERMISSION, call=call, title=f"Gagasan {number}") for number in range(4)]
    acts: list[Callable[[], object]] = [lambda idea=idea: town.do(permit_idea, idea, granted=True, by="head") for idea in ideas]
    acts.insert(2, lambda: town.do(close_call, call, by="secretary"))
    gate, faults = Barrier(len(acts)), list[BaseException]()

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except BaseException as fault:
            faults.append(fault)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    unseal_all(town)
    assert [open_items(town, idea) for idea in ideas] == [[("screen", "secretariat")]] * 4


def test_an_idea_may_be_withdrawn_while_it_is_sealed(town: Town) -> None:
    call = town.build_call(closing=SEALED)
    idea = town.build_idea(IdeaStage.SCREENING, call=call)
    town.take(idea, "withdraw")
    town.do(close_call, call, by="secretary")
    assert unseal_all(town) == []
    assert open_items(town, idea) == []
