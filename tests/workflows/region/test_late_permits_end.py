"""What becomes of a late permit: used once, taken back or run out; and what follows from a call's end waits for whoever may come in.

Who would cheat: who uses it on two devices at once, or lets somebody in once the places are known. Who retires or moves: its person.
"""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.awards import Award
from models.ideas import Decision
from models.instants import now
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.intake.test_grace import find_what_is_due, late_of
from tests.workflows.region.letting_in import LATE, RANKED, Passing, at_once, build, counts, give, let_in, over, pass_to, permit_of
from tests.workflows.region.test_call_life import WHY, call_of
from workflows.intake.draft import draft_idea
from workflows.intake.submit import submit_idea
from workflows.process.closing import find_permit, may_still_enter
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.accounts import close_account
from workflows.region.call_life import archive_call, extend_call
from workflows.region.confirmations import confirm, refuse
from workflows.region.late_permits import (
    end_late_permit,
)
from workflows.region.people import move_person
from workflows.region.retirement import Leaving, retire_person
from workflows.reward.propose import draft_ranked_awards, propose_award

__all__ = ["pass_to"]


# What becomes of it


def test_a_permit_is_taken_back_until_it_is_used(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    permit = let_in(town, call)
    for who in ("chair", "lead", "auditor"):
        with pytest.raises(Forbidden):
            town.do(end_late_permit, permit, by=who)
    with pytest.raises(NotFound, match="late_permit_not_found"):
        town.do(end_late_permit, permit, call_id=town.call, by="secretary")
    town.do(end_late_permit, permit, call_id=call, by="secretary")
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")
    with pytest.raises(Conflict, match="late_permit_settled"):
        town.do(end_late_permit, permit, by="secretary")
    again = let_in(town, call)
    town.do(submit_idea, idea, by="lead")
    with pytest.raises(Conflict, match="late_permit_settled"):
        town.do(end_late_permit, again, by="secretary")
    assert counts(town, call) == (2, 1)


def test_a_permit_is_refused_by_who_might_confirm_it(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = give(town, call)
    town.do(refuse, permit.id, by="leader")
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm, permit.id, by="second_admin")


def test_who_retired_meanwhile_is_let_in_no_more(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = give(town, call, "stranger")
    town.do(retire_person, town["stranger"].id, Leaving(now().date() - timedelta(days=1), WHY), by="admin")
    with pytest.raises(Conflict, match="account_closed"):
        town.do(confirm, permit.id, by="second_admin")
    town.do(close_account, town["walker"].id, by="admin")
    with pytest.raises(Invalid, match="late_person_unknown"):
        give(town, call, "walker")


def test_who_moved_keeps_the_permit_and_proposes_for_their_new_unit(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    let_in(town, call, "stranger")
    town.do(move_person, town["stranger"].id, "CIROYOM", by="admin")
    idea = town.do(draft_idea, call, town.proposal(team=()), by="stranger").idea.id
    town.do(submit_idea, idea, by="stranger")
    assert town.idea(idea).unit_id == town.units["CIROYOM"][0]


def test_two_devices_at_once_let_in_one_idea(either_town: Town, pass_to: Passing) -> None:
    town = either_town
    call = town.build_call(closing=LATE)
    ideas = [town.build_idea(call=call, title=f"Gagasan {number}") for number in range(4)]
    over(town, call, pass_to)
    let_in(town, call)
    came = at_once([lambda idea=idea: town.do(submit_idea, idea, by="lead") for idea in ideas])
    assert sorted(came) == ["done", "refused", "refused", "refused"]
    assert [town.idea(idea).stage for idea in ideas].count(IdeaStage.SUBMITTED) == 1
    assert counts(town, call) == (1, 1)


def test_a_permit_taken_back_while_it_is_used_is_either(either_town: Town, pass_to: Passing) -> None:
    town = either_town
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    permit = let_in(town, call)
    came = at_once([lambda: town.do(submit_idea, idea, by="lead"), lambda: town.do(end_late_permit, permit, by="secretary")])
    assert sorted(came) == ["done", "refused"]
    assert (permit_of(town, permit).ended_at is None) == (town.idea(idea).stage == IdeaStage.SUBMITTED)


def test_two_who_give_at_once_give_one_permit(either_town: Town, pass_to: Passing) -> None:
    town = either_town
    call, _end = build(town, pass_to)
    assert sorted(at_once([lambda who=who: give(town, call, by=who) for who in ("secretary", "admin")])) == ["done", "refused"]


# What follows from the end waits for whoever may still come in


def test_places_are_given_only_when_nobody_may_come_in_any_more(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE, rule_book=RANKED)
    early, late = town.build_idea(IdeaStage.ROLLED_OUT, call=call, points=70), town.build_idea(call=call, title="Gagasan yang terlambat")
    end = over(town, call, pass_to)
    let_in(town, call, days=6)
    find_what_is_due(town)
    town.do(draft_ranked_awards, call, by="flow:reward")
    with pytest.raises(Conflict, match="entry_not_over") as refused:
        town.do(propose_award, early, by="secretary")
    assert refused.value.parameters == {"closes_at": (end + timedelta(days=7)).isoformat()}
    assert town.rows(select(Award.id)) == []
    pass_to(end + timedelta(days=5))
    town.take(late, "submit", "route")
    pass_to(end + timedelta(days=8))
    find_what_is_due(town)
    town.do(draft_ranked_awards, call, by="flow:reward")
    assert town.rows(select(Award.id)) == [], "an idea that came in late is still on its way"
    steps = "permit granted, screen accepted, assign, score, close_review, draft_recommend, recommend feasible, determine adopted"
    town.take(late, *steps.split(", "), "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out", points=95)
    find_what_is_due(town)
    town.do(draft_ranked_awards, call, by="flow:reward")
    assert dict(town.rows(select(Award.idea_id, Award.tier))) == {late: "gold", early: "silver"}
    assert call_of(town, call).awards_drafted_at is not None


def test_after_awards_were_drafted_nobody_is_let_in(town: Town, pass_to: Passing) -> None:
    call, end = build(town, pass_to, rule_book=RANKED)
    pass_to(end + timedelta(days=7))
    find_what_is_due(town)
    town.do(draft_ranked_awards, call, by="flow:reward")
    assert call_of(town, call).awards_drafted_at is not None
    with pytest.raises(Invalid, match="late_permit_too_long"):
        give(town, call, days=1)


def test_an_unranked_call_awards_as_it_goes(town: Town, pass_to: Passing) -> None:
    """No place is taken from whoever comes in late: each award rests on the idea alone."""
    call = town.build_call(closing=LATE)
    idea = town.build_idea(IdeaStage.ROLLED_OUT, call=call)
    over(town, call, pass_to)
    with town.store.reading() as session:
        assert may_still_enter(session, call_of(town, call))
    town.take(idea, "propose")
    assert town.rows(select(Award.idea_id)) == [idea]


def test_a_call_is_not_put_away_while_somebody_may_still_come_in_by_a_permit(town: Town, pass_to: Passing) -> None:
    call, end = build(town, pass_to)
    give(town, call)
    with pytest.raises(Conflict, match="call_has_late_permits"):
        town.do(archive_call, call, by="secretary")
    pass_to(end + timedelta(days=3))
    town.do(archive_call, call, by="secretary")
    with pytest.raises(Conflict, match="call_archived"):
        give(town, call)


def test_a_permit_of_a_call_that_was_opened_again_is_not_needed_and_stays(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    permit = let_in(town, call)
    town.do(extend_call, call, now() + timedelta(days=1), WHY, by="secretary")
    town.do(submit_idea, idea, by="lead")
    assert late_of(town, idea) is None
    with town.store.reading() as session:
        found = find_permit(session, call_of(town, call), town["lead"].id)
        assert found is not None
        assert found.id == permit


def test_the_decision_of_a_late_submission_names_no_person(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    let_in(town, call)
    town.do(submit_idea, idea, by="lead")
    [detail] = town.rows(select(Decision.detail).where(Decision.idea_id == idea, Decision.action == "submit"))
    assert set(detail) == {"late"}
    assert set(detail["late"]) == {"minutes", "permit"}
