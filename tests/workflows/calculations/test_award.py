"""Awards by fixed tiers: statutory cases by hand, places in order of score and receipt, and a trace that can be repeated."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from workflows.calculations.award import (
    AwardFacts,
    AwardFactsRefused,
    Contender,
    Placement,
    RuleBook,
    compute_award,
    rank_awards,
    rank_by_own_books,
    read_rule_book,
)
from workflows.calculations.refusals import InvalidPayload
from workflows.calculations.rule_books import Tier
from workflows.calculations.shares import Share, equal_shares, split_rupiah
from workflows.calculations.values import AmountRefused, NotExact

D = Decimal
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def tier(name: str, minimum: int, amount: int, places: int | None = None) -> Tier:
    return Tier(name=name, label=name.title(), minimum_score=D(minimum), amount_rupiah=amount, places=places)


# Korea's decree on civil servants' proposals, art. 17: the upper ends of its prizes, teams of three or more up to one half more.
KOREA = RuleBook(
    name="Korea",
    version="32172",
    source="Presidential Decree 32172, art. 17",
    tiers=(tier("gold", 90, 8_000_000), tier("silver", 80, 5_000_000), tier("bronze", 70, 3_000_000), tier("encouragement", 60, 1_000_000)),
    team_uplift_percent=50,
)
CONTEST = RuleBook(
    name="Contest",
    version="1",
    source="example",
    tiers=(tier("first", 85, 10_000_000, 1), tier("second", 85, 7_500_000, 1), tier("third", 80, 5_000_000, 2), tier("thanks", 60, 0)),
)


def facts(score: object, **others: object) -> AwardFacts:
    return AwardFacts.model_validate({"score": score, "team_size": 1} | others)


@pytest.mark.parametrize(
    ("score", "team_size", "name", "amount"),
    [
        ("90", 1, "gold", 8_000_000),
        ("89.99", 1, "silver", 5_000_000),
        ("95", 2, "gold", 8_000_000),
        ("95", 3, "gold", 12_000_000),
        ("70", 5, "bronze", 4_500_000),
        ("60", 1, "encouragement", 1_000_000),
        ("59.99", 3, None, 0),  # the decree: a grade stays empty when nobody deserves it
    ],
)
def test_korea_pays_by_grade_and_half_more_to_three_or_more(score: str, team_size: int, name: str | None, amount: int) -> None:
    award = compute_award(KOREA, facts(score, team_size=team_size))
    assert (award.tier, award.amount_rupiah) == (name, amount)


def test_the_us_air_force_pays_a_flat_200_for_intangible_benefit_split_evenly() -> None:
    usaf = RuleBook(name="IDEA", version="2012", source="USAF IDEA, intangible", tiers=(tier("intangible", 0, 200),))
    award = compute_award(usaf, facts(50, team_size=3))
    members = tuple(Share(person=str(n), hundredths=part, lead=n == 0) for n, part in enumerate(equal_shares(3)))
    assert award.amount_rupiah == 200
    assert [part.amount_rupiah for part in split_rupiah(award.amount_rupiah, members)] == [67, 67, 66]


def test_the_uplift_is_rounded_down_to_whole_rupiah() -> None:
    book = RuleBook(
        name="odd", version="1", source="example", tiers=(tier("only", 0, 333_333),), team_uplift_percent=33, team_uplift_from=2
    )
    assert compute_award(book, facts(1, team_size=2)).amount_rupiah == 443_332  # 443,332.89


def test_an_uplift_beyond_the_largest_amount_is_refused() -> None:
    book = RuleBook(name="big", version="1", source="example", tiers=(tier("only", 0, 10**15),), team_uplift_percent=1)
    with pytest.raises(AmountRefused):
        compute_award(book, facts(1, team_size=3))


@pytest.mark.parametrize(
    ("rank", "name"), [(None, "first"), (1, "first"), (2, "second"), (3, "third"), (4, "third"), (5, "thanks"), (500, "thanks")]
)
def test_with_only_a_rank_better_ideas_have_filled_the_better_places(rank: int | None, name: str) -> None:
    assert compute_award(CONTEST, facts(99, rank=rank)).tier == name


def test_places_that_are_stated_as_taken_outweigh_the_rank() -> None:
    # rank 3 behind two thirds of the same contest: the third prize is full although the better tiers stayed empty
    assert compute_award(CONTEST, facts(81, rank=3, places_taken={"third": 2})).tier == "thanks"
    assert compute_award(CONTEST, facts(81, rank=3)).tier == "third"


def test_taken_places_of_an_unknown_tier_are_refused() -> None:
    with pytest.raises(AwardFactsRefused) as refused:
        compute_award(CONTEST, facts(81, places_taken={"fourth": 1}))
    assert refused.value.field == "facts.places_taken.fourth"


def test_results_that_must_be_verified_first_earn_nothing_before() -> None:
    book = KOREA.model_copy(update={"results_must_be_verified": True})
    before, after = compute_award(book, facts(95)), compute_award(book, facts(95, results_verified=True))
    assert (before.tier, before.amount_rupiah, [line.code for line in before.trace]) == (None, 0, ["rule_book", "unverified", "amount"])
    assert (after.tier, after.amount_rupiah) == ("gold", 8_000_000)


def test_the_trace_lets_an_auditor_repeat_the_award() -> None:
    trace = compute_award(KOREA, facts("85.5", team_size=4)).trace
    assert [line.code for line in trace] == ["rule_book", "below", "tier", "team_uplift", "amount"]
    assert trace[0].text_en == "Rule book Korea, version 32172: Presidential Decree 32172, art. 17."
    assert trace[1].text == "Gold: 85,5 < 90, tidak tercapai."
    assert trace[2].text_en == "Silver: 85.5 ≥ 80, places without limit: Rp5,000,000."
    assert trace[3].text == "Anggota tim 4 ≥ 3: Rp5.000.000 x 150 / 100 = Rp7.500.000, dibulatkan ke bawah."
    assert trace[4].text_en == "Award for the team: Rp7,500,000."


def test_the_trace_says_which_place_was_given_or_that_none_was_left() -> None:
    assert "place 2 of 2" in compute_award(CONTEST, facts(99, rank=4)).trace[-2].text_en
    assert "not checked" in compute_award(CONTEST, facts(99)).trace[-2].text_en
    assert compute_award(CONTEST, facts(99, rank=2)).trace[1].text == "First: semua 1 tempat sudah terisi."


def test_labels_that_look_like_placeholders_stay_text() -> None:
    book = RuleBook(name="{x}", version="{0}", source="{score.__class__}", tiers=(tier("{y}", 0, 1),))
    assert compute_award(book, facts(1)).trace[0].text == "Aturan {x}, versi {0}: {score.__class__}."


def test_a_ranking_fills_places_tier_by_tier() -> None:
    placements = rank_awards(
        CONTEST, [("d", D(82), NOON), ("a", D(99), NOON), ("b", D(90), NOON), ("c", D(86), NOON), ("f", D(59), NOON), ("e", D(81), NOON)]
    )
    assert [(each.idea, each.rank, each.tier) for each in placements] == [
        ("a", 1, "first"),
        ("b", 2, "second"),
        ("c", 3, "third"),
        ("d", 4, "third"),
        ("e", 5, "thanks"),
        ("f", 6, None),
    ]


def test_a_tier_that_nobody_reaches_stays_empty_and_lends_no_places() -> None:
    placements = rank_awards(CONTEST, [(name, D(84), NOON + timedelta(minutes=n)) for n, name in enumerate("abc")])
    assert [each.tier for each in placements] == ["third", "third", "thanks"]


def test_equal_scores_go_to_the_earlier_receipt() -> None:
    placements = rank_awards(CONTEST, [("late", D(90), NOON), ("early", D("90.00"), NOON - timedelta(seconds=1))])
    assert [(each.idea, each.tier) for each in placements] == [("early", "first"), ("late", "second")]


def test_a_ranking_refuses_floats_local_times_and_doubles() -> None:
    with pytest.raises(NotExact):
        rank_awards(CONTEST, [("a", 0.5, NOON)])  # type: ignore[list-item]
    with pytest.raises(AwardFactsRefused, match="zone"):
        rank_awards(CONTEST, [("a", D(1), NOON.replace(tzinfo=None))])
    with pytest.raises(AwardFactsRefused, match="once"):
        rank_awards(CONTEST, [("a", D(1), NOON), ("a", D(2), NOON)])


@pytest.mark.parametrize(
    "tiers", [(), (tier("a", 50, 1), tier("a", 40, 1)), (tier("a", 50, 1), tier("b", 60, 1))], ids=["none", "twice", "rising"]
)
def test_a_rule_book_that_contradicts_itself_is_refused(tiers: tuple[Tier, ...]) -> None:
    with pytest.raises(ValidationError):
        RuleBook(name="bad", version="1", source="example", tiers=tiers)


def test_a_stored_rule_book_is_read_back_and_never_changes() -> None:
    assert read_rule_book(CONTEST.model_dump(mode="json")) == CONTEST
    with pytest.raises(ValidationError):
        CONTEST.version = "2"  # type: ignore[misc]


def test_a_stored_rule_book_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidPayload) as refused:
        read_rule_book(CONTEST.model_dump(mode="json") | {"kind": "percent_of_wishes"})
    assert refused.value.field == "kind"


contenders = st.lists(st.tuples(st.decimals(55, 100, places=0), st.integers(0, 3)), max_size=9).map(
    lambda rows: [(f"idea-{n}", score, NOON + timedelta(minutes=late)) for n, (score, late) in enumerate(rows)]
)


@settings(deadline=None)
@given(contenders, st.randoms(use_true_random=False))
def test_the_order_in_which_contenders_are_listed_changes_nothing(rows: list[tuple[str, Decimal, datetime]], random: Random) -> None:
    before = rank_awards(CONTEST, rows)
    random.shuffle(rows)
    assert rank_awards(CONTEST, rows) == before


@settings(deadline=None)
@given(contenders)
def test_each_award_of_a_ranking_is_the_award_computed_alone_from_its_facts(rows: list[tuple[str, Decimal, datetime]]) -> None:
    scores = {idea: score for idea, score, _ in rows}
    placements = rank_awards(CONTEST, rows)
    for each in placements:
        alone = compute_award(CONTEST, facts(scores[each.idea], rank=each.rank, places_taken=each.places_taken))
        assert alone.tier == each.tier
    for limited in CONTEST.tiers:
        assert limited.places is None or sum(each.tier == limited.name for each in placements) <= limited.places


# Categories


def compete(*entries: tuple[str, int, str], taken: dict[tuple[str, str], int] | None = None) -> dict[str, tuple[int, str | None]]:
    """Rank and tier by idea; each entry is an idea, its score and its category, received in this order."""
    late = range(len(entries))
    contenders = [
        Contender(idea, D(score), NOON + timedelta(minutes=n), CONTEST, category)
        for n, (idea, score, category) in zip(late, entries, strict=True)
    ]
    return {each.idea: (each.rank, each.tier) for each in rank_by_own_books(contenders, taken)}


def test_each_category_has_its_own_first_and_its_own_places() -> None:
    found = compete(("a", 99, "district"), ("b", 98, "district"), ("c", 86, "village"), ("d", 85, "village"), ("e", 97, "district"))
    assert found == {"a": (1, "first"), "b": (2, "second"), "e": (3, "third"), "c": (1, "first"), "d": (2, "second")}


def test_places_given_in_a_category_are_taken_there_alone() -> None:
    found = compete(("a", 99, "district"), ("c", 99, "village"), taken={("district", "first"): 1})
    assert found == {"a": (1, "second"), "c": (1, "first")}


def test_equal_scores_of_different_categories_are_no_tie() -> None:
    assert compete(("late", 90, "village"), ("a", 90, "district"), ("b", 90, "district")) == {
        "late": (1, "first"),
        "a": (1, "first"),
        "b": (2, "second"),
    }


def test_the_places_of_a_category_without_entries_pass_to_no_other() -> None:
    found = compete(*((f"v{n}", 84, "village") for n in range(4)))
    assert [tier for _, tier in found.values()] == ["third", "third", "thanks", "thanks"]


CATEGORIES = ("", "district", "village")
entered = st.lists(st.tuples(st.decimals(55, 100, places=0), st.integers(0, 3), st.sampled_from(CATEGORIES)), max_size=12).map(
    lambda rows: [
        Contender(f"idea-{n}", score, NOON + timedelta(minutes=late), CONTEST, category) for n, (score, late, category) in enumerate(rows)
    ]
)
given_before = st.dictionaries(st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(["first", "third"])), st.integers(0, 2))


def of_category(placements: tuple[Placement, ...], contenders: list[Contender], category: str) -> list[Placement]:
    own = {each.idea for each in contenders if each.category == category}
    return [each for each in placements if each.idea in own]


@settings(deadline=None)
@given(entered, given_before)
def test_nobody_of_another_category_ever_changes_a_placement(contenders: list[Contender], taken: dict[tuple[str, str], int]) -> None:
    together = rank_by_own_books(contenders, taken)
    for category in CATEGORIES:
        alone = [each for each in contenders if each.category == category]
        own = {place: count for place, count in taken.items() if place[0] == category}
        assert of_category(together, contenders, category) == list(rank_by_own_books(alone, own))


@settings(deadline=None)
@given(contenders)
def test_one_category_for_all_is_as_good_as_none(rows: list[tuple[str, Decimal, datetime]]) -> None:
    assert rank_by_own_books([Contender(*row, CONTEST, "open") for row in rows]) == rank_awards(CONTEST, rows)
