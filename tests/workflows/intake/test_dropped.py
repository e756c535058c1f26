"""What a member agreed to binds them, and nobody who joined is dropped in silence.

Who would cheat: a lead who lets colleagues agree to a small idea and then writes another budget under their names; who drops a colleague in
the last hour and is paid everything. What an inspector expects: everybody agreed to the title and the budget that was handed in, and
whoever was dropped knows it from the program.
"""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from models.outbox import Message
from models.stages import IdeaStage
from tests.asking import ask
from tests.building import Town
from tests.workflows.intake.test_agree import asked_of, named, team_of
from workflows.calculations.employee_number import mask_employee_number
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import revise_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.process.refusals import Conflict
from workflows.recognition.turns import find_dropped_mail


@pytest.mark.parametrize("changed", [{"title": "Judul lain"}, {"budget_rupiah": 40_000_000}])
def test_another_title_or_budget_of_a_draft_asks_everybody_again_who_had_agreed(either_town: Town, changed: dict[str, Any]) -> None:
    town = either_town
    idea = town.build_idea()
    town.do(revise_idea, idea, town.proposal(sections={"background": "satu dua tiga", "idea": "Kata yang lain."}), by="lead")
    assert (asked_of(town, "mate"), team_of(town, idea)) == ([], {"lead": 6_000, "mate": 4_000}), "only a section changed"
    town.do(revise_idea, idea, town.proposal(**changed), by="lead")
    assert (asked_of(town, "mate"), team_of(town, idea)) == (["agree"], {"lead": 6_000})
    with pytest.raises(Conflict, match="team_unanswered"):
        town.do(submit_idea, idea, by="lead")
    town.do(answer_invitation, idea, joins=True, by="mate")
    town.do(submit_idea, idea, by="lead")
    assert team_of(town, idea) == {"lead": 6_000, "mate": 4_000}


def dropped_mails(town: Town, idea: str) -> list[tuple[str, str]]:
    """Who is told by mail that they are of the team no more: the address and the subject."""
    asked = town.rows(select(Message).where(Message.job == "tell_dropped", Message.idea_id == idea))
    with town.store.reading() as session:
        mails = [find_dropped_mail(session, each.subject_id, idea, 1) for each in asked]
    return [(mail.to, mail.subject) for mail in mails if mail is not None]


TOLD = [("mate@contoh.example", "Gagas: Anda tidak lagi dalam tim usulan - Antrean daring kelurahan")]


def test_who_joined_and_is_dropped_is_told_by_mail_and_it_stands_in_the_history(either_town: Town) -> None:
    town = either_town
    idea = town.build_idea()
    town.do(revise_idea, idea, town.proposal(team=()), by="lead")
    assert (team_of(town, idea), dropped_mails(town, idea)) == ({"lead": 10_000}, TOLD)
    client = TestClient(town.app)
    revised = ask(client, town["lead"], f"GET /ideas/{idea}/history").json()[-1]
    masked = mask_employee_number(town["mate"].number)
    assert [(each["employee_number_masked"], each["share_hundredths"]) for each in revised["detail"]["dropped"]] == [(masked, 4_000)]
    shown = client.get(f"/usulan/{idea}", headers={"Cookie": f"gagas_session={town['lead'].token}"}).text
    assert f"NIP/NI PPPK {masked}" in shown.replace("\u00a0", " ") or masked[-3:] in shown
    assert town["mate"].number not in shown


def test_who_joined_is_not_dropped_in_silence_by_being_asked_again(town: Town) -> None:
    left_out, dropped = town.build_idea(), town.build_idea()
    for idea in (left_out, dropped):
        town.do(revise_idea, idea, town.proposal(budget_rupiah=40_000_000), by="lead")
        assert dropped_mails(town, idea) == []
    town.do(submit_idea, left_out, without_unanswered=True, by="lead")
    town.do(revise_idea, dropped, town.proposal(budget_rupiah=40_000_000, team=()), by="lead")
    assert [dropped_mails(town, idea) for idea in (left_out, dropped)] == [TOLD, TOLD]


def test_whoever_is_back_in_the_team_by_then_is_told_nothing(town: Town) -> None:
    idea = town.build_idea()
    town.do(revise_idea, idea, town.proposal(team=()), by="lead")
    town.do(revise_idea, idea, town.proposal(), by="lead")
    assert dropped_mails(town, idea) == []


def test_who_is_dropped_by_a_supplement_is_told_and_the_head_permits_again(town: Town) -> None:
    idea = town.build_returned("team")
    town.do(supplement_idea, idea, town.proposal(team=named(town, lead=10_000)), by="lead")
    assert (town.idea(idea).stage, dropped_mails(town, idea)) == (IdeaStage.AWAITING_PERMISSION, TOLD)
