"""Who joined a draft's team may leave it again; of an idea that is handed in nobody leaves alone, and nobody is put in another's place.

Who would cheat is a lead who makes somebody leave, or a member who leaves once there is money to divide.
"""

import pytest
from sqlmodel import select

from models.ideas import Answer, Decision, Invitation
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.building import Town
from tests.workflows.intake.test_agree import asked_of, team_of
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import revise_idea
from workflows.intake.leaving import leave_team
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Conflict, Forbidden, NotFound


def test_a_member_leaves_a_draft_and_the_lead_is_asked_to_look_at_it(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea()
    town.do(leave_team, idea, reason="Pindah tugas.", by="mate")
    assert team_of(town, idea) == {"lead": 10_000}
    assert (asked_of(town, "lead"), asked_of(town, "mate")) == (["revise"], [])
    (left,) = town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "agree", Decision.outcome == "not_joined"))
    assert (left.actor_id, left.reason) == (town["mate"].id, "Pindah tugas.")
    (row,) = town.rows(select(Invitation).where(Invitation.idea_id == idea))
    assert (row.person_id, row.answer, row.share_hundredths) == (town["mate"].id, Answer.NOT_JOINED, 4_000)
    with pytest.raises(NotFound):
        town.do(leave_team, idea, by="mate")
    with town.store.reading() as session:
        assert list(compare_rows(session).differences) == []


def test_who_left_can_be_asked_again_and_join(town: Town) -> None:
    idea = town.build_idea()
    town.do(leave_team, idea, by="mate")
    town.do(revise_idea, idea, town.proposal(), by="lead")
    assert asked_of(town, "mate") == ["agree"]
    town.do(answer_invitation, idea, joins=True, by="mate")
    assert team_of(town, idea) == {"lead": 6_000, "mate": 4_000}


@pytest.mark.parametrize(
    ("stage", "who", "refusal", "code"),
    [
        (IdeaStage.DRAFT, "lead", Forbidden, "lead_leaves_not"),
        (IdeaStage.DRAFT, "stranger", NotFound, "idea_not_found"),
        (IdeaStage.SCREENING, "secretary", Forbidden, "only_member"),
        (IdeaStage.SUPPLEMENT_ASKED, "mate", Conflict, "left_only_drafts"),
        (IdeaStage.ROLLED_OUT, "mate", Conflict, "left_only_drafts"),
    ],
)
def test_nobody_else_leaves_and_nobody_once_it_is_handed_in(
    town: Town, stage: IdeaStage, who: str, refusal: type[Exception], code: str
) -> None:
    idea = town.build_idea(stage)
    with pytest.raises(refusal, match=code):
        town.do(leave_team, idea, by=who)
    assert team_of(town, idea) == {"lead": 6_000, "mate": 4_000}


def test_the_page_of_a_draft_lets_a_member_leave_and_offers_it_to_nobody_else(town: Town) -> None:
    idea = town.build_idea()
    page, form = f"/usulan/{idea}", f'action="/usulan/{idea}/keluar"'
    assert form not in open_browser(town, "lead").get(page).text
    browser = open_browser(town, "mate")
    assert send(browser, page, f"{page}/keluar", reason="Sakit").headers["location"] == "/usulan?ok=team_left"
    assert "Anda sudah keluar dari tim" in browser.get("/usulan?ok=team_left").text
    assert team_of(town, idea) == {"lead": 10_000}
