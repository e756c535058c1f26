"""What a pilot that was measured in rupiah saves in a year, after the cost of carrying it out.

Source: domain.md section 7, point 21 (Korean proposal decree, art. 24): the outcome over twelve months, minus the cost of implementation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MULTIPLES = {"": 1, "ribu": 10**3, "juta": 10**6, "miliar": 10**9}
A_YEAR = {"": 1, "tahun": 1, "year": 1, "triwulan": 4, "quarter": 4, "bulan": 12, "month": 12, "minggu": 52, "week": 52}
_LABEL = re.compile(r"(?:(ribu|juta|miliar) )?(?:rp\.?|rupiah|idr)(?: ?(?:/|per) ?(\w+))?")


@dataclass(frozen=True)
class Measured:
    """One indicator: its unit as people wrote it, and its value before and at the last reading."""

    unit_label: str
    baseline: Decimal
    value: Decimal
    falls: bool  # a cost that should fall; otherwise a gain that should rise


def read_money(unit_label: str) -> int | None:
    """How many rupiah a year one of this unit is: `juta rupiah per bulan` is 12,000,000; None where the unit is no sum of a year.

    A unit without a time counts as a year's sum. `rupiah per berkas` is none: nobody measured how many there are.
    """
    found = _LABEL.fullmatch(" ".join(unit_label.casefold().split()))
    if found is None or (found[2] or "") not in A_YEAR:
        return None
    return MULTIPLES[found[1] or ""] * A_YEAR[found[2] or ""]


def save_in_a_year(indicators: Iterable[Measured], cost_rupiah: int) -> int | None:
    """The net savings of one pilot in whole rupiah, below 0 where it costs more; None where nothing was measured in rupiah."""
    gains = []
    for each in indicators:
        worth = read_money(each.unit_label)
        if worth is not None:
            change = Fraction(each.baseline) - Fraction(each.value)
            gains.append((change if each.falls else -change) * worth)
    return round(sum(gains)) - cost_rupiah if gains else None
