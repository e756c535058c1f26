"""Another member leads an idea that was handed in: whom its lead lets, or where the lead does not answer or left, by an office's word.

Who would cheat: a member who takes over while the lead is on leave for two days; who wants to be named first right before an award; a
reviewer's friend. Who falls ill: the lead, a day before the supplement is due. An inspector asks: who confirmed it, and why? Whose share?
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from models.ideas import Answer, Invitation
from models.inbox import InboxItem
from models.instants import now
from models.ledger import LedgerEntry
from models.people import AccountNotice, NoticeKind
from models.replacements import Replacement
from models.reviews import Review, ReviewState
from models.stages import IdeaStage
from tests.api.pages.browsing import open_browser, send
from tests.asking import ask
from tests.building import Town
from tests.clock import set_clock
from tests.steps import REASON
from tests.workflows.intake.test_agree import asked_of, named, team_of
from tests.workflows.intake.test_replace import agree, replace, require_whole, retire
from workflows.intake.agree import answer_invitation
from workflows.intake.draft import revise_idea
from workflows.intake.replace import answer_replacement, ask_replacement, confirm_replacement
from workflows.intake.replace_lists import list_replacements
from workflows.intake.replacing import NewReplacement
from workflows.intake.submit import supplement_idea
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.region.accounts import close_account

THREE = {"lead": 5_000, "mate": 3_000, "stranger": 2_000}


def ask_to_lead(town: Town, idea: str, who: str = "mate", *, by: str = "") -> str:
    """A request that somebody lead, their own where nobody else makes it."""
    return str(town.do(ask_replacement, idea, NewReplacement(town.idea(idea).lead_id, REASON, person_id=town[who].id), by=by or who).id)


def lead_of(town: Town, idea: str) -> str:
    lead_id = town.idea(idea).lead_id
    return next(one.who for one in town.people.values() if one.id == lead_id)


def told_of_change(town: Town) -> list[str]:
    told = town.rows(select(AccountNotice.person_id).where(AccountNotice.kind == NoticeKind.LEAD_CHANGED))
    return sorted(one.who for one in town.people.values() if one.id in told)


def test_a_member_leads_once_the_lead_agrees_and_the_head_confirms_and_what_was_asked_goes_along(either_town: Town) -> None:
    town = either_town
    idea = town.build_returned("budget", team=named(town, **THREE))
    before = town.idea(idea)
    (task,) = town.rows(select(InboxItem).where(InboxItem.person_id == town["lead"].id, col(InboxItem.done_at).is_(None)))
    asked = ask_to_lead(town, idea)
    with pytest.raises(Conflict, match="replacement_unanswered"):
        town.do(confirm_replacement, asked, confirms=True, by="head")
    agree(town, asked, "lead")  # and nobody else is waited for
    for who in ("mate", "lead", "stranger"):
        with pytest.raises(Forbidden):
            town.do(confirm_replacement, asked, confirms=True, by=who)
    town.do(confirm_replacement, asked, confirms=True, by="head")
    after = town.idea(idea)
    assert (after.lead_id, after.version) == (town["mate"].id, before.version + 1)
    kept = ("unit_id", "stage", "stage_since", "due_at", "submitted_at", "code", "category", "revision")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert team_of(town, idea) == THREE
    assert (asked_of(town, "lead"), asked_of(town, "mate")) == ([], ["supplement"])
    (handed,) = town.rows(select(InboxItem).where(InboxItem.person_id == town["mate"].id, col(InboxItem.done_at).is_(None)))
    assert (handed.id, handed.due_at, handed.created_at) == (task.id, task.due_at, task.created_at)
    assert told_of_change(town) == ["lead", "mate", "stranger"]
    require_whole(town)
    (entry,) = town.rows(select(LedgerEntry).where(LedgerEntry.idea_id == idea, LedgerEntry.kind == "idea.change_lead"))
    said = entry.payload["detail"]
    assert (entry.payload["actor"], said["before"], said["after"]) == (town["head"].id, town["lead"].id, town["mate"].id)
    with pytest.raises(Forbidden, match="only_proposer"):
        town.do(supplement_idea, idea, by="lead")
    town.do(supplement_idea, idea, by="mate")
    replace(town, idea, leaver="lead", by="mate")  # who led so far may be followed as every member
    assert town.idea(idea).stage == IdeaStage.SCREENING
    require_whole(town)


def test_a_lead_hands_an_idea_over_and_one_no_keeps_it(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, team=named(town, **THREE))
    asked = ask_to_lead(town, idea, by="lead")
    with pytest.raises(Conflict, match="replacement_unanswered"):
        town.do(confirm_replacement, asked, confirms=True, by="head")
    town.do(answer_replacement, asked, agrees=False, by="mate")
    assert lead_of(town, idea) == "lead"
    again = ask_to_lead(town, idea, "stranger", by="lead")
    agree(town, again, "stranger")
    town.do(confirm_replacement, again, confirms=True, by="head")
    assert lead_of(town, idea) == "stranger"
    require_whole(town)


@pytest.mark.parametrize("leave", ["retires", "account"])
def test_where_the_lead_left_the_members_agree_and_the_office_says_why(either_town: Town, leave: str) -> None:
    town = either_town
    idea = town.build_returned(team=named(town, **THREE))
    if leave == "retires":
        retire(town, "lead")
    else:
        town.do(close_account, town["lead"].id, by="admin")
    asked = ask_to_lead(town, idea)
    with pytest.raises(Conflict, match="replacement_unanswered"):  # of stranger, who serves
        town.do(confirm_replacement, asked, confirms=True, reason=REASON, by="head")
    agree(town, asked, "stranger")
    with pytest.raises(Invalid, match="text_too_short"):
        town.do(confirm_replacement, asked, confirms=True, reason="Pensiun", by="head")
    town.do(confirm_replacement, asked, confirms=True, reason="Pengusul utama sudah pensiun.", by="head")
    assert (lead_of(town, idea), team_of(town, idea), asked_of(town, "mate")) == ("mate", THREE, ["supplement"])
    require_whole(town)
    steps = ask(TestClient(town.app), town["stranger"], f"GET /ideas/{idea}/history").json()[-2:]
    assert [(each["action"], each["by"], each["reason"]) for each in steps] == [
        ("ask_to_lead", town["mate"].name, REASON),
        ("change_lead", town["head"].name, "Pengusul utama sudah pensiun."),
    ]
    assert steps[-1]["detail"] == {"former_lead": town["lead"].name, "new_lead": town["mate"].name}


def test_where_the_head_is_of_the_team_another_office_confirms(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION, team=named(town, lead=5_000, mate=3_000, head=2_000))
    asked = ask_to_lead(town, idea)
    agree(town, asked, "lead")
    with pytest.raises(Forbidden, match="only_secretariat"):
        town.do(confirm_replacement, asked, confirms=True, by="head")
    town.do(confirm_replacement, asked, confirms=True, by="secretary")
    assert lead_of(town, idea) == "mate"


@pytest.mark.parametrize(("stage", "too_early", "late"), [("supplement_asked", 6, 9), ("screening", 26, 36)])
def test_two_days_of_leave_cost_nobody_the_lead_but_long_silence_does(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, too_early: int, late: int
) -> None:
    """Five working days are a week, twenty four weeks, and more where days off fall into them: 2 February 2027 is a Tuesday."""
    began = datetime(2027, 2, 2, 3, tzinfo=UTC)
    set_clock(monkeypatch, tmp_path, began)
    idea = town.build_idea(IdeaStage(stage), team=named(town, **THREE))
    asked = ask_to_lead(town, idea)
    for days in (2, too_early):
        set_clock(monkeypatch, tmp_path, began + timedelta(days=days))
        with pytest.raises(Conflict, match="replacement_unanswered"):
            town.do(confirm_replacement, asked, confirms=True, reason=REASON, by="head")
    set_clock(monkeypatch, tmp_path, began + timedelta(days=late))
    with pytest.raises(Invalid, match="text_empty"):
        town.do(confirm_replacement, asked, confirms=True, by="head")
    town.do(confirm_replacement, asked, confirms=True, reason=REASON, by="head")
    assert (lead_of(town, idea), team_of(town, idea)) == ("mate", THREE)


def test_a_lead_who_comes_back_in_time_says_no_and_it_is_over(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began = now()
    idea = town.build_returned()
    asked = ask_to_lead(town, idea)
    set_clock(monkeypatch, tmp_path, began + timedelta(days=12))
    town.do(answer_replacement, asked, agrees=False, reason="Saya sudah kembali.", by="lead")
    with pytest.raises(Conflict, match="replacement_settled"):
        town.do(confirm_replacement, asked, confirms=True, reason=REASON, by="head")
    assert lead_of(town, idea) == "lead"
    require_whole(town)


def test_who_must_agree_counts_again_once_their_account_is_open_again(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    town.do(close_account, town["lead"].id, by="admin")
    asked = ask_to_lead(town, idea)
    with town.store.reading() as session:
        (listed,) = list_replacements(session, actor=town.actor(session, "head"))
    assert (listed.may_confirm, listed.has_lead_agreed) == (True, False)
    town.do(answer_replacement, asked, agrees=False, by="mate")
    assert lead_of(town, idea) == "lead"


def test_nobody_from_outside_the_team_leads_and_no_member_asks_for_another(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW, team=named(town, **THREE))
    reviewer = town.reviewers(idea)[0]
    for who in (reviewer, "walker", "head"):
        with pytest.raises(Invalid, match="successor_unknown"):
            ask_to_lead(town, idea, who, by="lead")
    for who, by in ((reviewer, reviewer), ("stranger", "mate"), ("head", "head"), ("mate", "secretary")):
        with pytest.raises(Forbidden, match="only_proposer"):
            ask_to_lead(town, idea, who, by=by)


def test_who_judged_the_idea_does_not_come_to_lead_it(town: Town) -> None:
    idea = town.build_idea(IdeaStage.IN_REVIEW)
    reviewer = town.reviewers(idea)[0]
    asked = ask_to_lead(town, idea)
    agree(town, asked, "lead")
    with town.store.unit_of_work() as session:  # as if a reviewer had come into the team by another way
        review = session.exec(select(Review).where(Review.idea_id == idea, Review.reviewer_id == town[reviewer].id)).one()
        review.reviewer_id, review.state = town["mate"].id, ReviewState.RECUSED
    with pytest.raises(Conflict, match="successor_not_free") as refused:
        town.do(confirm_replacement, asked, confirms=True, by="head")
    assert (refused.value.parameters, lead_of(town, idea)) == ({}, "lead")


def test_of_two_members_who_ask_one_waits_and_the_other_may_say_no(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, team=named(town, **THREE))
    first = ask_to_lead(town, idea)
    with pytest.raises(Conflict, match="replacement_waits"):
        ask_to_lead(town, idea, "stranger")
    town.do(answer_replacement, first, agrees=False, by="stranger")
    second = ask_to_lead(town, idea, "stranger")
    agree(town, second, "lead")
    town.do(confirm_replacement, second, confirms=True, by="head")
    assert lead_of(town, idea) == "stranger"


def test_a_request_of_the_former_lead_stands_in_nobodys_way_and_ends_with_them(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING, team=named(town, **THREE))
    replacing = replace(town, idea, leaver="stranger")
    asked = ask_to_lead(town, idea)
    agree(town, asked, "lead")
    town.do(confirm_replacement, asked, confirms=True, by="head")
    (row,) = town.rows(select(Replacement).where(Replacement.id == replacing))
    assert (row.is_done, row.settled_by) == (False, town["head"].id)
    replace(town, idea, leaver="stranger", by="mate")
    require_whole(town)


def test_the_lead_stays_once_it_may_be_awarded(town: Town) -> None:
    idea = town.build_idea(IdeaStage.RECOMMENDED)
    asked = ask_to_lead(town, idea)
    agree(town, asked, "lead")
    town.take(idea, "determine adopted")
    with pytest.raises(Conflict, match="team_stands"):
        town.do(confirm_replacement, asked, confirms=True, by="head")
    early = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(award_from=["shortlisted", "rolled_out"]))
    for by in ("mate", "lead"):
        with pytest.raises((Conflict, Forbidden), match=r"team_stands|only_proposer"):
            ask_to_lead(town, early, by=by)
    assert (lead_of(town, idea), lead_of(town, early)) == ("lead", "lead")


def test_a_lead_who_left_while_the_team_was_asked_holds_nothing_up_and_the_head_sees_it_again(either_town: Town) -> None:
    """The budget that the former lead wrote is neither lost nor slipped past head and team."""
    town = either_town
    idea = town.build_returned("budget", "team", team=named(town, **THREE))
    team = named(town, lead=8_000, stranger=2_000)  # without mate
    town.do(revise_idea, idea, town.proposal(team=team, budget_rupiah=9_000_000), by="lead")
    retire(town, "lead")
    asked = ask_to_lead(town, idea)
    agree(town, asked, "stranger")
    town.do(confirm_replacement, asked, confirms=True, reason=REASON, by="head")
    require_whole(town)
    waiting = {each.person_id: (each.lead, each.answer, each.share_hundredths) for each in town.rows(select(Invitation))}
    assert waiting == {
        town["lead"].id: (False, Answer.JOINED, 5_000),
        town["mate"].id: (True, Answer.JOINED, 3_000),
        town["stranger"].id: (False, Answer.ASKED, 2_000),
    }
    assert (asked_of(town, "mate"), asked_of(town, "stranger")) == (["supplement"], ["agree"])
    with pytest.raises(Conflict, match="team_unanswered"):
        town.do(supplement_idea, idea, by="mate")
    town.do(answer_invitation, idea, joins=True, by="stranger")
    town.do(supplement_idea, idea, by="mate")
    assert (town.idea(idea).stage, team_of(town, idea)) == (IdeaStage.AWAITING_PERMISSION, THREE)
    require_whole(town)


def test_the_pages_ask_and_confirm_without_a_script(town: Town) -> None:
    idea = town.build_returned()
    page = f"/usulan/{idea}/ganti"
    for who in ("lead", "mate"):
        assert f'href="{page}?utama=1"' in open_browser(town, who).get(f"/usulan/{idea}").text
    made = send(open_browser(town, "mate"), page, page, reason=REASON)
    assert made.headers["location"] == "/pergantian?ok=replacement_asked"
    (asked,) = town.rows(select(Replacement.id))
    shown = open_browser(town, "lead").get("/pergantian").text
    assert "Pengusul utama semula" in shown
    assert "Jawaban ditunggu sampai" in shown
    assert send(open_browser(town, "lead"), "/pergantian", f"/pergantian/{asked}", do="agree").status_code == 303
    assert send(open_browser(town, "head"), "/pergantian", f"/pergantian/{asked}", do="confirm").status_code == 303
    assert lead_of(town, idea) == "mate"
    assert "Pengusul utama berganti" in open_browser(town, "secretary").get(f"/usulan/{idea}").text
    refused = send(open_browser(town, "mate"), f"{page}?utama=1", f"{page}?utama=1", reason=REASON)
    assert refused.status_code == 422
    assert "Serahkan peran pengusul utama" in refused.text
