"""Places by category: each has its own first, no idea of another ever takes one, and nobody is moved to where a prize is free.

Who would cheat: who changes an idea's category in the database once the scores are known, or has an idea of a full category proposed by
hand. Who errs: a new version that renames a category while ideas are under way. An inspector ranks each category alone and finds the same.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from models.awards import Award, AwardShare
from models.ideas import Idea
from models.instants import now
from models.stages import AwardStage, IdeaStage
from tests.building import Town
from tests.steps import REASON, decree_of_today
from tests.workflows.intake.test_category import OPEN, VILLAGE
from tests.workflows.reward.test_rank import ONE_OF_EACH, awarded, book_of, rank, tier
from workflows.intake.draft import draft_idea
from workflows.process.refusals import Conflict, Invalid
from workflows.reward.approve import approve_award, decline_award
from workflows.reward.propose import draft_award, propose_award
from workflows.reward.revoke import revoke_award

OWN = [tier("first", 70, 3_000_000, 1), tier("second", 60, 1_000_000, 1)]
CATEGORIES = [{**VILLAGE, "unit_kinds": (), "tiers": OWN}, OPEN]


def call_of(town: Town, categories: list[dict[str, Any]] = CATEGORIES) -> str:
    return town.build_call(rule_book=book_of(ONE_OF_EACH), categories=categories)


def amend(town: Town, call: str, categories: list[dict[str, Any]]) -> int:
    return town.amend(call, rule_book=book_of(ONE_OF_EACH), categories=categories)


def add(town: Town, call: str, category: str, score: int, received_at: datetime | None = None) -> str:
    """An idea of a category that stands rolled out with a score; how it came there is no matter here."""
    with town.store.unit_of_work() as session:
        idea = draft_idea(session, call, town.proposal(team=(), category=category), actor=town.actor(session, "lead")).idea
        idea.score, idea.submitted_at, idea.stage = Decimal(score), received_at or now(), IdeaStage.ROLLED_OUT
        return idea.id


def add_for_real(town: Town, call: str, category: str, points: int) -> str:
    """An idea that came to its end by real steps, its category fixed on the way."""
    return town.build_idea(IdeaStage.ROLLED_OUT, call=call, category=category, points=points, team=())


def move(town: Town, idea: str, category: str) -> None:
    with town.store.unit_of_work() as session:
        session.execute(sa.update(Idea).where(col(Idea.id) == idea).values(category=category))


def award_of(town: Town, idea: str) -> Award:
    award: Award = town.rows(select(Award).where(Award.idea_id == idea).order_by(col(Award.created_at).desc()))[0]
    return award


def test_each_category_has_its_own_first_by_its_own_tiers(either_town: Town) -> None:
    town = either_town
    call = call_of(town)
    open_ones = [add(town, call, "open", score) for score in (99, 98, 97)]
    villages = [add(town, call, "village", score) for score in (72, 71, 65)]
    rank(town, call)
    assert awarded(town, call) == {
        **dict(zip(open_ones, [("first", 9_000_000), ("second", 5_000_000), ("finalist", 1)], strict=True)),
        **dict(zip(villages[:2], [("first", 3_000_000), ("second", 1_000_000)], strict=True)),
    }
    assert award_of(town, villages[0]).distinction == "Juara first, Kategori Kelurahan"
    assert award_of(town, open_ones[1]).distinction == "Juara second, Kategori Umum"
    assert [award_of(town, each).computation["question"]["facts"]["rank"] for each in villages[:2]] == [1, 2]


def test_by_hand_a_place_of_another_category_stands_in_nobodys_way(town: Town) -> None:
    call = call_of(town)
    open_one, village = add(town, call, "open", 90), add(town, call, "village", 75)
    assert town.do(propose_award, open_one, by="secretary").award.tier == "first"
    assert town.do(propose_award, village, by="secretary").award.tier == "first"
    best, good = (add(town, call, "village", score) for score in (69, 62))
    with pytest.raises(Conflict, match="no_place_left"):
        town.do(propose_award, good, by="secretary")
    assert town.do(propose_award, best, by="secretary").award.tier == "second"
    with pytest.raises(Conflict, match="no_place_left"):
        town.do(propose_award, good, by="secretary")


def test_a_freed_place_goes_to_the_next_of_its_category(town: Town) -> None:
    call = call_of(town, [{**each, "tiers": OWN[:1]} for each in CATEGORIES])
    village, next_village, open_one, next_open = (
        add(town, call, category, score) for category, score in (("village", 80), ("village", 75), ("open", 99), ("open", 98))
    )
    rank(town, call)
    town.take(village, "approve approved", "announce")
    town.do(revoke_award, award_of(town, village).id, reason=REASON, by="leader")
    with pytest.raises(Conflict, match="no_place_left"):
        town.do(propose_award, next_open, by="secretary")
    assert town.do(propose_award, next_village, by="secretary").award.tier == "first"
    assert award_of(town, open_one).stage == AwardStage.PROPOSED


def test_of_equals_in_a_category_the_first_received_wins_and_other_categories_are_no_ties(town: Town) -> None:
    call, begun = call_of(town), now()
    late, early = (add(town, call, "village", 90, begun + timedelta(minutes=minute)) for minute in (2, 1))
    elsewhere = add(town, call, "open", 90, begun)
    rank(town, call)
    assert {idea: given[0] for idea, given in awarded(town, call).items()} == {early: "first", late: "second", elsewhere: "first"}


def test_a_category_without_entries_gives_its_places_to_nobody(town: Town) -> None:
    call = call_of(town)
    villages = [add(town, call, "village", score) for score in (99, 98, 97)]
    rank(town, call)
    assert awarded(town, call) == {villages[0]: ("first", 3_000_000), villages[1]: ("second", 1_000_000)}


# Moved by SQL


def test_an_idea_that_sql_moved_to_an_easier_category_gets_no_award_there(either_town: Town) -> None:
    town = either_town
    call = call_of(town)
    moved, honest = add_for_real(town, call, "open", 95), add_for_real(town, call, "village", 75)
    move(town, moved, "village")
    rank(town, call)
    assert awarded(town, call) == {honest: ("first", 3_000_000)}
    with pytest.raises(Conflict, match="category_changed"):
        town.do(propose_award, moved, by="secretary")


def test_an_unranked_award_is_not_drafted_for_it_either(town: Town) -> None:
    call = town.build_call(categories=[{**VILLAGE, "unit_kinds": ()}, OPEN])
    idea = add_for_real(town, call, "open", 95)
    move(town, idea, "village")
    town.do(draft_award, idea, by="flow:reward")
    assert awarded(town, call) == {}


def test_nor_is_an_award_approved_whose_idea_was_moved_after_it_was_proposed(town: Town) -> None:
    call = call_of(town)
    idea = add_for_real(town, call, "open", 95)
    rank(town, call)
    move(town, idea, "")
    with pytest.raises(Conflict, match="award_not_recomputed"):
        town.do(approve_award, award_of(town, idea).id, decree=decree_of_today("7"), by="leader")
    move(town, idea, "open")
    town.do(approve_award, award_of(town, idea).id, decree=decree_of_today("7"), by="leader")


def test_an_idea_moved_out_of_all_categories_is_not_ranked_by_the_calls_own_tiers(town: Town) -> None:
    call = call_of(town)
    moved, honest = add_for_real(town, call, "village", 95), add_for_real(town, call, "village", 75)
    move(town, moved, "")
    rank(town, call)
    assert awarded(town, call) == {honest: ("first", 3_000_000)}


def test_the_place_of_an_honoured_idea_that_sql_moved_is_not_given_again(town: Town) -> None:
    call = call_of(town)
    honoured, other = add_for_real(town, call, "village", 95), add_for_real(town, call, "village", 90)
    rank(town, call)
    town.take(honoured, "approve approved", "announce")
    second = award_of(town, other)
    assert second.tier == "second"
    town.do(decline_award, second.id, reason=REASON, by="leader")
    move(town, honoured, "open")
    assert town.do(propose_award, other, by="secretary").award.tier == "second"
    with town.store.unit_of_work() as session:  # as if it had been proposed before the place was taken
        row = session.get_one(Award, award_of(town, other).id)
        row.tier, row.distinction, row.amount_rupiah = "first", "Juara first, Kategori Kelurahan", 3_000_000
        row.computation = {"question": {"facts": {"places_taken": {}}}}
        for share in session.exec(select(AwardShare).where(AwardShare.award_id == row.id)):
            share.amount_rupiah = 3_000_000
    with pytest.raises(Conflict, match="award_not_recomputed"):
        town.do(approve_award, award_of(town, other).id, decree=decree_of_today("7"), by="leader")
    with town.store.unit_of_work() as session:
        session.get_one(Award, award_of(town, honoured).id).stage = AwardStage.REVOKED
    town.do(approve_award, award_of(town, other).id, decree=decree_of_today("7"), by="leader")


# Versions


def test_a_category_is_one_over_all_versions_by_its_name_whatever_it_is_called(town: Town) -> None:
    call = call_of(town)
    early = add(town, call, "village", 75)
    amend(town, call, [{**CATEGORIES[0], "label": "Desa dan Kelurahan", "tiers": [{**each, "amount_rupiah": 7} for each in OWN]}, OPEN])
    late = add(town, call, "village", 80)
    rank(town, call)
    assert awarded(town, call) == {late: ("first", 7), early: ("second", 1_000_000)}
    assert award_of(town, early).distinction == "Juara second, Kategori Kelurahan"
    assert award_of(town, late).distinction == "Juara first, Kategori Desa dan Kelurahan"


@pytest.mark.parametrize(
    "categories",
    [
        [{**CATEGORIES[0], "name": "kelurahan"}, OPEN],
        [{**CATEGORIES[0], "tiers": [{**OWN[0], "places": 2}, OWN[1]]}, OPEN],
        [CATEGORIES[0]],
        [*CATEGORIES, {**OPEN, "name": "third", "label": "Ketiga"}],
        [],
        [{**CATEGORIES[0], "tiers": ()}, OPEN],
    ],
    ids=["another name", "a second place", "one less", "one more", "none", "the call's tiers"],
)
def test_an_opened_contest_keeps_its_categories_and_the_places_of_each(town: Town, categories: list[dict[str, Any]]) -> None:
    call = call_of(town)
    with pytest.raises(Invalid, match="call_places_fixed") as refused:
        amend(town, call, categories)
    assert refused.value.field == "policy.categories"


def test_a_contest_without_categories_gets_none_once_it_is_opened(town: Town) -> None:
    call = call_of(town, [])
    with pytest.raises(Invalid, match="call_places_fixed"):
        amend(town, call, CATEGORIES)


def test_where_no_places_are_counted_a_category_may_be_renamed_and_each_idea_keeps_its_own(town: Town) -> None:
    categories = [{**VILLAGE, "unit_kinds": ()}, OPEN]
    call = town.build_call(categories=categories)
    early = add(town, call, "village", 90)
    renamed = [{**categories[0], "name": "kelurahan", "label": "Kelurahan dan Desa"}, OPEN]
    town.amend(call, categories=renamed)
    late = add(town, call, "kelurahan", 90)
    with pytest.raises(Invalid, match="category_unknown"):
        add(town, call, "village", 90)
    for idea in (early, late):
        town.do(propose_award, idea, by="secretary")
    assert award_of(town, early).distinction == "Emas, Kategori Kelurahan"
    assert award_of(town, late).distinction == "Emas, Kategori Kelurahan dan Desa"
