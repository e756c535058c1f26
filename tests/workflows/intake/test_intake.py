"""Intake: who permits, what is complete, and what time does."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.calls import Call
from models.ideas import Decision, Revision
from models.inbox import InboxItem
from models.stages import IdeaStage
from tests.building import SECTIONS, Town
from tests.clock import set_clock
from tests.steps import MET, REASON
from workflows.intake.draft import revise_idea
from workflows.intake.permit import permit_idea
from workflows.intake.route import expire_supplement, route_idea
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.submit import submit_idea, supplement_idea
from workflows.intake.team import MemberShare
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.process.reminding import take_steps
from workflows.region.calls import close_call


def test_permission_is_skipped_when_the_lead_is_the_head(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SUBMITTED, lead="head")
    town.do(route_idea, idea, by="flow:intake")
    assert town.idea(idea).stage == IdeaStage.SCREENING


def test_permission_is_skipped_when_the_policy_asks_for_none(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SUBMITTED, call=town.build_call(permission=False))
    town.do(route_idea, idea, by="flow:intake")
    assert town.idea(idea).stage == IdeaStage.SCREENING


def test_routing_twice_is_routing_once(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SUBMITTED)
    for _ in range(3):
        town.do(route_idea, idea, by="flow:intake")
    assert town.idea(idea).stage == IdeaStage.AWAITING_PERMISSION
    assert len(town.rows(select(Decision).where(Decision.idea_id == idea, Decision.action == "route"))) == 1


def test_a_head_with_a_part_in_the_idea_does_not_permit_it(town: Town) -> None:
    team = (MemberShare(town["lead"].number, 5_000), MemberShare(town["head"].number, 5_000))
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION, team=team)
    with pytest.raises(Forbidden, match="conflict_of_interest"):
        town.do(permit_idea, idea, granted=True, by="head")


def test_the_head_of_another_district_does_not_see_the_idea(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    with pytest.raises(NotFound):
        town.do(permit_idea, idea, granted=True, by="other_head")


def test_a_refused_permission_needs_a_reason_and_closes_the_idea(town: Town) -> None:
    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    with pytest.raises(Invalid, match="text_empty"):
        town.do(permit_idea, idea, granted=False, by="head")
    town.do(permit_idea, idea, granted=False, reason=REASON, by="head")
    assert (town.idea(idea).stage, town.idea(idea).reason_code) == (IdeaStage.CLOSED, "permission_refused")


def test_codes_are_given_at_submission_in_order(town: Town) -> None:
    drafts = [town.build_idea() for _ in range(3)]
    assert {town.idea(idea).code for idea in drafts} == {None}
    for idea in reversed(drafts):
        town.do(submit_idea, idea, by="lead")
    assert [str(town.idea(idea).code)[-6:] for idea in reversed(drafts)] == ["000001", "000002", "000003"]


def test_a_refused_submission_takes_no_number(town: Town) -> None:
    short, whole = town.build_idea(sections={"background": "satu dua tiga"}), town.build_idea()
    for _ in range(3):
        with pytest.raises(Invalid, match="section_too_short"):
            town.do(submit_idea, short, by="lead")
    town.do(submit_idea, whole, by="lead")
    assert (town.idea(short).code, str(town.idea(whole).code)[-6:]) == (None, "000001")


@pytest.mark.parametrize(
    ("text", "fits"),
    [("satu dua tiga", True), ("satu - tiga", False), ("satu\ndua\ttiga", True), ("kata " * 50, True), ("kata " * 51, False)],
)
def test_words_are_counted_here_and_signs_are_none(town: Town, text: str, fits: bool) -> None:
    idea = town.build_idea(sections={**SECTIONS, "idea": text})
    if fits:
        town.do(submit_idea, idea, by="lead")
        return
    with pytest.raises(Invalid, match=r"section_too_(short|long)"):
        town.do(submit_idea, idea, by="lead")


def test_nothing_is_handed_in_outside_the_calls_time(town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    early, late, last, closed = (town.build_idea() for _ in range(4))
    call = town.rows(select(Call).where(Call.id == town.call))[0]
    set_clock(monkeypatch, tmp_path, call.opens_at - timedelta(seconds=1))
    with pytest.raises(Conflict, match="call_not_yet_open"):
        town.do(submit_idea, early, by="lead")
    set_clock(monkeypatch, tmp_path, call.opens_at)
    town.do(submit_idea, early, by="lead")
    set_clock(monkeypatch, tmp_path, call.closes_at - timedelta(microseconds=1))
    town.do(submit_idea, last, by="lead")
    set_clock(monkeypatch, tmp_path, call.closes_at)
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, late, by="lead")
    set_clock(monkeypatch, tmp_path, call.opens_at)
    town.do(close_call, town.call, by="secretary")
    with pytest.raises(Conflict, match="call_closed"):
        town.do(submit_idea, closed, by="lead")


def test_a_completed_idea_keeps_its_code_and_the_time_of_its_receipt(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SUPPLEMENT_ASKED)
    before = town.idea(idea)
    town.do(supplement_idea, idea, town.proposal(sections={**SECTIONS, "idea": "Antrean daring yang lengkap."}), by="lead")
    after = town.idea(idea)
    assert (after.code, after.submitted_at, after.revision, after.stage) == (before.code, before.submitted_at, 2, IdeaStage.SCREENING)
    said = town.rows(select(Revision.sections).where(Revision.idea_id == idea).order_by(col(Revision.number)))
    assert [sections["idea"] for sections in said] == [SECTIONS["idea"], "Antrean daring yang lengkap."]


def test_a_completion_is_waited_for_until_its_day_is_over(town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    idea = town.build_idea(IdeaStage.SUPPLEMENT_ASKED)
    due_at = town.idea(idea).due_at
    assert due_at is not None
    for _ in ("the clock finds when the last notice is to be given", "and gives it"):
        with town.store.unit_of_work() as session:
            take_steps(session, 10)
        (remind_at,) = town.rows(select(InboxItem.remind_at).where(InboxItem.idea_id == idea, InboxItem.task == "supplement"))
        set_clock(monkeypatch, tmp_path, remind_at or due_at)
    for instant, stage in ((due_at, IdeaStage.SUPPLEMENT_ASKED), (due_at + timedelta(microseconds=1), IdeaStage.CLOSED)):
        set_clock(monkeypatch, tmp_path, instant)
        town.do(expire_supplement, idea, by="flow:intake")
        assert town.idea(idea).stage == stage
    assert town.idea(idea).reason_code == "supplement_unanswered"


def test_the_same_words_get_another_salted_hash_each_time(town: Town) -> None:
    idea = town.build_idea()
    town.do(revise_idea, idea, town.proposal(), by="lead")
    assert len({revision.content_sha256 for revision in town.rows(select(Revision).where(Revision.idea_id == idea))}) == 2


def test_the_inbox_asks_the_head_then_the_secretariat_then_the_lead(town: Town) -> None:
    def awaited() -> set[str]:
        return set(town.rows(select(InboxItem.task).where(InboxItem.idea_id == idea, col(InboxItem.done_at).is_(None))))

    idea = town.build_idea(IdeaStage.AWAITING_PERMISSION)
    assert awaited() == {"permit"}
    town.do(permit_idea, idea, granted=True, by="head")
    assert awaited() == {"screen"}
    town.do(screen_idea, idea, Screening.RETURNED, Findings(notes={"idea": "Jelaskan biayanya."}), by="secretary")
    assert awaited() == {"supplement"}
    town.do(supplement_idea, idea, town.proposal(), by="lead")
    assert awaited() == {"screen"}
    town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="secretary")
    assert awaited() == set()
