"""Where becoming one meets what else may happen to an idea and its team: another lead, another member, a head's silence, a second life.

An inspector would ask: is the team that came about the one to which all agreed? Did the head see it? May it still be taken back?
"""

import pytest
from sqlmodel import col, select

from models.ideas import TeamMember
from models.merges import IdeaMerge
from tests.building import Town
from tests.workflows.intake.merged import agree, build_two, open_both, propose, require_whole, told
from tests.workflows.intake.test_new_lead import ask_to_lead, lead_of
from tests.workflows.intake.test_replace import agree as agree_to_replacement
from tests.workflows.intake.test_replace import replace
from workflows.intake.merge import open_merge
from workflows.intake.merge_lists import list_waiting_merges
from workflows.intake.replace import confirm_replacement
from workflows.process.refusals import Conflict


def hand_over(town: Town, idea: str) -> None:
    """The mate leads, as the lead wants and the head confirms."""
    asked = ask_to_lead(town, idea, by="lead")
    agree_to_replacement(town, asked, "mate")
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
