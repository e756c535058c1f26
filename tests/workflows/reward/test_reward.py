"""Reward: what an idea earns, who says so, and who may know when."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from models.awards import Award, AwardShare
from models.inbox import InboxItem
from models.instants import now, today
from models.people import Role
from models.stages import AwardStage, IdeaStage
from tests.building import POLICY, Shelf, Town
from tests.steps import REASON
from workflows.intake.team import MemberShare
from workflows.pilot.roll_out import roll_out_in_use
from workflows.process.refusals import Conflict, Forbidden, Invalid, NotFound
from workflows.region.calls import close_call
from workflows.region.decrees import NamedDecree
from workflows.review.determine import Determination, determine_idea
from workflows.reward.announce import announce_award, schedule_award
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.propose import draft_award, draft_ranked_awards, propose_award
from workflows.reward.revoke import revoke_award


def decree() -> NamedDecree:
    return NamedDecree("100.3/9", today())


def awards(town: Town) -> list[Award]:
    return town.rows(select(Award).order_by(col(Award.created_at)))


@pytest.mark.parametrize(("points", "tier"), [(90, "gold"), (85, "gold"), (84, "silver"), (60, "silver")])
def test_the_score_reaches_its_tier(town: Town, points: int, tier: str) -> None:
    assert town.award(town.build_award(points=points)).tier == tier


def test_below_the_last_tier_nothing_is_proposed(town: Town) -> None:
    book = {**POLICY["rule_book"], "tiers": [{**POLICY["rule_book"]["tiers"][0], "minimum_score": "95"}]}
    idea = town.build_idea(IdeaStage.ROLLED_OUT, call=town.build_call(rule_book=book))
    town.do(draft_award, idea, by="flow:reward")
    assert awards(town) == []
    with pytest.raises(Conflict, match="no_tier_reached"):
        town.do(propose_award, idea, by="secretary")


def test_an_idea_has_one_standing_award(town: Town) -> None:
    first = town.award(town.build_award())
    with pytest.raises(Conflict, match="award_stands"):
        town.do(propose_award, first.idea_id, by="secretary")
    town.do(draft_award, first.idea_id, by="flow:reward")
    assert len(awards(town)) == 1
    town.do(decline_award, first.id, reason=REASON, by="leader")
    second = town.do(propose_award, first.idea_id, by="secretary").award
    assert [award.stage for award in awards(town)] == [AwardStage.DECLINED, AwardStage.PROPOSED]
    assert second.id != first.id


@pytest.mark.parametrize("stage", [IdeaStage.DETERMINED, IdeaStage.IN_PILOT, IdeaStage.STOPPED])
def test_awards_come_from_the_stages_that_the_policy_names(town: Town, stage: IdeaStage) -> None:
    idea = town.build_idea(stage)
    town.do(draft_award, idea, by="flow:reward")
    assert awards(town) == []
    early = town.build_idea(stage, call=town.build_call(award_from=[stage.value, IdeaStage.ROLLED_OUT]))
    town.do(draft_award, early, by="flow:reward")
    assert [award.idea_id for award in awards(town)] == [early]


def test_nobody_approves_what_they_proposed(town: Town) -> None:
    town.give_role("secretary", Role.LEADER, "KOTA")
    award = town.do(propose_award, town.build_idea(IdeaStage.ROLLED_OUT), by="secretary").award
    with pytest.raises(Forbidden, match="has_other_duty"):
        town.do(approve_award, award.id, decree=decree(), by="secretary")
    with pytest.raises(Forbidden, match="has_other_duty"):
        town.do(decline_award, award.id, reason=REASON, by="secretary")
    town.do(approve_award, award.id, decree=decree(), by="leader")
    assert town.award(award.id).approved_by == town["leader"].id


def test_a_leader_with_a_part_in_the_idea_does_not_even_see_the_award(town: Town) -> None:
    team = (MemberShare(town["lead"].number, 5_000), MemberShare(town["auditor"].number, 5_000))
    town.give_role("auditor", Role.LEADER, "KOTA")
    award = town.build_award(idea=town.build_idea(IdeaStage.ROLLED_OUT, team=team))
    with pytest.raises(NotFound):
        town.do(approve_award, award, decree=decree(), by="auditor")


def test_shares_sum_to_the_rupiah_whatever_the_team(shelf: Shelf, share: Callable[[int], int]) -> None:
    town = shelf.open_town()
    members = ("lead", "mate", "stranger", "operator", "walker", "owner")
    call = town.build_call(award_from=["determined", "rolled_out"], team_limit=6)

    @settings(max_examples=share(200), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(cuts=st.sets(st.integers(1, 9_999), max_size=5))
    def split(cuts: set[int]) -> None:
        ends = [0, *sorted(cuts), 10_000]
        parts = [after - before for before, after in pairwise(ends)]
        team = tuple(MemberShare(town[who].number, part) for who, part in zip(members, parts, strict=False))
        award = town.award(town.build_award(idea=town.build_idea(IdeaStage.DETERMINED, call=call, team=team)))
        shares = town.rows(select(AwardShare).where(AwardShare.award_id == award.id))
        assert sum(one.amount_rupiah for one in shares) == award.amount_rupiah == 10_000_001
        assert sum(one.share_hundredths for one in shares) == 10_000
        for one in shares:
            assert abs(one.amount_rupiah - award.amount_rupiah * one.share_hundredths / 10_000) < 1

    split()


def ranked_call(town: Town, *places: int) -> str:
    tiers = [
        {"name": f"t{number}", "label": f"Juara {number}", "minimum_score": "60", "amount_rupiah": 1_000_000 - number, "places": count}
        for number, count in enumerate(places)
    ]
    return town.build_call(rule_book={**POLICY["rule_book"], "tiers": tiers}, entry="in_use")


def build_in_use(town: Town, call: str, points: int = 90) -> str:
    """An innovation in use that was adopted, and so counts as rolled out."""
    idea = town.build_idea(IdeaStage.DETERMINED, call=call, points=points)
    town.do(roll_out_in_use, idea, by="flow:pilot")
    return idea


def test_limited_places_are_filled_by_score_once_all_are_decided(town: Town) -> None:
    call = ranked_call(town, 1, 2)
    scored = {build_in_use(town, call, points): points for points in (70, 95, 80, 60, 88)}
    open_idea = town.build_idea(IdeaStage.RECOMMENDED, call=call, points=99)
    for idea in scored:
        town.do(draft_award, idea, by="flow:reward")
    town.do(draft_ranked_awards, call, by="flow:reward")
    assert awards(town) == []
    town.do(close_call, call, by="secretary")
    town.do(draft_ranked_awards, call, by="flow:reward")
    assert awards(town) == [], f"{open_idea} is not decided"
    town.do(determine_idea, open_idea, Determination.REJECTED, reason=REASON, decree=NamedDecree(), by="leader")
    for _ in range(2):
        town.do(draft_ranked_awards, call, by="flow:reward")
    assert sorted((award.tier, scored[award.idea_id]) for award in awards(town)) == [("t0", 95), ("t1", 80), ("t1", 88)]


def test_of_equal_scores_the_earlier_receipt_wins(town: Town) -> None:
    call = ranked_call(town, 1)
    first, _second = (build_in_use(town, call) for _ in range(2))
    town.do(close_call, call, by="secretary")
    town.do(draft_ranked_awards, call, by="flow:reward")
    assert [award.idea_id for award in awards(town)] == [first]


def test_an_award_is_announced_at_its_hour_and_not_before(town: Town) -> None:
    award = town.build_award(AwardStage.APPROVED)
    with pytest.raises(Invalid, match="date_in_the_past"):
        town.do(schedule_award, award, announce_at=now() - timedelta(seconds=1), by="leader")
    town.do(schedule_award, award, announce_at=now() + timedelta(hours=1), by="leader")
    town.do(announce_award, award, by="flow:reward")
    assert town.award(award).stage == AwardStage.SCHEDULED


def test_a_revoked_award_is_not_announced(town: Town) -> None:
    award = town.build_award(AwardStage.SCHEDULED)
    town.do(revoke_award, award, reason=REASON, by="leader")
    town.do(announce_award, award, by="flow:reward")
    assert town.award(award).announced_at is None


def test_the_leader_is_asked_to_approve_then_to_schedule(town: Town) -> None:
    def awaited() -> list[tuple[str, Role]]:
        open_items = select(InboxItem.task, InboxItem.role).where(InboxItem.award_id == award.id, col(InboxItem.done_at).is_(None))
        return [tuple(row) for row in town.rows(open_items)]  # type: ignore[misc]

    award = town.award(town.build_award())
    assert awaited() == [("approve", Role.LEADER)]
    town.do(approve_award, award.id, decree=decree(), by="leader")
    assert awaited() == [("schedule", Role.LEADER)]
    town.do(schedule_award, award.id, announce_at=now() + timedelta(days=1), by="leader")
    assert awaited() == []
