"""How reviewers' points become one score on 0..100, exactly, and whether it passes."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import mean, median, variance
from typing import Literal, Self

from pydantic import Field, model_validator

from workflows.calculations.refusals import CalculationRefusal
from workflows.calculations.values import Exact, Percent, ShortText, Value, as_fraction, round_hundredths


class RubricRefused(CalculationRefusal):
    """A rubric by which nothing can be scored."""

    code = "rubric_invalid"


class MissingCriterion(CalculationRefusal):
    """A review that leaves out a criterion of the rubric."""

    code = "criterion_missing"


class UnknownCriterion(CalculationRefusal):
    """A review that gives points for a criterion that the rubric does not have."""

    code = "criterion_unknown"


class PointsOutsideScale(CalculationRefusal):
    """Points below the criterion's minimum or above its maximum."""

    code = "points_outside_scale"


class NoScores(CalculationRefusal):
    """A combination of nothing."""

    code = "scores_missing"


class DuplicateReviewer(CalculationRefusal):
    """A reviewer who appears twice."""

    code = "reviewer_duplicate"


class Combination(StrEnum):
    """How the totals of several reviews become one score."""

    MEAN = "mean"
    MEDIAN = "median"


class Criterion(Value):
    """One criterion with its scale; one that is not `counted` is asked and reported but has no part in the total."""

    name: ShortText
    weight: Exact = Field(gt=0)
    minimum: Exact
    maximum: Exact
    counted: bool = True

    @model_validator(mode="after")
    def _scale_ascends(self) -> Self:
        if self.minimum >= self.maximum:
            raise RubricRefused("maximum", "Make the maximum greater than the minimum.")
        return self


class Rubric(Value):
    """The criteria of a call, how totals are combined, and the combined score from which an idea passes (none: no pass mark)."""

    criteria: tuple[Criterion, ...] = Field(min_length=1)
    pass_mark: Percent | None = None
    combine: Combination = Combination.MEAN

    @model_validator(mode="after")
    def _criteria_are_usable(self) -> Self:
        if len({criterion.name for criterion in self.criteria}) < len(self.criteria):
            raise RubricRefused("criteria", "Give every criterion a name of its own.")
        if not any(criterion.counted for criterion in self.criteria):
            raise RubricRefused("criteria", "Count at least one criterion.")
        return self


class ReviewPoints(Value):
    """One reviewer's points, by criterion."""

    reviewer: ShortText
    points: dict[str, Exact]


class ScoreQuestion(Rubric):
    """A rubric and the reviews to be scored by it."""

    reviews: tuple[ReviewPoints, ...] = Field(min_length=1)


class ReviewTotal(Value):
    """One review's total on 0..100, two places."""

    reviewer: str
    total: Decimal


class CombinedScore(Value):
    """The combined score, the distance between highest and lowest total, their sample standard deviation, and the verdict."""

    score: Decimal
    spread: Decimal
    deviation: Decimal | None
    passed: bool | None


class ScoreResult(CombinedScore):
    """The combined score with what it rests on: each review's total and each criterion's mean of points."""

    totals: tuple[ReviewTotal, ...]
    criterion_means: dict[str, Decimal]
    rounding: Literal["two places, ROUND_HALF_EVEN"] = "two places, ROUND_HALF_EVEN"


def calculate_score(question: ScoreQuestion) -> ScoreResult:
    """The `score` calculation: totals per review, means per criterion and the combined score."""
    if len({review.reviewer for review in question.reviews}) < len(question.reviews):
        raise DuplicateReviewer("reviews", "Give each reviewer one review only.")
    totals = [score_review(question, review.points, field=f"reviews.{place}.points") for place, review in enumerate(question.reviews)]
    combined = combine_scores(question, totals)
    return ScoreResult(
        **combined.model_dump(),
        totals=tuple(ReviewTotal(reviewer=review.reviewer, total=total) for review, total in zip(question.reviews, totals, strict=True)),
        criterion_means={
            criterion.name: round_hundredths(mean(Fraction(review.points[criterion.name]) for review in question.reviews))
            for criterion in question.criteria
        },
    )


def score_review(rubric: Rubric, points: Mapping[str, Decimal], field: str = "points") -> Decimal:
    """One review's total: 0 when every counted criterion is at its minimum, 100 at its maximum, two places, ROUND_HALF_EVEN.

    Each criterion gives weight x (points - minimum) / (maximum - minimum); the sum is divided by the counted weights and rounded once.
    MissingCriterion, UnknownCriterion, PointsOutsideScale or NotExact name the criterion at fault under `field`.
    """
    for refusal in list_point_refusals(rubric, points, field):
        raise refusal
    reached = {criterion.name: _reached(criterion, points, field) for criterion in rubric.criteria}
    counted = [criterion for criterion in rubric.criteria if criterion.counted]
    weights = sum(Fraction(criterion.weight) for criterion in counted)
    return round_hundredths(100 * sum(Fraction(criterion.weight) * reached[criterion.name] for criterion in counted) / Fraction(weights))


def list_point_refusals(rubric: Rubric, points: Mapping[str, Decimal], field: str = "points") -> Iterator[CalculationRefusal]:
    """Everything for which `score_review` would refuse these points, unknown criteria first."""
    for name in points:
        if name not in {criterion.name for criterion in rubric.criteria}:
            yield UnknownCriterion(f"{field}.{name}", "Remove these points; the rubric has no such criterion.")
    for criterion in rubric.criteria:
        try:
            _reached(criterion, points, field)
        except CalculationRefusal as refusal:
            yield refusal


def combine_scores(rubric: Rubric, totals: Sequence[Decimal]) -> CombinedScore:
    """The combined score of rounded totals, two places, ROUND_HALF_EVEN; the rounded score is what must reach the pass mark.

    The deviation of one total and the verdict without a pass mark are None. NoScores without totals.
    """
    if not totals:
        raise NoScores("reviews", "Wait for at least one review.")
    exact = [as_fraction(total, "totals") for total in totals]
    score = round_hundredths(median(exact) if rubric.combine is Combination.MEDIAN else mean(exact))
    return CombinedScore(
        score=score,
        spread=round_hundredths(max(exact) - min(exact)),
        deviation=_deviation(exact) if len(exact) > 1 else None,
        passed=None if rubric.pass_mark is None else score >= rubric.pass_mark,
    )


def _reached(criterion: Criterion, points: Mapping[str, Decimal], field: str) -> Fraction:
    field = f"{field}.{criterion.name}"
    if criterion.name not in points:
        raise MissingCriterion(field, "Give points for this criterion too.")
    given, lowest, highest = as_fraction(points[criterion.name], field), Fraction(criterion.minimum), Fraction(criterion.maximum)
    if not lowest <= given <= highest:
        raise PointsOutsideScale(field, f"Give points from {criterion.minimum} to {criterion.maximum}.")
    return (given - lowest) / (highest - lowest)


def _deviation(exact: Sequence[Fraction]) -> Decimal:
    square = variance(exact)
    precise = Context(prec=60)
    root = precise.sqrt(precise.divide(Decimal(square.numerator), Decimal(square.denominator)))
    return round_hundredths(Fraction(root))
