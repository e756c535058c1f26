"""An idea that belongs elsewhere is handed to another agency's call with its original time of receipt, by two offices and its lead.

An inspector would ask: can a rival be thrown out of a ranked call, or an idea be given to a friend's committee? By one person alone? After
somebody scored? Does a late idea come in by this door?
"""

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from models.calls import Call
from models.ids import new_id
from models.instants import now
from models.people import Role
from models.stages import AwardStage, IdeaStage
from models.transfers import IdeaTransfer
from tests.building import POLICY, Town
from tests.steps import MET, REASON
from tests.workflows.intake.transferred import accept, agree, build_elsewhere, hand_on, offer, require_whole, sees
from workflows.intake.merge import NewMerge, ask_merge
from workflows.intake.screen import Findings, Screening, screen_idea
from workflows.intake.transfer import NewTransfer, agree_to_transfer, answer_transfer, offer_transfer
from workflows.intake.transfer_lists import list_transfers
from workflows.intake.withdraw import withdraw_idea
from workflows.process.attest.compare import compare_rows
from workflows.process.categories import keeps_category
from workflows.process.context import read_context
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.calls import close_call
from workflows.review.gates import pass_gate


def test_an_idea_stands_in_the_other_call_with_its_own_time_once_both_offices_and_the_team_said_so(either_town: Town) -> None:
    town = either_town
    other = build_elsewhere(town)
    idea = town.build_idea(IdeaStage.SCREENING)
    before = town.idea(idea)
    assert not sees(town, "walker", idea)
    offered = offer(town, idea, other)
    assert sees(town, "walker", idea), "whoever is to take it in reads it"
    with pytest.raises(Conflict, match="transfer_not_accepted"):
        agree(town, offered, "lead")
    accept(town, offered)
    with pytest.raises(Conflict, match="transfer_unanswered"):
        agree(town, offered, "lead")
    agree(town, offered, "mate", "mate")
    assert town.idea(idea).call_id == before.call_id
    agree(town, offered, "lead")
    after = town.idea(idea)
    assert (after.call_id, after.stage, after.submitted_at, after.code) == (other, IdeaStage.SCREENING, before.submitted_at, before.code)
    assert after.policy_id != before.policy_id
    assert not sees(town, "secretary", idea)
    require_whole(town)
    town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="walker")
    assert town.idea(idea).stage == IdeaStage.IN_REVIEW
    require_whole(town)


def test_nobody_hands_an_idea_on_alone_nor_one_of_their_own(town: Town) -> None:
    other = build_elsewhere(town)
    idea = town.build_idea(IdeaStage.SCREENING)
    for who in ("lead", "head", "chair", "admin"):
        with pytest.raises((Forbidden, NotFound)):
            offer(town, idea, other, by=who)
    with pytest.raises(Invalid, match="text_too_short"):
        town.do(offer_transfer, idea, NewTransfer(other, "Salah alamat."), by="secretary")
    town.give_role("secretary", Role.SECRETARIAT, "DISDIK")
    offered = offer(town, idea, other)
    for who in ("secretary", "lead"):
        with pytest.raises(Forbidden, match="only_receiver"):
            accept(town, offered, by=who)
    for who in ("stranger", "reviewer1", "head", "operator"):
        with pytest.raises(NotFound):
            accept(town, offered, by=who)
    accept(town, offered)
    for who in ("secretary", "walker"):
        with pytest.raises(Forbidden, match="only_member"):
            agree(town, offered, who)
    town.do(agree_to_transfer, offered, None, by="lead")
    assert town.idea(idea).call_id == town.call
    with pytest.raises(Conflict, match="transfer_settled"):
        agree(town, offered, "lead")
    own = town.build_idea(IdeaStage.SCREENING, team=(), title="Rapor daring")
    town.give_role("lead", Role.SECRETARIAT, "BAPPEDA")
    with pytest.raises(Forbidden, match="conflict_of_interest"):
        offer(town, own, other, by="lead")
    require_whole(town)


def test_the_other_office_returns_it_and_it_stays_as_it_was(town: Town) -> None:
    other = build_elsewhere(town)
    idea = town.build_idea(IdeaStage.SCREENING)
    version = town.idea(idea).version
    offered = offer(town, idea, other)
    with pytest.raises(Conflict, match="transfer_waits"):
        offer(town, idea, other)
    with pytest.raises(Invalid, match="text_too_short"):
        town.do(answer_transfer, offered, accepts=False, reason="Tidak.", by="walker")
    town.do(answer_transfer, offered, accepts=False, reason=REASON, by="walker")
    assert (town.idea(idea).version, town.idea(idea).call_id) == (version, town.call)
    assert not sees(town, "walker", idea), "what was returned is read no more"
    again = offer(town, idea, other)
    town.do(answer_transfer, again, accepts=False, reason=REASON, by="secretary")
    assert town.rows(select(IdeaTransfer.is_done)) == [False, False]
    require_whole(town)


def test_it_goes_only_from_the_screening_and_into_a_call_in_whose_time_it_was_received(town: Town) -> None:
    other = build_elsewhere(town)
    for stage in (IdeaStage.SUBMITTED, IdeaStage.AWAITING_PERMISSION, IdeaStage.IN_REVIEW, IdeaStage.SHORTLISTED, IdeaStage.REJECTED):
        with pytest.raises(Conflict, match="transfer_stage"):
            offer(town, town.build_idea(stage), other)
    idea = town.build_idea(IdeaStage.SCREENING)
    with pytest.raises(Invalid, match="transfer_call_unknown"):
        offer(town, idea, new_id())
    with pytest.raises(Conflict, match="transfer_same_call"):
        offer(town, idea, town.call)
    received = town.idea(idea).submitted_at
    assert received is not None
    for opens, closes in ((received + timedelta(seconds=1), now() + timedelta(days=9)), (received - timedelta(days=9), received)):
        with town.store.unit_of_work() as session:
            session.execute(update(Call).where(col(Call.id) == other).values(opens_at=opens, closes_at=closes))
        with pytest.raises(Conflict, match="transfer_outside_window"):
            offer(town, idea, other)
    for values, code in (
        ({"is_sealed": True}, "call_sealed"),
        ({"archived_at": now()}, "transfer_call_over"),
    ):
        call = build_elsewhere(town)
        with town.store.unit_of_work() as session:
            session.execute(update(Call).where(col(Call.id) == call).values(**values))
        with pytest.raises(Conflict, match=code):
            offer(town, idea, call)


def test_a_call_that_has_ended_takes_what_was_received_before_its_end(town: Town) -> None:
    other = build_elsewhere(town)
    idea = town.build_idea(IdeaStage.SCREENING)
    with town.store.unit_of_work() as session:
        session.execute(update(Call).where(col(Call.id) == other).values(unit_id=town.units["BAPPEDA"][0]))
    town.do(close_call, other, by="secretary")
    late = town.build_idea(IdeaStage.SCREENING, title="Rapor daring")
    with town.store.unit_of_work() as session:
        session.execute(update(Call).where(col(Call.id) == other).values(unit_id=town.units["DISDIK"][0]))
    hand_on(town, idea, other)
    assert town.idea(idea).call_id == other
    with pytest.raises(Conflict, match="transfer_outside_window"):
        offer(town, late, other)


def test_the_other_calls_conditions_are_asked_of_it_before_it_is_offered_and_again(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    for policy, code in (
        ({"team_limit": 1}, "transfer_team_too_large"),
        ({"eligibility": {"initiators": ["regional_head", "council"]}}, "transfer_not_eligible"),
        (
            {"gates": [{"name": "visit", "label": "Kunjungan", "label_en": "Visit", "stage": "awaiting_permission", "role": "chair"}]},
            "transfer_gated",
        ),
    ):
        with pytest.raises(Conflict, match=code):
            offer(town, idea, build_elsewhere(town, **policy))
    other = build_elsewhere(town, eligibility={"quota": 1})
    second = town.build_idea(IdeaStage.SCREENING, title="Rapor daring")
    offered = offer(town, second, other)
    accept(town, offered)
    hand_on(town, idea, other)
    agree(town, offered, "mate")
    with pytest.raises(Conflict, match="quota_reached"):
        agree(town, offered, "lead")
    assert town.idea(second).call_id == town.call


def test_what_passed_a_gate_here_is_not_handed_where_one_of_that_name_would_count_as_passed(town: Town) -> None:
    visit = {"name": "visit", "label": "Kunjungan", "label_en": "Visit", "stage": "screening", "role": "secretariat"}
    idea = town.build_idea(IdeaStage.SCREENING, call=town.build_call(gates=[visit]))
    with pytest.raises(Conflict, match="gate_open"):
        offer(town, idea, build_elsewhere(town))
    town.do(pass_gate, idea, "visit", by="secretary")
    for stage in ("screening", "shortlisted"):
        same = {**visit, "label": "Kunjungan Dinas Pendidikan", "label_en": "Visit by the agency", "stage": stage}
        with pytest.raises(Conflict, match="transfer_gate_known"):
            offer(town, idea, build_elsewhere(town, gates=[same]))
    hand_on(town, idea, build_elsewhere(town, gates=[{**visit, "name": "visit_school"}]))
    with pytest.raises(Conflict, match="gate_open"):
        town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="walker")
    town.do(pass_gate, idea, "visit_school", by="walker")
    town.do(screen_idea, idea, Screening.ACCEPTED, Findings(MET), by="walker")
    require_whole(town)


def test_a_category_and_a_declaration_of_that_call_are_the_leads_to_give(town: Town) -> None:
    categories = [
        {"name": name, "label": f"Kelurahan {name}", "label_en": f"Villages {name}", "unit_kinds": ["urban_village"]}
        for name in ("satu", "dua")
    ]
    tiers = POLICY["rule_book"]["tiers"]
    declaration = {"is_asked": True, "text": "Isi usulan ini benar.", "text_en": "This idea is true."}
    other = build_elsewhere(town, categories=[{**each, "tiers": tiers} for each in categories], declaration=declaration)
    idea = town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, idea, other)
    accept(town, offered)
    agree(town, offered, "mate")
    with pytest.raises(Invalid, match="category_missing"):
        agree(town, offered, "lead")
    with pytest.raises(Invalid, match="category_unknown"):
        agree(town, offered, "lead", category="tiga")
    with pytest.raises(Invalid, match="declaration_missing") as refused:
        agree(town, offered, "lead", category="dua")
    assert refused.value.field == "declares_truth"
    agree(town, offered, "lead", category="dua", declares_truth=True)
    with town.store.reading() as session:
        context = read_context(session, idea, actor=town.actor(session, "lead"))
        assert (context.idea.category, keeps_category(session, context)) == ("dua", True)
    with town.store.unit_of_work() as session:
        read_context(session, idea, actor=town.actor(session, "lead")).idea.category = "satu"
    with town.store.reading() as session:
        assert not keeps_category(session, read_context(session, idea, actor=town.actor(session, "lead")))
        assert [(each.table, each.field) for each in compare_rows(session).differences] == [("idea", "category")]


def test_a_head_who_was_never_asked_is_asked_there_and_one_who_permitted_is_not(town: Town) -> None:
    first = town.build_call(permission=False)
    idea = town.build_idea(IdeaStage.SUBMITTED, call=first)
    town.take(idea, "route")
    hand_on(town, idea, build_elsewhere(town))
    assert town.idea(idea).stage == IdeaStage.AWAITING_PERMISSION
    town.take(idea, "permit granted")
    assert town.idea(idea).stage == IdeaStage.SCREENING
    require_whole(town)


def test_the_proposer_may_withdraw_and_the_offer_is_over(town: Town) -> None:
    other = build_elsewhere(town)
    idea = town.build_idea(IdeaStage.SCREENING)
    offered = offer(town, idea, other)
    accept(town, offered)
    town.do(withdraw_idea, idea, by="lead")
    with pytest.raises(Conflict, match="transfer_stage"):
        agree(town, offered, "lead")
    with town.store.reading() as session:
        assert list_transfers(session, actor=town.actor(session, "walker")) == []
        assert not any(each.awaits_reader for each in list_transfers(session, actor=town.actor(session, "lead")))
    assert not sees(town, "walker", idea)


def test_what_is_to_become_one_with_another_stays(town: Town) -> None:
    other = build_elsewhere(town)
    first = town.build_idea(IdeaStage.SCREENING)
    second = town.build_idea(IdeaStage.SCREENING, lead="owner", title="Nomor antre dari rumah")
    town.do(ask_merge, first, NewMerge(str(town.idea(second).code), REASON), by="secretary")
    with pytest.raises(Conflict, match="merge_waits"):
        offer(town, first, other)


def test_an_award_in_the_other_call_stands_by_what_was_fixed_there(town: Town) -> None:
    idea = town.build_idea(IdeaStage.SCREENING)
    hand_on(town, idea, build_elsewhere(town))
    with town.store.unit_of_work() as session:
        session.execute(update(Call).where(col(Call.id) == town.idea(idea).call_id).values(unit_id=town.units["BAPPEDA"][0]))
    town.take(idea, "screen accepted", "assign", "score", "close_review", "draft_recommend", "recommend feasible", "determine adopted")
    town.take(idea, "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out")
    award = town.build_award(AwardStage.APPROVED, idea=idea)
    assert town.award(award).stage == AwardStage.APPROVED
    require_whole(town)
