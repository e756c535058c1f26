"""A late permit: one named person, one idea, until an instant, given by one person and confirmed by another; on record for everybody.

Who would cheat: a secretary who lets in a friend, a team-mate or themselves; two who agree on it; who passes a permit on, or uses it
twice. Who falls ill: whoever the permit is for. What an inspector expects: who let whom in, when, why, and what came of it.
"""

from datetime import timedelta

import pytest

from models.people import Role
from models.stages import IdeaStage
from tests.building import Town
from tests.workflows.intake.test_grace import late_of
from tests.workflows.region.letting_in import LATE, Passing, build, counts, give, let_in, over, pass_to, permit_of
from workflows.intake.draft import draft_idea
from workflows.intake.submit import submit_idea
from workflows.intake.team import MemberShare
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.region.calls import close_call
from workflows.region.confirmations import confirm, list_confirmations, refuse
from workflows.region.late_permits import (
    confirm_late_permit,
)

__all__ = ["pass_to"]


# What it lets in


def test_whoever_has_a_permit_submits_one_idea_marked_with_it(either_town: Town, pass_to: Passing) -> None:
    town = either_town
    call = town.build_call(closing=LATE)
    idea, second = town.build_idea(call=call), town.build_idea(call=call, title="Gagasan kedua")
    end = over(town, call, pass_to)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")
    permit = let_in(town, call)
    town.do(submit_idea, idea, by="lead")
    assert late_of(town, idea) == {"minutes": 60, "permit": permit}
    used = permit_of(town, permit)
    assert (used.idea_id, used.used_at) == (idea, end + timedelta(hours=1))
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, second, by="lead")
    assert counts(town, call) == (1, 1)


def test_who_had_no_draft_writes_one_under_the_permit(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    with pytest.raises(Conflict, match="call_not_open"):
        town.do(draft_idea, call, town.proposal(), by="lead")
    let_in(town, call)
    idea = town.do(draft_idea, call, town.proposal(), by="lead").idea.id
    town.join(idea)
    assert town.do(submit_idea, idea, by="lead").idea.stage == IdeaStage.SUBMITTED
    with pytest.raises(Conflict, match="call_not_open"):
        town.do(draft_idea, call, town.proposal(), by="lead")


def test_a_permit_cannot_be_passed_on(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    let_in(town, call, "mate")
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")


def test_a_permit_that_nobody_confirmed_lets_nobody_in(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    give(town, call)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")
    assert counts(town, call) == (0, 0)


def test_the_last_instant_of_a_permit_is_too_late(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    until = permit_of(town, let_in(town, call)).until
    pass_to(until)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, idea, by="lead")
    pass_to(until - timedelta(microseconds=1))
    town.do(submit_idea, idea, by="lead")


def test_a_permit_in_the_grace_is_kept_for_after_it(town: Town, pass_to: Passing) -> None:
    call = town.build_call(closing={"late_days": 7, "grace_minutes": 120})
    idea = town.build_idea(call=call)
    over(town, call, pass_to)
    permit = let_in(town, call)
    town.do(submit_idea, idea, by="lead")
    assert late_of(town, idea) == {"minutes": 60}
    assert permit_of(town, permit).used_at is None


def test_after_a_call_closed_early_the_days_count_from_then(town: Town) -> None:
    call = town.build_call(closing=LATE)
    idea = town.build_idea(call=call)
    town.do(close_call, call, by="secretary")
    with pytest.raises(Invalid, match="late_permit_too_long"):
        give(town, call, days=8)
    let_in(town, call, days=6)
    town.do(submit_idea, idea, by="lead")


# Who gives it, and who confirms


def test_only_the_secretariat_or_an_admin_over_the_call_gives_one(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    for who in town.people.keys() - {"secretary", "admin", "second_admin"}:
        with pytest.raises(Forbidden, match="only_secretariat"):
            give(town, call, "mate", by=who)
    with pytest.raises(Forbidden, match="only_secretariat"):
        give(town, call, "mate", by="flow:terminal")


def test_nobody_lets_themselves_in(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    town.give_role("mate", Role.SECRETARIAT, "KOTA")
    town.give_role("stranger", Role.LEADER, "KOTA")
    with pytest.raises(Forbidden, match="own_late_permit"):
        give(town, call, "mate", by="mate")
    permit = give(town, call, "stranger")
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm, permit.id, by="stranger")


def test_whoever_gave_it_does_not_confirm_it(town: Town, pass_to: Passing) -> None:
    call, _end = build(town, pass_to)
    permit = give(town, call, by="admin")
    with pytest.raises(Forbidden, match="own_confirmation"):
        town.do(confirm, permit.id, by="admin")
    for who in ("secretary", "chair", "verifier", "auditor", "lead"):
        with pytest.raises(Forbidden, match="only_second"):
            town.do(confirm, permit.id, by=who)
    town.do(confirm, permit.id, by="leader")
    assert permit_of(town, permit.id).confirmed_by == town["leader"].id
    with pytest.raises(Conflict, match="confirmation_settled"):
        town.do(confirm_late_permit, permit.id, by="second_admin")


@pytest.mark.parametrize("part", ["leads", "joined", "asked"])
def test_who_proposes_in_the_call_neither_gives_nor_confirms_nor_takes_back(town: Town, pass_to: Passing, part: str) -> None:
    town.give_role("mate", Role.SECRETARIAT, "KOTA")
    town.give_role("mate", Role.LEADER, "KOTA")
    call = town.build_call(closing=LATE)
    if part == "leads":
        town.build_idea(call=call, lead="mate")
    else:
        idea = str(town.do(draft_idea, call, town.proposal(), by="lead").idea.id)
        if part == "joined":
            town.join(idea)
    over(town, call, pass_to)
    with pytest.raises(Forbidden, match="own_idea_in_call"):
        give(town, call, "stranger", by="mate")
    permit = give(town, call, "lead")
    for act in (confirm, refuse):
        with pytest.raises(Forbidden, match="own_idea_in_call"):
            town.do(act, permit.id, by="mate")
    with town.store.reading() as session:
        assert list_confirmations(session, actor=town.actor(session, "mate")) == []


@pytest.mark.parametrize("who", ["secretary", "second_admin"])
def test_who_let_somebody_in_does_not_join_their_team_afterwards(town: Town, pass_to: Passing, who: str) -> None:
    call, _end = build(town, pass_to)
    let_in(town, call)
    team = (MemberShare(town["lead"].number, 6_000), MemberShare(town[who].number, 4_000))
    idea = town.do(draft_idea, call, town.proposal(team=team), by="lead").idea.id
    with pytest.raises(Conflict, match="late_permit_own_team"):
        town.do(submit_idea, idea, by="lead")
    town.join(idea)
    with pytest.raises(Conflict, match="late_permit_own_team"):
        town.do(submit_idea, idea, by="lead")
