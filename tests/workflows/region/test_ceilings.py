"""What a region pays at most: the leader sets it, a policy that promises more is not signed, an award beyond it is not approved.

Who would cheat: a secretariat and a chair who agree on a prize of a billion. Who errs: a call whose awards without limited places add up
to more than its budget. The auditor finds each ceiling with its regulation, who set it and when, in the ledger.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlmodel import select

from api.sentences import sentence
from models.calls import Call, Ceiling
from models.database import LostRace
from models.ledger import LedgerEntry
from models.stages import AwardStage, IdeaStage
from tests.building import POLICY, Town
from tests.steps import decree_of_today
from tests.workflows.region.test_signatures import plan
from workflows.process.refusals import Conflict, Forbidden, Invalid
from workflows.region.calls import open_call
from workflows.region.ceilings import NewCeiling, list_ceilings, set_ceiling
from workflows.region.signatures import sign_policy
from workflows.reward.approve import approve_award, decline_award

BOOK = POLICY["rule_book"]
GOLD = BOOK["tiers"][0]["amount_rupiah"]  # Rp10.000.001; silver is Rp5.000.000
BASIS = "Keputusan Wali Kota Contoh Nomor 1"


def ceil(town: Town, tier: int, call: int) -> None:
    town.do(set_ceiling, NewCeiling(tier, call, BASIS), by="leader")


def test_the_leader_of_the_region_sets_ceilings_and_nobody_else(town: Town) -> None:
    for who in town.people.keys() - {"leader", "deputy"}:
        with pytest.raises(Forbidden, match="only_leader"):
            town.do(set_ceiling, NewCeiling(1, 1, BASIS), by=who)
    ceil(town, 5_000_000, 20_000_000)
    assert town.do(lambda session, actor: [each.number for each in list_ceilings(session)], by="leader") == [2, 1]
    fact = town.rows(select(LedgerEntry.payload).where(LedgerEntry.kind == "region.set_ceiling"))[-1]
    assert fact["actor"] == town["leader"].id
    assert fact["detail"] == {"number": 2, "tier_rupiah": 5_000_000, "call_rupiah": 20_000_000, "basis": BASIS}


@pytest.mark.parametrize(
    ("tier", "call", "basis", "code"),
    [
        (-1, 1, BASIS, "amount_out_of_range"),
        (1, 10**16, BASIS, "amount_out_of_range"),
        (2, 1, BASIS, "ceilings"),
        (1, 1, " ", "text_empty"),
    ],
)
def test_ceilings_that_make_no_sense_are_refused(town: Town, tier: int, call: int, basis: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        town.do(set_ceiling, NewCeiling(tier, call, basis), by="leader")


def test_a_policy_above_the_ceiling_for_an_award_is_not_signed_and_is_told_in_figures(town: Town) -> None:
    ceil(town, GOLD - 1, 10**9)
    with pytest.raises(Invalid, match="ceiling_tier_exceeded") as refused:
        town.do(sign_policy, plan(town), 1, by="chair")
    assert refused.value.field == "policy.rule_book.tiers.0.amount_rupiah"
    said = sentence(refused.value.code, "id", refused.value.parameters)
    assert said.startswith("Emas: Rp10.000.001 melebihi batas Rp10.000.000 untuk satu penghargaan.")


def test_the_uplift_of_a_team_counts(town: Town) -> None:
    ceil(town, GOLD, 10**9)
    uplifted = {**BOOK, "team_uplift_percent": 10, "team_uplift_from": 3}
    with pytest.raises(Invalid, match="ceiling_tier_exceeded"):
        town.do(sign_policy, plan(town, rule_book=uplifted), 1, by="chair")


def test_limited_places_together_stay_within_the_ceiling_of_a_call(town: Town) -> None:
    ceil(town, GOLD, 3 * GOLD - 1)
    ranked = {**BOOK, "tiers": [{**BOOK["tiers"][0], "places": 3}]}
    with pytest.raises(Invalid, match="ceiling_places_exceeded") as refused:
        town.do(sign_policy, plan(town, rule_book=ranked), 1, by="chair")
    assert "Rp30.000.003, melebihi batas Rp30.000.002" in sentence(refused.value.code, "id", refused.value.parameters)
    ceil(town, GOLD, 3 * GOLD)
    town.do(sign_policy, town.rows(select(Call.id))[0], 1, by="chair")


def test_ceilings_lowered_after_the_signature_keep_the_call_shut(town: Town) -> None:
    call = plan(town)
    town.do(sign_policy, call, 1, by="chair")
    ceil(town, 1, 1)
    with pytest.raises(Invalid, match="ceiling_tier_exceeded"):
        town.do(open_call, call, by="secretary")


def test_without_ceilings_no_policy_that_pays_is_signed(bare: Town) -> None:
    call = plan(bare)
    with pytest.raises(Conflict, match="ceiling_not_set"):
        bare.do(sign_policy, call, 1, by="chair")


def test_without_ceilings_a_policy_that_pays_nothing_is_signed(bare: Town) -> None:
    honour = {**BOOK, "tiers": [{**BOOK["tiers"][0], "amount_rupiah": 0}]}
    assert bare.do(sign_policy, plan(bare, rule_book=honour), 1, by="chair").signed_at


def test_awards_of_a_call_are_approved_until_its_ceiling_is_reached(either_town: Town) -> None:
    town = either_town
    first, second, third = (town.build_award(AwardStage.PROPOSED, idea=town.build_idea(IdeaStage.ROLLED_OUT)) for _ in range(3))
    ceil(town, GOLD, 2 * GOLD)
    town.do(approve_award, first, by="leader", decree=decree_of_today("2"))
    town.do(approve_award, second, by="leader", decree=decree_of_today("2"))
    with pytest.raises(Conflict, match="ceiling_call_exceeded") as refused:
        town.do(approve_award, third, by="leader", decree=decree_of_today("2"))
    assert refused.value.parameters == {"amount": GOLD, "approved": 2 * GOLD, "ceiling": 2 * GOLD}
    town.do(decline_award, third, reason="Anggaran periode ini sudah habis.", by="leader")


def test_two_awards_approved_at_once_share_the_ceiling_of_their_call(either_town: Town) -> None:
    town = either_town
    awards = [town.build_award(AwardStage.PROPOSED, idea=town.build_idea(IdeaStage.ROLLED_OUT)) for _ in range(2)]
    ceil(town, GOLD, GOLD)
    start = threading.Barrier(2)

    def approve(award: str) -> str:
        start.wait()
        try:
            town.do(approve_award, award, by="leader", decree=decree_of_today("2"))
        except (Conflict, LostRace) as refused:
            return type(refused).__name__
        return "approved"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(approve, awards)) in (["Conflict", "approved"], ["LostRace", "approved"])


def test_an_award_above_the_ceiling_of_today_is_not_approved(town: Town) -> None:
    award = town.build_award(AwardStage.PROPOSED)
    ceil(town, GOLD - 1, 10**9)
    with pytest.raises(Conflict, match="ceiling_tier_exceeded"):
        town.do(approve_award, award, by="leader", decree=decree_of_today("2"))


@pytest.fixture
def bare(town: Town) -> Town:
    """The town before its leader set any ceiling; the row can only be missing, never be deleted, so the trigger is put aside here."""
    with town.store.unit_of_work() as session:
        session.execute(sa.text("DROP TRIGGER ceiling_fixed_delete"))
        session.execute(sa.delete(Ceiling))
    return town
