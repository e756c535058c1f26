"""Two at the same moment never both hold, and what fails in the middle leaves both ideas as they were."""

import threading
from typing import Any

import pytest
from sqlmodel import col, select

from models.database import LostRace
from models.merges import IdeaMerge
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import REASON
from tests.workflows.intake.merged import ALL, agree, build_two, open_both, propose, require_whole, take_back, terms_of
from tests.workflows.intake.test_agree import team_of
from workflows.intake.merge import answer_merge, open_merge
from workflows.intake.merge_lists import list_waiting_merges
from workflows.intake.separate import undo_merge
from workflows.intake.withdraw import withdraw_idea
from workflows.process.refusals import Conflict


def test_a_failure_in_the_middle_leaves_both_ideas_as_they_were(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = build_two(town)
    asked = propose(town, first, second)
    open_both(town, asked)
    agree(town, asked, "lead", "mate", "owner")

    def fail(*_values: Any, **_named: Any) -> None:
        raise RuntimeError("killed")

    for place in ("send_notices", "take_regrouping", "record_team_change"):
        with monkeypatch.context() as patch:
            patch.setattr(f"workflows.intake.join.{place}", fail)
            with pytest.raises(RuntimeError, match="killed"):
                agree(town, asked, "walker")
        assert (town.idea(first).stage, town.idea(second).stage) == (IdeaStage.SCREENING, IdeaStage.SCREENING)
        assert team_of(town, first) == {"lead": 6_000, "mate": 4_000}
        require_whole(town)
    agree(town, asked, "walker")
    assert town.idea(second).stage == IdeaStage.CLOSED


def test_the_last_consent_and_a_withdrawal_at_the_same_moment_never_both_hold(either_town: Town) -> None:
    town = either_town
    first, second = build_two(town)
    asked = propose(town, first, second)
    open_both(town, asked)
    agree(town, asked, "lead", "mate", "owner")
    terms, ready, done, refused = terms_of(town, asked), threading.Barrier(2), list[str](), list[Exception]()

    def act(name: str, *values: Any, by: str, **named: Any) -> None:
        ready.wait()
        try:
            town.do(answer_merge if name == "agree" else withdraw_idea, *values, by=by, **named)
            done.append(name)
        except (Conflict, LostRace) as fault:
            refused.append(fault)

    threads = [
        threading.Thread(target=act, args=("agree", asked), kwargs={"agrees": True, "terms": terms, "by": "walker"}),
        threading.Thread(target=act, args=("withdraw", second), kwargs={"by": "owner"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(refused)) == (1, 1), (done, refused)
    stage, team_now = town.idea(second).stage, len(team_of(town, first))
    assert (stage, team_now) == {"agree": (IdeaStage.CLOSED, 4), "withdraw": (IdeaStage.WITHDRAWN, 2)}[done[0]]
    require_whole(town)


def test_two_merges_of_one_idea_at_the_same_moment_are_one(either_town: Town) -> None:
    town = either_town
    first, second = build_two(town)
    third = town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger", title="Antre lewat ponsel")
    ready, made, refused = threading.Barrier(2), list[str](), list[Exception]()

    def act(other: str) -> None:
        ready.wait()
        try:
            made.append(propose(town, first, other))
        except (Conflict, LostRace) as fault:
            refused.append(fault)

    threads = [threading.Thread(target=act, args=(other,)) for other in (second, third)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 1)
    assert town.rows(select(IdeaMerge.id)) == made


@pytest.mark.parametrize("gone", ["earlier", "later"])
def test_an_idea_that_is_withdrawn_meanwhile_ends_it_and_leaves_the_other_free(town: Town, gone: str) -> None:
    first, second = build_two(town)
    third = town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger", title="Antre lewat ponsel")
    asked = propose(town, first, second)
    open_both(town, asked)
    agree(town, asked, "lead", "mate", "owner")
    town.do(withdraw_idea, first if gone == "earlier" else second, by="lead" if gone == "earlier" else "owner")
    with pytest.raises(Conflict, match="merge_stage"):
        agree(town, asked, "walker")
    with town.store.reading() as session:
        assert list_waiting_merges(session, actor=town.actor(session, "walker")) == []
    left = second if gone == "earlier" else first
    again = propose(town, left, third)
    assert sorted(town.rows(select(IdeaMerge.id).where(col(IdeaMerge.settled_at).is_(None)))) == [again]
    require_whole(town)


def test_an_idea_waits_for_one_merge_at_a_time_and_takes_in_one_after_another(town: Town) -> None:
    first, second = build_two(town)
    third = town.build_idea(IdeaStage.AWAITING_PERMISSION, lead="stranger", title="Antre lewat ponsel")
    asked = propose(town, first, second)
    for one, two in ((first, second), (first, third), (second, third)):
        with pytest.raises(Conflict, match="merge_waits"):
            propose(town, one, two)
    open_both(town, asked)
    agree(town, asked, *ALL)
    with pytest.raises(Conflict, match="merge_stage"):
        propose(town, second, third)
    more = propose(town, first, third)
    for who in ("lead", "stranger"):
        town.do(open_merge, more, by=who)
    agree(town, more, *ALL, "stranger")
    assert team_of(town, first) == {"lead": 1_500, "mate": 1_000, "owner": 1_750, "walker": 750, "stranger": 5_000}
    with pytest.raises(Conflict, match="merge_team_changed"):
        town.do(undo_merge, asked, reason=REASON, by="secretary")
    take_back(town, more)
    take_back(town, asked)
    assert team_of(town, first) == {"lead": 6_000, "mate": 4_000}
    require_whole(town)
