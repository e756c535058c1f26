"""The exact values that calculations take and give: decimals for scores, whole rupiah for money, and never a float."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workflows.calculations.refusals import CalculationRefusal

MAXIMUM_RUPIAH = 10**15


class NotExact(CalculationRefusal):
    """A number that is neither a finite Decimal nor an int."""

    code = "number_not_exact"


class AmountRefused(CalculationRefusal):
    """An amount that is not a whole number of rupiah between 0 and 10^15."""

    code = "amount_out_of_range"


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def check_rupiah(amount: int, field: str = "") -> int:
    """The same amount, if it is a whole number of rupiah from 0 to 10^15; otherwise AmountRefused."""
    if type(amount) is not int or not 0 <= amount <= MAXIMUM_RUPIAH:
        raise AmountRefused(field, "Give a whole number of rupiah from 0 to 1000000000000000 (10^15).")
    return amount


def as_fraction(number: Decimal | int, field: str) -> Fraction:
    """The number as an exact fraction; a float, a bool, NaN or an infinity is NotExact."""
    if type(number) not in (Decimal, int) or not Decimal(number).is_finite():
        raise NotExact(field, "Give a finite decimal or a whole number, not a binary float.")
    return Fraction(number)


def round_hundredths(number: Fraction) -> Decimal:
    """The number to two places, ROUND_HALF_EVEN, decided once on the exact fraction."""
    return Decimal(round(number * 100)).scaleb(-2)


# At most 15 digits: any such decimal survives a JSON reader that goes through a double.
Exact = Annotated[Decimal, Field(max_digits=15, decimal_places=6)]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=15, decimal_places=6)]
Rupiah = Annotated[int, Field(strict=True), AfterValidator(check_rupiah)]
ShortText = Annotated[str, Field(min_length=1, max_length=200)]
