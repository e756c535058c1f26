"""Scores: computed by hand here, exact, and indifferent to the order in which reviews come."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from workflows.calculations.refusals import CalculationRefusal
from workflows.calculations.score import (
    Combination,
    Criterion,
    DuplicateReviewer,
    MissingCriterion,
    NoScores,
    PointsOutsideScale,
    ReviewPoints,
    Rubric,
    ScoreQuestion,
    UnknownCriterion,
    calculate_score,
    combine_scores,
    score_review,
)
from workflows.calculations.values import NotExact

D = Decimal
NOVELTY = Criterion(name="novelty", weight=D(30), minimum=D(0), maximum=D(100))
BENEFIT = Criterion(name="benefit", weight=D(50), minimum=D(0), maximum=D(100))
SPREAD = Criterion(name="spread", weight=D(20), minimum=D(1), maximum=D(5))
STYLE = Criterion(name="style", weight=D(99), minimum=D(0), maximum=D(10), counted=False)
RUBRIC = Rubric(criteria=(NOVELTY, BENEFIT, SPREAD, STYLE), pass_mark=D(85))
POINTS = {"novelty": D(80), "benefit": D("90.5"), "spread": D(4), "style": D(2)}


def only(criterion: str, **marks: object) -> Rubric:
    return Rubric.model_validate({"criteria": [{"name": criterion, "weight": 1, "minimum": 0, "maximum": 100}], **marks})


def test_each_criterion_gives_its_weight_times_the_way_from_minimum_to_maximum() -> None:
    # 30 x 0.80 + 50 x 0.905 + 20 x 3/4 = 24 + 45.25 + 15
    assert score_review(RUBRIC, POINTS) == D("84.25")


def test_weights_need_not_sum_to_a_hundred() -> None:
    metro = Rubric(
        criteria=tuple(Criterion(name=str(n), weight=D(w), minimum=D(0), maximum=D(3)) for n, w in enumerate((5, 5, 4, 3, 2, 2)))
    )
    # levels 3, 2, 3, 1, 2, 3 -> 15 + 10 + 12 + 3 + 4 + 6 = 50 of the 63 that Kota Metro's jurors can give
    levels = {str(n): D(level) for n, level in enumerate((3, 2, 3, 1, 2, 3))}
    assert score_review(metro, levels) == D("79.37")


def test_the_ends_of_every_scale_are_0_and_100() -> None:
    assert score_review(RUBRIC, {c.name: c.minimum for c in RUBRIC.criteria}) == D("0.00")
    assert score_review(RUBRIC, {c.name: c.maximum for c in RUBRIC.criteria}) == D("100.00")


def test_a_criterion_that_is_not_counted_is_asked_for_but_changes_nothing() -> None:
    assert score_review(RUBRIC, POINTS | {"style": D(10)}) == score_review(RUBRIC, POINTS)
    with pytest.raises(MissingCriterion):
        score_review(RUBRIC, {name: given for name, given in POINTS.items() if name != "style"})


@pytest.mark.parametrize(("points", "rounded"), [("70.005", "70.00"), ("70.015", "70.02"), ("70.005001", "70.01")])
def test_halves_go_to_the_even_hundredth(points: str, rounded: str) -> None:
    assert str(score_review(only("novelty"), {"novelty": D(points)})) == rounded


@pytest.mark.parametrize(
    ("change", "error", "code", "field"),
    [
        ({"novelty": None}, MissingCriterion, "criterion_missing", "points.novelty"),
        ({"charm": D(1)}, UnknownCriterion, "criterion_unknown", "points.charm"),
        ({"spread": D("0.99")}, PointsOutsideScale, "points_outside_scale", "points.spread"),
        ({"spread": D("5.01")}, PointsOutsideScale, "points_outside_scale", "points.spread"),
        ({"novelty": 0.1}, NotExact, "number_not_exact", "points.novelty"),
        ({"novelty": True}, NotExact, "number_not_exact", "points.novelty"),
        ({"novelty": D("NaN")}, NotExact, "number_not_exact", "points.novelty"),
    ],
)
def test_points_that_do_not_fit_the_rubric_are_refused_by_name(
    change: dict[str, Decimal | None], error: type[CalculationRefusal], code: str, field: str
) -> None:
    points = {name: given for name, given in (POINTS | change).items() if given is not None}
    with pytest.raises(error) as refused:
        score_review(RUBRIC, points)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_mean_of_three_totals_with_spread_and_sample_deviation() -> None:
    # mean 250/3; deviations -3.33, 6.67, -3.33; squares sum to 66.67, halved 33.33, root 5.7735
    combined = combine_scores(only("novelty", pass_mark="83.33"), [D(80), D(90), D(80)])
    assert (combined.score, combined.spread, combined.deviation, combined.passed) == (D("83.33"), D(10), D("5.77"), True)


def test_the_median_of_an_even_number_lies_halfway() -> None:
    rubric = only("novelty", combine="median", pass_mark=85)
    combined = combine_scores(rubric, [D(100), D("84.00"), D(10), D("85.99")])
    assert (combined.score, combined.passed) == (D("85.00"), True)  # 84.995: the half goes to the even hundredth


def test_one_total_has_no_deviation_and_no_pass_mark_no_verdict() -> None:
    combined = combine_scores(only("novelty"), [D("70.10")])
    assert (str(combined.score), str(combined.spread), combined.deviation, combined.passed) == ("70.10", "0.00", None, None)


def test_the_pass_mark_is_reached_by_equality_and_missed_by_a_hundredth() -> None:
    rubric = only("novelty", pass_mark=85)  # the passing grade of the 2025 national contest
    assert combine_scores(rubric, [D("85.00")]).passed is True
    assert combine_scores(rubric, [D("84.99")]).passed is False


def test_nothing_cannot_be_combined() -> None:
    with pytest.raises(NoScores):
        combine_scores(RUBRIC, [])


def test_the_calculation_reports_totals_means_and_the_combined_score() -> None:
    reviews = (ReviewPoints(reviewer="a", points=POINTS), ReviewPoints(reviewer="b", points=POINTS | {"novelty": D(91)}))
    result = calculate_score(ScoreQuestion(**dict(RUBRIC), reviews=reviews))
    assert [(total.reviewer, total.total) for total in result.totals] == [("a", D("84.25")), ("b", D("87.55"))]
    assert (result.score, result.spread, result.deviation, result.passed) == (D("85.90"), D("3.30"), D("2.33"), True)
    assert result.criterion_means == {"novelty": D("85.50"), "benefit": D("90.50"), "spread": D("4.00"), "style": D("2.00")}


def test_a_reviewer_has_one_voice() -> None:
    review = ReviewPoints(reviewer="a", points=POINTS)
    with pytest.raises(DuplicateReviewer):
        calculate_score(ScoreQuestion(**dict(RUBRIC), reviews=(review, review)))


@pytest.mark.parametrize(
    "criteria",
    [
        (),
        (NOVELTY, NOVELTY),
        (STYLE,),
        ({"name": "flat", "weight": 1, "minimum": 5, "maximum": 5},),
        ({"name": "void", "weight": 0, "minimum": 0, "maximum": 5},),
    ],
)
def test_a_rubric_by_which_nothing_can_be_scored_is_refused(criteria: tuple[object, ...]) -> None:
    with pytest.raises(ValidationError):
        Rubric.model_validate({"criteria": criteria})


totals = st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=9)
points = st.fixed_dictionaries(
    {
        "novelty": st.decimals(0, 100, places=2),
        "benefit": st.decimals(0, 100, places=2),
        "spread": st.decimals(1, 5, places=2),
        "style": st.decimals(0, 10, places=2),
    }
)


@settings(deadline=None)
@given(st.lists(points, min_size=1, max_size=6), st.sampled_from(Combination), st.randoms(use_true_random=False))
def test_the_order_of_reviews_and_criteria_changes_nothing(
    given_points: list[dict[str, Decimal]], combine: Combination, random: Random
) -> None:
    reviews = [ReviewPoints(reviewer=str(n), points=each) for n, each in enumerate(given_points)]
    rubric = dict(RUBRIC) | {"combine": combine}
    before = calculate_score(ScoreQuestion(**rubric, reviews=tuple(reviews)))
    random.shuffle(reviews)
    after = calculate_score(ScoreQuestion(**rubric | {"criteria": RUBRIC.criteria[::-1]}, reviews=tuple(reviews)))
    assert (after.score, after.spread, after.deviation, after.criterion_means) == (
        before.score,
        before.spread,
        before.deviation,
        before.criterion_means,
    )


@settings(deadline=None)
@given(points)
def test_a_total_lies_on_the_scale_and_within_half_a_hundredth_of_the_exact_value(given_points: Mapping[str, Decimal]) -> None:
    novelty, benefit, spread = (Fraction(given_points[name]) for name in ("novelty", "benefit", "spread"))
    exact = novelty * 30 / 100 + benefit * 50 / 100 + (spread - 1) * 20 / 4
    total = score_review(RUBRIC, given_points)
    assert 0 <= total <= 100
    assert abs(Fraction(total) - exact) <= Fraction(1, 200)


@settings(deadline=None)
@given(totals, st.sampled_from(Combination))
def test_a_combined_score_lies_between_lowest_and_highest_total(given_totals: list[Decimal], combine: Combination) -> None:
    combined = combine_scores(only("novelty", combine=combine), given_totals)
    assert min(given_totals) <= combined.score <= max(given_totals)
    assert combined.spread == max(given_totals) - min(given_totals)


@settings(deadline=None)
@given(points, st.sampled_from(["novelty", "benefit", "spread"]))
def test_more_points_never_lower_a_total(given_points: dict[str, Decimal], name: str) -> None:
    best = {criterion.name: criterion.maximum for criterion in RUBRIC.criteria}[name]
    assert score_review(RUBRIC, given_points | {name: best}) >= score_review(RUBRIC, given_points)
