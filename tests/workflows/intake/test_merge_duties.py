"""Who did something about an idea that has joined another, or brought it about in office, is held to it as to every duty.

An inspector would ask: does somebody judge the joint idea who wrote half of it and left in time, or who brought it before a call to decide
on it there?
"""

import pytest
from sqlmodel import Session

from models.people import Role
from models.stages import IdeaStage
from tests.building import Town
from tests.steps import REASON
from tests.workflows.intake.merged import agree, build_two, merge, open_both, propose, require_whole, take_back, team
from tests.workflows.intake.test_replace import agree as agree_to_replacement
from tests.workflows.intake.test_replace import replace
from tests.workflows.intake.transferred import accept, build_elsewhere, hand_on, offer
from tests.workflows.review.test_reopen import WHY
from workflows.intake.merge import answer_merge
from workflows.intake.permit import permit_idea
from workflows.intake.replace import confirm_replacement
from workflows.intake.transfer import answer_transfer
from workflows.process.context import IdeaContext, read_context
from workflows.process.duties import list_barred, list_borne
from workflows.process.refusals import Forbidden, NotFound
from workflows.review.assign import list_eligible
from workflows.review.reopen import reopen_idea


def borne(town: Town, idea: str, who: str) -> list[str]:
    with town.store.reading() as session:
        return list_borne(session, idea, town[who].id)


def eligible(town: Town, idea: str) -> list[str]:
    with town.store.reading() as session:
        return list_eligible(session, _read(session, town, idea))


def barred(town: Town, idea: str, duty: str) -> set[str]:
    with town.store.reading() as session:
        context = _read(session, town, idea)
        return list_barred(session, idea, duty, context.policy)


def _read(session: Session, town: Town, idea: str) -> IdeaContext:
    return read_context(session, idea, actor=town.actor(session, "flow:review"))


def test_who_was_of_the_team_that_joined_judges_nothing_of_the_joint_idea(either_town: Town) -> None:
    town = either_town
    first = town.build_idea(IdeaStage.SCREENING)
    second = town.build_idea(
        IdeaStage.SCREENING, lead="owner", title="Nomor antre dari rumah", team=team(town, owner=7_000, reviewer1=3_000)
    )
    replaced = replace(town, second, leaver="reviewer1", newcomer="walker", by="owner")
    agree_to_replacement(town, replaced, "reviewer1", "walker")
    town.do(confirm_replacement, replaced, confirms=True, by="head")
    assert town["reviewer1"].id in eligible(town, first)
    asked = merge(town, first, second)
    assert borne(town, first, "reviewer1") == ["left_team"]
    assert town["reviewer1"].id not in eligible(town, first)
    assert borne(town, first, "lead") == borne(town, first, "owner") == [], "the joint team bears no duty on its own idea"
    take_back(town, asked)
    assert borne(town, first, "reviewer1") == []
    require_whole(town)


def test_who_said_in_office_that_two_are_one_has_screened_them(town: Town) -> None:
    first = town.build_idea(IdeaStage.SCREENING)
    second = town.build_idea(IdeaStage.SCREENING, lead="owner", title="Nomor antre dari rumah")
    asked = propose(town, first, second)
    open_both(town, asked)
    agree(town, asked, "lead", "mate", "owner")
    assert borne(town, first, "secretary") == borne(town, second, "secretary") == ["screen"]
    for duty in ("score", "determine", "propose"):
        assert town["secretary"].id in barred(town, first, duty)


def test_who_proposes_a_merge_in_office_permits_neither_while_it_waits_and_may_again_when_it_comes_to_nothing(town: Town) -> None:
    call = town.build_call(movers={"permit": "secretariat", "propose": "chair"})
    first, second = build_two(town, IdeaStage.AWAITING_PERMISSION, IdeaStage.AWAITING_PERMISSION, call)
    asked = propose(town, first, second)
    open_both(town, asked)
    agree(town, asked, "lead", "mate", "owner")
    for idea in (first, second):
        with pytest.raises(Forbidden, match="has_other_duty") as refused:
            town.do(permit_idea, idea, granted=True, by="secretary")
        assert refused.value.parameters == {"duty": "screen"}
    town.do(answer_merge, asked, agrees=False, reason=REASON, by="walker")
    assert borne(town, first, "secretary") == []
    town.do(permit_idea, first, granted=True, by="secretary")
    require_whole(town)


def test_who_offers_an_idea_or_would_take_it_in_has_screened_it_while_the_lead_is_asked(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, idea, build_elsewhere(town))
    assert (borne(town, idea, "secretary"), borne(town, idea, "walker")) == (["screen"], [])
    accept(town, offered)
    assert borne(town, idea, "walker") == ["screen"]
    town.do(answer_transfer, offered, accepts=False, reason=REASON, by="secretary")
    assert borne(town, idea, "secretary") == borne(town, idea, "walker") == []


def test_who_hands_an_idea_on_or_takes_it_in_has_screened_it(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    hand_on(town, idea, build_elsewhere(town))
    assert borne(town, idea, "secretary") == borne(town, idea, "walker") == ["screen"]
    assert {town["secretary"].id, town["walker"].id} <= barred(town, idea, "determine"), "nobody brings it before themself"


def test_who_has_scored_an_idea_neither_merges_nor_hands_it_on_in_office(town: Town) -> None:
    first = town.build_idea(IdeaStage.REJECTED)
    judge = town.reviewers(first)[0]
    town.do(reopen_idea, first, reason=WHY, by="secretary")
    second = town.build_idea(IdeaStage.SCREENING, lead="owner", title="Nomor antre dari rumah")
    town.give_role(judge, Role.SECRETARIAT, "BAPPEDA")
    other = build_elsewhere(town)
    with pytest.raises(Forbidden, match="has_other_duty"):
        offer(town, first, other, by=judge)
    with pytest.raises(Forbidden):
        propose(town, first, second, by=judge)
    offered = offer(town, first, other)
    town.give_role(judge, Role.SECRETARIAT, "DISDIK")
    with pytest.raises(NotFound, match="transfer_not_found"):
        accept(town, offered, by=judge)
