"""Whose ideas a call takes, in which categories they are ranked, until when they come in, and which colleagues read them."""

from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from models.policy_parts import Frozen, Identifier, Named, Points


class RubricCriterion(Named):
    """A weighted criterion of the scoring."""

    weight: Points = Field(gt=0, le=100)
    minimum: Points = Decimal(0)
    maximum: Points = Decimal(100)

    @model_validator(mode="after")
    def scale_is_not_empty(self) -> Self:
        """A criterion can be scored."""
        if self.minimum >= self.maximum:
            raise PydanticCustomError("policy_scale_empty", "a criterion's minimum is not below its maximum")
        return self


class Category(Named):
    """Ideas that are judged and ranked apart from the others, with places of their own.

    Which category an idea is in follows from the kind of its unit; among several that fit the proposer chooses, and a category without
    kinds fits every unit. What a category leaves empty is the call's: rubric, pass mark, tiers; but its places are always its own.
    """

    unit_kinds: tuple[Identifier, ...] = Field((), max_length=30)
    rubric: tuple[RubricCriterion, ...] = Field((), max_length=30)
    pass_mark: Points | None = Field(None, ge=0, le=100)
    tiers: tuple[dict[str, Any], ...] = Field((), max_length=20)

    @property
    def title(self) -> str:
        """As papers name it beside a grade: `Kategori Kecamatan`."""
        return self.label if self.label.casefold().startswith("kategori ") else f"Kategori {self.label}"

    def fits(self, unit_kind: str) -> bool:
        """Whether ideas of a unit of this kind may be in it."""
        return not self.unit_kinds or unit_kind in self.unit_kinds

    @model_validator(mode="after")
    def criteria_are_unique(self) -> Self:
        """Two criteria of one name would overwrite each other in the stored points."""
        if len({criterion.name for criterion in self.rubric}) < len(self.rubric):
            raise PydanticCustomError("policy_names_twice", "two parts have the same name")
        return self


class Initiator(StrEnum):
    """The five that may initiate a regional innovation (PP 38/2017 art. 7); a civil servant proposes it in any case."""

    REGIONAL_HEAD = "regional_head"
    COUNCIL = "council"
    CIVIL_SERVANT = "civil_servant"
    GOVERNMENT_UNIT = "government_unit"
    THE_PUBLIC = "the_public"


class QuotaPer(StrEnum):
    """Whose ideas a quota counts: those of the proposer's own unit, or of the whole agency right below the unit that holds the call."""

    OWN_UNIT = "own_unit"
    WHOLE_AGENCY = "whole_agency"


class EligibilityRule(Frozen):
    """Which ideas may be submitted at all."""

    initiators: tuple[Initiator, ...] = Field((), max_length=5)  # none: it is not asked who initiated
    quota: int | None = Field(None, ge=1, le=1_000)  # submitted ideas at a time, withdrawn ones not counted
    quota_per: QuotaPer = QuotaPer.WHOLE_AGENCY
    minimum_months: int = Field(0, ge=0, le=120)  # in use for, counted back from the call's last day
    earlier_awards: int | None = Field(None, ge=1, le=20)  # with so many awards behind it an innovation may not enter again
    earlier_years: int | None = Field(None, ge=1, le=30)  # within so many years before the call's last day; None: ever


class ClosingRule(Frozen):
    """What happens around the call's last instant."""

    grace_minutes: int = Field(0, ge=0, le=1_440)  # in which an idea still comes in, marked as late
    late_days: int = Field(0, ge=0, le=60)  # until how long after it a named person may be let in, with a reason; 0: nobody
    is_sealed: bool = False  # whether nobody but team and permitting head reads an idea before the call is over


class Circle(StrEnum):
    """To whom a call opens its ideas beside those who work on them: to nobody, to the proposer's agency, or to the whole region."""

    NOBODY = "nobody"
    WHOLE_AGENCY = "whole_agency"
    WHOLE_REGION = "whole_region"


class ColleagueRule(Frozen):
    """Whether colleagues read, support and follow ideas, and comment on them; a policy that says nothing opens none, as nobody was told."""

    open_to: Circle = Circle.NOBODY
    takes_comments: bool = True  # whether those colleagues and the team write to each other below an idea
