"""Who decides a claim: nobody with a part in either idea or a duty on it, one of two at a time, told what a receipt does not prove."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlmodel import select

from models.claims import AdoptionClaim, ClaimState
from models.database import LostRace
from models.instants import now
from models.links import IdeaLink
from models.people import NoticeKind, Role
from models.stages import IdeaStage
from tests.building import Town
from tests.sharing import OPEN, stand
from tests.steps import REASON, decree_of_today
from tests.workflows.intake.claiming import (
    BECAUSE,
    FIRST,
    NEAR,
    WHY,
    build_filed,
    build_told,
    claim_of,
    listed,
    notices,
    require_whole,
    state_of,
    watch,
)
from tests.workflows.intake.merged import team
from tests.workflows.intake.test_merge_duties import borne
from workflows.intake.claims import decide_claim, file_claim, withdraw_claim
from workflows.intake.shared import SharedReader
from workflows.pilot.conclude import Verdict, verify_pilot
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from workflows.review.determine import Determination, determine_idea

pytestmark = pytest.mark.slow
PILOT = ("plan_pilot", "start_pilot", "measure", "conclude", "compute_result")


def test_nobody_decides_who_took_a_step_on_either_idea_is_of_a_team_or_sees_but_one(town: Town) -> None:
    *_pair, claim = build_filed(town)
    town.give_role("mate", Role.LEADER, "KOTA")
    town.give_role("verifier", Role.CHAIR, "KOTA")
    *_ideas, told = build_told(town)
    with pytest.raises(Conflict, match="claim_not_filed"):
        town.do(decide_claim, told, upholds=True, reason=BECAUSE, by="leader")
    for who, kind, code in (
        ("deputy", Forbidden, "has_other_duty"),  # rejected the first and determined the second
        ("chair", Forbidden, "has_other_duty"),
        ("mate", Forbidden, "conflict_of_interest"),
        ("secretary", Forbidden, "only_claim_decider"),
        ("auditor", Forbidden, "only_claim_decider"),
        ("admin", Forbidden, "only_claim_decider"),
        ("operator", NotFound, "claim_not_found"),
        ("lead", NotFound, "claim_not_found"),
        ("walker", NotFound, "claim_not_found"),
    ):
        with pytest.raises(kind, match=code):
            town.do(decide_claim, claim, upholds=True, reason=BECAUSE, by=who)
    with pytest.raises(Invalid, match="text_too_short"):
        town.do(decide_claim, claim, upholds=True, reason="Ya.", by="leader")
    assert {who: [each.may_decide for each in listed(town, who) if each.row.id == claim] for who in ("leader", "deputy", "verifier")} == {
        "leader": [True],
        "deputy": [False],
        "verifier": [True],
    }
    town.do(decide_claim, claim, upholds=False, reason=BECAUSE, by="verifier")
    assert (state_of(town, claim), town.rows(select(IdeaLink.id))) == (ClaimState.DISMISSED, [])
    assert notices(town, NoticeKind.ORIGINATOR_NAMED) == set()


def test_who_filed_a_claim_verifies_no_pilot_of_the_determined_idea_while_it_stands(town: Town) -> None:
    town.give_role("operator", Role.VERIFIER, "BAPPEDA")
    _first, adopted, claim = build_filed(town)
    assert (borne(town, adopted, "operator"), borne(town, adopted, "leader")) == (["claim"], [])
    town.take(adopted, *PILOT)
    with pytest.raises(Forbidden, match="has_other_duty"):
        town.do(verify_pilot, adopted, Verdict.ROLL_OUT, reason=REASON, by="operator")
    town.do(withdraw_claim, claim, by="operator")
    assert borne(town, adopted, "operator") == []
    town.do(verify_pilot, adopted, Verdict.ROLL_OUT, reason=REASON, by="operator")


def test_the_team_named_as_originator_has_no_word_on_the_award_and_goes_on_with_a_pilot_that_it_was_given(either_town: Town) -> None:
    town = either_town
    town.give_role("stranger", Role.CHAIR, "KOTA")
    shares = team(town, operator=4_000, owner=3_000, leader=3_000)
    first = town.build_idea(IdeaStage.REJECTED, lead="operator", team=shares, **FIRST)
    adopted = town.build_idea(IdeaStage.DETERMINED, call=town.build_call(code="TERBUKA", **OPEN), **NEAR)
    watch(town, adopted)
    claim = claim_of(town, first, adopted).id
    town.do(file_claim, claim, WHY, by="operator")
    assert [borne(town, adopted, who) for who in ("operator", "owner", "leader")] == [["claim"], [], []]
    town.take(adopted, "plan_pilot", "start_pilot")
    town.do(decide_claim, claim, upholds=True, reason=BECAUSE, by="stranger")
    assert [borne(town, adopted, who) for who in ("operator", "owner", "leader")] == [["claim"], ["own", "claim"], ["claim"]]
    assert borne(town, adopted, "stranger") == borne(town, first, "leader") == []
    assert stand(town, adopted, "operator") == SharedReader.COLLEAGUE
    town.take(adopted, "measure", "conclude", "compute_result", "verify roll_out")
    award = town.build_award(idea=adopted)
    with pytest.raises(Forbidden, match="has_other_duty"):
        town.take(adopted, "approve approved")
    assert town.award(award).stage == "proposed"
    require_whole(town)


def test_of_two_who_decide_at_once_one_is_heard(either_town: Town) -> None:
    town = either_town
    town.give_role("verifier", Role.CHAIR, "KOTA")
    _first, _adopted, claim = build_filed(town)
    ready, heard, refused = Barrier(2), list[str](), list[str]()

    def decide(who: str, *, upholds: bool) -> None:
        ready.wait()
        try:
            town.do(decide_claim, claim, upholds=upholds, reason=BECAUSE, by=who)
            heard.append(who)
        except (Refusal, LostRace) as refusal:
            refused.append(str(refusal))

    threads = [Thread(target=decide, args=("leader",), kwargs={"upholds": True})]
    threads += [Thread(target=decide, args=("verifier",), kwargs={"upholds": False})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(heard), len(refused)) == (1, 1)
    assert state_of(town, claim) == (ClaimState.UPHELD if heard == ["leader"] else ClaimState.DISMISSED)
    require_whole(town)


def test_where_nobody_is_left_to_decide_the_offices_are_told_to_have_somebody_appointed(town: Town) -> None:
    idea = town.build_idea(IdeaStage.RECOMMENDED, lead="operator", **FIRST)
    town.do(determine_idea, idea, Determination.REJECTED, reason=REASON, decree=decree_of_today("9"), by="leader")
    adopted = town.build_idea(IdeaStage.DETERMINED, **NEAR)
    with town.store.unit_of_work() as session:
        session.add(
            AdoptionClaim(idea_id=idea, adopted_id=adopted, adopted_at=now(), told_at=now(), due_at=now() + timedelta(days=9), matching={})
        )
    (claim,) = town.rows(select(AdoptionClaim.id))
    town.do(file_claim, claim, WHY, by="operator")
    assert notices(town, NoticeKind.CLAIM_FILED) == set()
    assert {"secretary", "admin"} <= notices(town, NoticeKind.CLAIM_WITHOUT_DECIDER)
    (shown,) = listed(town, "secretary")
    assert (shown.has_decider, shown.may_decide) == (False, False)
    town.give_role("verifier", Role.CHAIR, "KOTA")
    town.do(decide_claim, claim, upholds=True, reason=BECAUSE, by="verifier")


def test_a_pilot_that_is_stopped_later_takes_no_claim_away(town: Town) -> None:
    _first, adopted, claim = build_told(town)
    town.take(adopted, "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify stop")
    town.do(file_claim, claim, WHY, by="operator")
    town.do(decide_claim, claim, upholds=True, reason=BECAUSE, by="leader")
    assert town.idea(adopted).stage == "stopped"


def test_who_decides_is_told_where_the_first_idea_was_changed_after_its_receipt(town: Town) -> None:
    """A supplement keeps the time of receipt: nobody writes another's idea into their own, and is first."""
    plain = build_filed(town)[2]
    first = town.build_idea(IdeaStage.SUPPLEMENT_ASKED, lead="owner", **FIRST)
    town.take(first, "supplement", "screen rejected", lead="owner")
    adopted = town.build_idea(IdeaStage.DETERMINED, **NEAR)
    with town.store.unit_of_work() as session:
        due = now() + timedelta(days=9)
        session.add(AdoptionClaim(idea_id=first, adopted_id=adopted, adopted_at=now(), told_at=now(), due_at=due))
    (claim,) = town.rows(select(AdoptionClaim.id).where(AdoptionClaim.idea_id == first))
    town.do(file_claim, claim, WHY, by="owner")
    assert {each.row.id: each.is_changed for each in listed(town, "leader")} == {plain: False, claim: True}
