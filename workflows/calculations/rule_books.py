"""Award rules as versioned values: what a rule book says, and which of its tiers an idea may still reach."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import Field, StrictBool, TypeAdapter, ValidationError, model_validator

from workflows.calculations.refusals import CalculationRefusal, InvalidPayload
from workflows.calculations.values import Percent, Rupiah, ShortText, Value


class RuleBookRefused(CalculationRefusal):
    """A rule book that contradicts itself."""

    code = "rule_book_invalid"


class Tier(Value):
    """One grade: from which score it is open, what it pays per idea, and to how many ideas (null: as many as deserve it)."""

    name: ShortText
    label: ShortText
    label_en: ShortText | None = None
    minimum_score: Percent
    amount_rupiah: Rupiah
    places: int | None = Field(default=None, strict=True, ge=1)


class FixedTiers(Value):
    """A rule book of fixed amounts, best tier first; teams of at least `team_uplift_from` people get `team_uplift_percent` more."""

    kind: Literal["fixed_tiers"] = "fixed_tiers"
    name: ShortText
    version: ShortText
    source: str = Field(min_length=1, max_length=2000)
    tiers: tuple[Tier, ...] = Field(min_length=1)
    team_uplift_percent: int = Field(default=0, strict=True, ge=0, le=1000)
    team_uplift_from: int = Field(default=3, strict=True, ge=2)
    results_must_be_verified: StrictBool = False

    @property
    def is_ranked(self) -> bool:
        """Whether places are limited, so that ideas compete and the call is ranked at its end."""
        return any(tier.places is not None for tier in self.tiers)

    @property
    def places(self) -> tuple[tuple[str, int | None], ...]:
        """The tiers' names, best first, with how many places each has."""
        return tuple((tier.name, tier.places) for tier in self.tiers)

    @model_validator(mode="after")
    def _tiers_descend(self) -> Self:
        if len({tier.name for tier in self.tiers}) < len(self.tiers):
            raise RuleBookRefused("tiers", "Give every tier a name of its own.")
        minima = [tier.minimum_score for tier in self.tiers]
        if minima != sorted(minima, reverse=True):
            raise RuleBookRefused("tiers", "Order the tiers from the best to the last: minimum scores must not rise.")
        return self


# A further kind of rule is a model of its own with its own literal `kind`. It joins the two lines below,
# `Annotated[FixedTiers | PercentOfSavings, Field(discriminator="kind")]`, and the table COMPUTATIONS in award.py.
RuleBook = FixedTiers
RULE_BOOK: TypeAdapter[RuleBook] = TypeAdapter(RuleBook)


def read_rule_book(payload: Mapping[str, Any]) -> RuleBook:
    """The rule book that was stored as JSON, of whatever kind; InvalidPayload names what does not fit."""
    try:
        return RULE_BOOK.validate_python(dict(payload))
    except ValidationError as error:
        raise InvalidPayload.from_validation(error) from None


def find_tier(book: FixedTiers, score: Decimal, taken: Mapping[str, int]) -> Tier | None:
    """The best tier whose minimum the score reaches and that has a place left; None leaves the grade empty."""
    return next((tier for tier in book.tiers if score >= tier.minimum_score and has_place(tier, taken)), None)


def has_place(tier: Tier, taken: Mapping[str, int]) -> bool:
    """Whether the tier has a place left when `taken` counts the places already given, by tier name."""
    return tier.places is None or taken.get(tier.name, 0) < tier.places
