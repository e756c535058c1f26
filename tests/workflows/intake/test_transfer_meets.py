"""A transfer meets what else goes on with an idea: a merge that can come about no more, more calls than are looked at, an end."""

import pytest
from sqlmodel import select

from models.stages import IdeaStage
from models.transfers import IdeaTransfer
from tests.building import Town
from tests.steps import MET
from tests.workflows.intake.merged import propose
from tests.workflows.intake.test_transfer import build_elsewhere, offer, require_whole
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.transfer import Agreement, agree_to_transfer, answer_transfer
from workflows.intake.withdraw import withdraw_idea
from workflows.process.refusals import Conflict


def build_alone(town: Town) -> tuple[str, str]:
    """Two ideas of which nobody is of the other call's office."""
    return town.build_idea(IdeaStage.SCREENING), town.build_idea(IdeaStage.SCREENING, lead="owner", title="Nomor antre dari rumah")


def test_a_merge_that_can_come_about_no_more_holds_no_idea_back(town: Town) -> None:
    other = build_elsewhere(town)
    first, second = build_alone(town)
    propose(town, first, second)
    with pytest.raises(Conflict, match="merge_waits"):
        offer(town, second, other)
    town.do(withdraw_idea, first, by="lead")
    offered = offer(town, second, other)
    town.do(answer_transfer, offered, accepts=True, by="walker")
    town.do(agree_to_transfer, offered, Agreement(), by="owner")
    assert town.idea(second).call_id == other
    require_whole(town)


def test_an_idea_that_two_offices_agreed_upon_goes_though_the_other_went_into_its_review(town: Town) -> None:
    other = build_elsewhere(town)
    first, second = build_alone(town)
    offered = offer(town, second, other)
    town.do(answer_transfer, offered, accepts=True, by="walker")
    propose(town, first, second)
    with pytest.raises(Conflict, match="merge_waits"):
        town.do(agree_to_transfer, offered, Agreement(), by="owner")
    town.do(screen_idea, first, Screening.ACCEPTED, Findings(MET), by="secretary")
    assert town.idea(first).stage == IdeaStage.IN_REVIEW
    town.do(agree_to_transfer, offered, Agreement(), by="owner")
    assert town.rows(select(IdeaTransfer.is_done)) == [True]
    require_whole(town)
