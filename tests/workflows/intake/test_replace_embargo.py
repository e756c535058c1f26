"""Nobody learns from a change of a team that an award is prepared: of a call that awards early, where the idea has gone on meanwhile.

Who would look: a lead and their head who name one free colleague after another, or another lead, and see whether all are refused.
"""

import pytest

from models.stages import IdeaStage
from tests.building import Town
from tests.steps import decree_of_today
from tests.workflows.intake.test_agree import team_of
from tests.workflows.intake.test_new_lead import ask_to_lead, lead_of
from tests.workflows.intake.test_replace import agree, replace, require_whole
from workflows.intake.replace import confirm_replacement
from workflows.process.refusals import Conflict
from workflows.reward.approve import approve_award
from workflows.reward.propose import propose_award

EARLY = ["shortlisted", "rolled_out"]


@pytest.fixture(params=[False, True], ids=["nothing prepared", "an award prepared"])
def idea(request: pytest.FixtureRequest, town: Town) -> str:
    """An idea that was shortlisted, and recommended since; in one world an award was proposed for it in between."""
    idea = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(award_from=EARLY))
    if request.param:
        award = town.do(propose_award, idea, by="secretary").award.id
    town.take(idea, "recommend feasible")
    if request.param:
        with pytest.raises(Conflict, match="award_no_longer_earned"):
            town.do(approve_award, award, decree=decree_of_today("2"), by="leader")
    return idea


def test_a_colleague_comes_into_the_team_of_an_idea_whether_an_award_is_prepared_or_not(town: Town, idea: str) -> None:
    asked = replace(town, idea, newcomer="stranger")
    agree(town, asked, "stranger", "mate")
    town.do(confirm_replacement, asked, confirms=True, by="head")
    assert team_of(town, idea) == {"lead": 6_000, "stranger": 4_000}
    require_whole(town)


def test_another_member_comes_to_lead_an_idea_whether_an_award_is_prepared_or_not(town: Town, idea: str) -> None:
    asked = ask_to_lead(town, idea)
    agree(town, asked, "lead")
    town.do(confirm_replacement, asked, confirms=True, by="head")
    assert lead_of(town, idea) == "mate"
    require_whole(town)
