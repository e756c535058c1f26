"""Where becoming one meets what else may happen to an idea and its team: another lead, another member, a head's silence, a second life.

An inspector would ask: is the team that came about the one to which all agreed? Did the head see it? May it still be taken back?
"""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.ideas import TeamMember
from models.merges import IdeaMerge
from models.people import Role
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import REASON
from tests.workflows.intake.merged import agree, build_two, merge, open_both, propose, require_whole, take_back, told
from tests.workflows.intake.test_agree import team_of
from tests.workflows.intake.test_new_lead import ask_to_lead, lead_of
from tests.workflows.intake.test_replace import agree as agree_to_replacement
from tests.workflows.intake.test_replace import replace
from tests.workflows.intake.test_silence import last_second, let_heads_serve, let_pass, settled
from tests.workflows.intake.transferred import accept, build_elsewhere, offer, sees
from tests.workflows.intake.transferred import agree as agree_to_rules
from tests.workflows.review.test_reopen import WHY
from tests.workflows.turns import Clock, clock, own_town
from workflows.intake.merge import open_merge
from workflows.intake.merge_lists import list_waiting_merges
from workflows.intake.replace import confirm_replacement
from workflows.intake.separate import undo_merge
from workflows.process.refusals import Conflict
from workflows.review.reopen import reopen_idea

__all__ = ["clock", "own_town"]


def hand_over(town: Town, idea: str) -> None:
    """The mate leads, as the lead wants and the head confirms."""
    asked = ask_to_lead(town, idea, by="lead")
    agree_to_replacement(town, asked, "mate")
    town.do(confirm_replacement, asked, confirms=True, by="head")


def lead_by(town: Town, idea: str, who: str, former: str = "lead") -> None:
    """Somebody of the joint team leads, as its lead agrees and the head confirms."""
    asked = ask_to_lead(town, idea, who)
    agree_to_replacement(town, asked, former)
    town.do(confirm_replacement, asked, confirms=True, by="head")


def test_another_lead_ends_what_was_proposed_under_the_former_one_and_who_leads_proposes_anew(either_town: Town) -> None:
    town = either_town
    first, second = build_two(town)
    asked = propose(town, first, second)
    open_both(town, asked)
    agree(town, asked, "owner", "walker")
    hand_over(town, first)
    assert lead_of(town, first) == "mate"
    (row,) = town.rows(select(IdeaMerge))
    assert (row.is_done, row.settled_at is not None) == (False, True)
    assert [told(town, who)[-1] for who in ("lead", "mate", "owner", "walker")] == ["merge_ended"] * 4
    with pytest.raises(Conflict, match="merge_settled"):
        agree(town, asked, "lead")
    require_whole(town)
    again = propose(town, first, second)
    with town.store.reading() as session:
        assert [each.may_open for each in list_waiting_merges(session, actor=town.actor(session, "mate"))] == [True]
    for who in ("mate", "owner"):
        town.do(open_merge, again, by=who)
    agree(town, again, "lead", "mate", "owner", "walker")
    leads = town.rows(select(TeamMember.person_id).where(TeamMember.idea_id == first, col(TeamMember.lead)))
    assert leads == [town.idea(first).lead_id] == [town["mate"].id]
    require_whole(town)


def test_what_is_led_by_another_by_now_is_taken_back_and_they_go_on_leading_it(either_town: Town) -> None:
    town = either_town
    first, second = build_two(town)
    asked = merge(town, first, second)
    lead_by(town, first, "mate")
    take_back(town, asked, lead="owner")
    assert (lead_of(town, first), team_of(town, first)) == ("mate", {"lead": 6_000, "mate": 4_000})
    assert (lead_of(town, second), team_of(town, second)) == ("owner", {"owner": 7_000, "walker": 3_000})
    leads = town.rows(select(TeamMember.person_id).where(TeamMember.idea_id == first, col(TeamMember.lead)))
    assert leads == [town["mate"].id]
    assert (town.idea(first).stage, town.idea(second).stage) == (IdeaStage.SCREENING, IdeaStage.SCREENING)
    require_whole(town)
    town.take(first, "screen accepted")


def test_who_is_of_the_later_team_alone_does_not_lead_the_earlier_idea_by_its_being_taken_back(town: Town) -> None:
    first, second = build_two(town)
    asked = merge(town, first, second)
    lead_by(town, first, "owner")
    for who in ("secretary", "lead", "owner"):
        with pytest.raises(Conflict, match="merge_lead_of_later"):
            town.do(undo_merge, asked, reason=REASON, by=who)
    lead_by(town, first, "lead", "owner")
    take_back(town, asked)
    assert (lead_of(town, first), team_of(town, first)) == ("lead", {"lead": 6_000, "mate": 4_000})
    require_whole(town)


def test_another_member_ends_what_was_proposed_for_the_former_team(town: Town) -> None:
    first, second = build_two(town)
    asked = propose(town, first, second)
    open_both(town, asked)
    replaced = replace(town, first, newcomer="stranger")
    agree_to_replacement(town, replaced, "mate", "stranger")
    town.do(confirm_replacement, replaced, confirms=True, by="head")
    (row,) = town.rows(select(IdeaMerge))
    assert (row.id, row.settled_at is not None, row.is_done) == (asked, True, False)
    propose(town, first, second)
    require_whole(town)


def test_a_head_is_not_silent_about_a_team_that_they_had_fewer_days_for(own_town: Town, clock: Clock) -> None:
    let_heads_serve(own_town)
    call = own_town.build_call(on_silence="granted")
    first, second = build_two(own_town, IdeaStage.AWAITING_PERMISSION, IdeaStage.AWAITING_PERMISSION, call)
    clock.set(last_second(own_town, first) - timedelta(hours=1))
    merge(own_town, first, second)
    let_pass(own_town, clock, first)
    assert own_town.idea(first).stage == IdeaStage.AWAITING_PERMISSION, "somebody above is asked"
    assert settled(own_town, first) == []
    own_town.take(first, "permit granted")
    assert own_town.idea(first).stage == IdeaStage.SCREENING


def test_a_head_who_is_asked_anew_has_all_their_days_and_their_silence_counts_for_the_joint_team(own_town: Town, clock: Clock) -> None:
    let_heads_serve(own_town)
    call = own_town.build_call(on_silence="granted")
    first, second = build_two(own_town, call=call)
    clock.set("2026-11-26T10:00:00+07:00")
    asked = merge(own_town, first, second)
    assert last_second(own_town, first).date().isoformat() == "2026-12-03"
    let_pass(own_town, clock, first)
    assert own_town.idea(first).stage == IdeaStage.SCREENING
    own_town.take(first, "screen returned", "supplement")
    assert own_town.idea(first).stage == IdeaStage.SCREENING, "what silence let through is not asked for once more"
    take_back(own_town, asked)
    assert own_town.idea(first).stage == IdeaStage.SCREENING
    require_whole(own_town)


def test_an_idea_that_was_reopened_becomes_one_and_two_again_as_any_other(town: Town) -> None:
    first = town.build_idea(IdeaStage.REJECTED)
    town.do(reopen_idea, first, reason=WHY, by="secretary")
    _, second = build_two(town)
    asked = merge(town, first, second)
    town.take(first, "permit granted")
    take_back(town, asked)
    assert (team_of(town, first), town.idea(second).stage) == ({"lead": 6_000, "mate": 4_000}, IdeaStage.SCREENING)
    again = merge(town, first, second)
    town.take(first, "permit granted", "screen accepted")
    with pytest.raises(Conflict, match="merge_review_began"):
        town.do(undo_merge, again, reason=REASON, by="secretary")
    require_whole(town)


def test_what_was_to_become_of_an_idea_before_it_was_turned_down_is_over_once_it_is_reopened(town: Town) -> None:
    town.give_role("stranger", Role.SECRETARIAT, "BAPPEDA")
    first, second = build_two(town)
    asked = propose(town, first, second)
    open_both(town, asked)
    agree(town, asked, "lead", "mate", "owner")
    offered = town.build_idea(IdeaStage.SCREENING, title="Rapor daring")
    transfer = offer(town, offered, build_elsewhere(town))
    accept(town, transfer)
    for idea in (first, offered):
        town.take(idea, "screen rejected")
        town.do(reopen_idea, idea, reason=WHY, by="stranger")
    with pytest.raises(Conflict, match="merge_settled"):
        agree(town, asked, "walker")
    with pytest.raises(Conflict, match="transfer_settled"):
        agree_to_rules(town, transfer, "lead")
    assert not sees(town, "walker", offered), "who was to take it in reads nothing of it any more"
    assert (told(town, "mate")[-1], town.idea(second).stage) == ("merge_ended", IdeaStage.SCREENING)
    require_whole(town)
