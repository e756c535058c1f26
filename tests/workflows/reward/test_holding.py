"""An award stands only for what was earned: while the idea's stage earns it, and while a recomputation gives the same tier, sum and shares.

Who would cheat, err or fall ill: a proposer who withdraws once the money is promised, somebody who writes a larger sum into the database,
an earlier release that paid by another version's rule book, the leader who is away at the hour. Nobody is stuck: whoever approves awards is
asked again and can decline.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.awards import Award
from models.documents import Document, DocumentState
from models.inbox import InboxItem
from models.instants import now, today
from models.ledger import LedgerEntry
from models.outbox import Message, MessageState
from models.stages import AwardStage, IdeaStage
from tests.api.pages.browsing import confirm, open_browser, send
from tests.building import POLICY, Town
from tests.steps import REASON
from tests.workflows.turns import Clock, clock, deliver, own_town, tick
from workflows.intake.withdraw import withdraw_idea
from workflows.pilot.roll_out import roll_out_in_use
from workflows.process.attest.compare import compare_rows
from workflows.process.refusals import Conflict
from workflows.recognition.issue import withdraw_certificates
from workflows.recognition.letters import number_certificates
from workflows.region.calls import amend_policy
from workflows.region.decrees import NamedDecree
from workflows.reward.announce import announce_award, schedule_award
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.propose import propose_award
from workflows.reward.recheck import recheck_award
from workflows.reward.revoke import revoke_award

__all__ = ["clock", "own_town"]
EARLY = ["shortlisted", "rolled_out"]  # the stages of a call that awards before the determination, when one may still withdraw


def build_early(town: Town, *steps: str) -> tuple[str, str]:
    """A shortlisted idea with an award, proposed by hand and taken so far; answers both."""
    idea = town.build_idea(IdeaStage.SHORTLISTED, call=town.build_call(award_from=EARLY))
    award = town.do(propose_award, idea, by="secretary").award.id
    town.take(idea, *steps)
    return idea, award


def build_in_use(town: Town, call: str) -> str:
    idea = town.build_idea(IdeaStage.DETERMINED, call=call)
    town.do(roll_out_in_use, idea, by="flow:pilot")
    return idea


def decree(number: str = "100.3/9/2026") -> dict[str, Any]:
    return {"decree": NamedDecree(number, today())}


def asked(town: Town, award: str) -> list[str]:
    return sorted(town.rows(select(InboxItem.task).where(InboxItem.award_id == award, col(InboxItem.done_at).is_(None))))


def alter(town: Town, statement: str) -> None:
    """Somebody writes into the database."""
    with town.store.unit_of_work() as session:
        session.execute(sa.text(statement))


STEPS: dict[str, Callable[[Town, str], object]] = {
    "proposed": lambda town, award: town.do(approve_award, award, **decree(), by="leader"),
    "approved": lambda town, award: town.do(schedule_award, award, announce_at=now() + timedelta(days=1), by="leader"),
    "scheduled": lambda town, award: town.do(schedule_award, award, announce_at=now() + timedelta(days=2), by="leader"),
}
TO: dict[str, tuple[str, ...]] = {"proposed": (), "approved": ("approve approved",), "scheduled": ("approve approved", "schedule")}


@pytest.mark.parametrize("stage", TO)
def test_no_step_brings_the_award_of_a_withdrawn_idea_on(town: Town, stage: str) -> None:
    idea, award = build_early(town, *TO[stage])
    town.do(withdraw_idea, idea, by="lead")
    with pytest.raises(Conflict, match="award_no_longer_earned"):
        STEPS[stage](town, award)
    assert town.award(award).stage == stage


ALTERED = {
    "a larger sum": "UPDATE award SET amount_rupiah = amount_rupiah + 1",
    "another tier": "UPDATE award SET tier = 'silver'",
    "another distinction": "UPDATE award SET distinction = 'Terbaik'",
    "another share": "UPDATE awardshare SET amount_rupiah = amount_rupiah + 1",
    "a share less": "DELETE FROM awardshare WHERE share_hundredths = 4000",
    "another score": "UPDATE idea SET score = 6100",
    "another team": "UPDATE teammember SET share_hundredths = 5000",
    "no facts": "UPDATE award SET computation = '{}'",
}


@pytest.mark.parametrize("stage", TO)
@pytest.mark.parametrize("altered", ALTERED.values(), ids=ALTERED)
def test_no_step_brings_an_award_on_that_a_recomputation_does_not_give(town: Town, stage: str, altered: str) -> None:
    _idea, award = build_early(town, *TO[stage])
    alter(town, altered)
    with pytest.raises(Conflict, match="award_not_recomputed"):
        STEPS[stage](town, award)
    assert town.award(award).stage == stage


def test_an_award_that_an_earlier_release_computed_by_another_versions_book_is_not_approved_but_proposed_anew(town: Town) -> None:
    """Rp 10 million where the idea's own book says 1."""
    tiers = [{**tier, "amount_rupiah": 1} for tier in POLICY["rule_book"]["tiers"]]
    call = town.build_call(rule_book={**POLICY["rule_book"], "tiers": tiers})
    idea = town.build_idea(IdeaStage.ROLLED_OUT, call=call)
    town.do(amend_policy, call, POLICY, by="secretary")
    wrong = town.build_award(idea=idea)
    alter(town, "UPDATE award SET amount_rupiah = 10000001")
    with pytest.raises(Conflict, match="award_not_recomputed"):
        town.do(approve_award, wrong, **decree(), by="leader")
    town.do(decline_award, wrong, reason=REASON, by="leader")
    right = town.do(propose_award, idea, by="secretary").award
    town.do(approve_award, right.id, **decree(), by="leader")
    assert town.award(right.id).amount_rupiah == 1


def test_a_second_first_prize_that_an_earlier_release_proposed_is_not_approved(town: Town) -> None:
    tiers = [{**POLICY["rule_book"]["tiers"][0], "places": 1}, {**POLICY["rule_book"]["tiers"][1], "places": 1}]
    call = town.build_call(rule_book={**POLICY["rule_book"], "tiers": tiers}, entry="in_use")
    first, second = (town.do(propose_award, build_in_use(town, call), by="secretary").award for _ in range(2))
    assert (first.tier, second.tier) == ("gold", "silver")
    with town.store.unit_of_work() as session:
        row = session.get_one(Award, second.id)
        question = {**row.computation["question"], "facts": {**row.computation["question"]["facts"], "places_taken": {}}}
        row.tier, row.distinction, row.amount_rupiah, row.computation = (
            first.tier,
            first.distinction,
            first.amount_rupiah,
            {
                **row.computation,
                "question": question,
            },
        )
    alter(town, f"DELETE FROM awardshare WHERE award_id = '{second.id}'")
    alter(
        town,
        "INSERT INTO awardshare (id, award_id, person_id, share_hundredths, amount_rupiah, salt) "
        f"SELECT substr(id, 1, 20) || 'xxxxxx', '{second.id}', person_id, share_hundredths, amount_rupiah, salt "
        f"FROM awardshare WHERE award_id = '{first.id}'",
    )
    with pytest.raises(Conflict, match="award_not_recomputed"):
        town.do(approve_award, second.id, **decree(), by="leader")
    town.do(approve_award, first.id, **decree(), by="leader")


def test_a_proposed_award_that_no_longer_holds_waits_for_whoever_declines_it(town: Town) -> None:
    idea, award = build_early(town)
    town.do(withdraw_idea, idea, by="lead")
    assert asked(town, award) == ["approve"]
    town.do(decline_award, award, reason=REASON, by="leader")
    assert (town.award(award).stage, asked(town, award)) == (AwardStage.DECLINED, [])


@pytest.mark.parametrize("stage", ["approved", "scheduled"])
def test_once_its_idea_is_withdrawn_an_approved_award_goes_back_to_whoever_approves(own_town: Town, stage: str) -> None:
    idea, award = build_early(own_town, *TO[stage])
    own_town.do(withdraw_idea, idea, by="lead")
    deliver(own_town, "reward")
    back = own_town.award(award)
    assert (back.stage, back.decree_number, back.decree_on, back.approved_by, back.announce_at) == (
        AwardStage.PROPOSED,
        "",
        None,
        None,
        None,
    )
    assert asked(own_town, award) == ["approve"]
    with pytest.raises(Conflict, match="award_no_longer_earned"):
        own_town.do(approve_award, award, **decree(), by="leader")
    own_town.do(decline_award, award, reason=REASON, by="leader")
    assert asked(own_town, award) == []


def test_an_award_that_still_holds_is_not_sent_back(town: Town) -> None:
    idea, award = build_early(town, *TO["scheduled"])
    town.do(recheck_award, idea, by="flow:reward")
    assert town.award(award).stage == AwardStage.SCHEDULED


def test_an_award_that_no_longer_holds_at_its_hour_goes_back_and_the_flow_is_done(own_town: Town, clock: Clock) -> None:
    """Its sum was altered meanwhile: nobody is told of it, nobody certified, no message fails or is tried again."""
    _idea, award = build_early(own_town, *TO["scheduled"])
    alter(own_town, "UPDATE award SET amount_rupiah = 900000000")
    clock.set(now() + timedelta(days=8))
    for _ in range(3):
        tick(own_town)
        deliver(own_town, "reward")
    back = own_town.award(award)
    assert (back.stage, back.announced_at) == (AwardStage.PROPOSED, None)
    assert asked(own_town, award) == ["approve"]
    assert own_town.rows(select(Message.state).where(Message.topic == "reward").distinct()) == [MessageState.HANDLED]
    assert own_town.rows(select(Document.id).where(Document.award_id == award)) == []


def test_at_its_hour_a_withdrawn_ideas_award_is_not_announced(own_town: Town, clock: Clock) -> None:
    idea, award = build_early(own_town, *TO["scheduled"])
    own_town.do(withdraw_idea, idea, by="lead")
    clock.set(now() + timedelta(days=8))
    own_town.do(announce_award, award, by="flow:reward")
    assert own_town.award(award).stage == AwardStage.PROPOSED


def test_an_award_that_was_sent_back_and_holds_again_is_approved_under_a_new_decree(town: Town) -> None:
    idea, award = build_early(town, *TO["approved"])
    alter(town, "UPDATE award SET amount_rupiah = amount_rupiah + 1")
    town.do(recheck_award, idea, by="flow:reward")
    alter(town, "UPDATE award SET amount_rupiah = amount_rupiah - 1")
    town.do(approve_award, award, **decree("100.3/10/2026"), by="leader")
    assert town.award(award).stage == AwardStage.APPROVED


def test_what_was_sent_back_stands_in_the_ledger_and_in_the_rows(town: Town) -> None:
    idea, award = build_early(town, *TO["scheduled"])
    town.do(withdraw_idea, idea, by="lead")
    town.do(recheck_award, idea, by="flow:reward")
    (entry,) = town.rows(select(LedgerEntry).where(LedgerEntry.kind == "award.return"))
    assert (entry.payload["subject"], entry.payload["actor"]) == (award, "flow:reward")
    with town.store.reading() as session:
        assert compare_rows(session).differences == []


@pytest.mark.parametrize("end", [IdeaStage.WITHDRAWN, IdeaStage.CLOSED])
def test_the_announced_award_of_an_idea_that_ended_is_revoked_with_its_certificates(town: Town, end: IdeaStage) -> None:
    idea, award = build_early(town, "approve approved", "announce")
    town.do(number_certificates, award, by="flow:recognition")
    if end == IdeaStage.WITHDRAWN:
        town.do(withdraw_idea, idea, by="lead")
    else:
        alter(town, "UPDATE idea SET stage = 'closed'")
    town.do(revoke_award, award, reason=REASON, by="leader")
    town.do(withdraw_certificates, award, by="flow:recognition")
    assert set(town.rows(select(Document.state).where(Document.award_id == award))) == {DocumentState.REVOKED}


def test_the_page_says_why_an_award_can_only_be_declined(town: Town) -> None:
    idea, award = build_early(town)
    path = f"/penghargaan/{award}"
    browser = open_browser(town, "leader")
    assert 'value="approved"' in browser.get(path).text
    town.do(withdraw_idea, idea, by="lead")
    shown = browser.get(path).text
    assert "tidak lagi berada pada tahap yang mendapat penghargaan (Ditarik" in shown
    assert 'value="approved"' not in shown
    assert 'name="decree_number"' not in shown
    asked = send(browser, path, f"{path}/persetujuan", outcome="declined", reason=REASON)
    assert confirm(browser, asked).status_code == 303
    assert town.award(award).stage == AwardStage.DECLINED
