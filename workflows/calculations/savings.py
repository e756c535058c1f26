"""What a pilot that was measured in rupiah saves in a year, after the cost of carrying it out.

Source: domain.md section 7, point 21 (Korean proposal decree, art. 24): the outcome over twelve months, minus the cost of implementation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

RUPIAH = {"rupiah", "rp", "idr"}
MULTIPLES = {
    **dict.fromkeys(("ribu", "rb", "thousand"), 10**3),
    **dict.fromkeys(("juta", "jt", "million"), 10**6),
    **dict.fromkeys(("miliar", "milyar", "mlr", "billion"), 10**9),
    **dict.fromkeys(("triliun", "trilyun", "trillion"), 10**12),
}
A_YEAR = {
    **dict.fromkeys(("tahun", "thn", "th", "year"), 1),
    **dict.fromkeys(("semester",), 2),
    **dict.fromkeys(("triwulan", "tw", "kuartal", "quarter"), 4),
    **dict.fromkeys(("bulan", "bln", "month"), 12),
    **dict.fromkeys(("minggu", "mgg", "week"), 52),
}
PER = {"/", "per", "setiap", "tiap"}
_PARTS = re.compile(r"[^\W\d_]+|[^\s.()]")  # words and signs; full stops of abbreviations and brackets say nothing


@dataclass(frozen=True)
class Measured:
    """One indicator: its unit as people wrote it, and its value before and at the last reading."""

    unit_label: str
    baseline: Decimal
    value: Decimal
    falls: bool  # a cost that should fall; otherwise a gain that should rise


def read_money(unit_label: str) -> int | None:
    """How many rupiah a year one of this unit is: `juta rupiah per bulan` is 12,000,000; None where the unit is no sum of a year.

    `Rp juta`, `juta Rp`, `jt rupiah` and `rupiah (juta)` are one unit. A unit without a time counts as a year's sum. `rupiah per berkas`
    is none: nobody measured how many there are; nor is `juta`, which may be of anything.
    """
    parts = _PARTS.findall(unit_label.casefold())
    place = next((place for place, part in enumerate(parts) if part in PER), len(parts))
    times = A_YEAR.get(" ".join(parts[place + 1 :])) if place < len(parts) else 1
    multiples = [part for part in parts[:place] if part not in RUPIAH]
    if times is None or len(parts[:place]) - len(multiples) != 1 or len(multiples) > 1:
        return None
    multiple = MULTIPLES.get(multiples[0]) if multiples else 1
    return None if multiple is None else multiple * times


def save_in_a_year(indicators: Iterable[Measured], cost_rupiah: int) -> int | None:
    """The net savings of one pilot in whole rupiah, below 0 where it costs more; None where nothing was measured in rupiah."""
    gains = []
    for each in indicators:
        worth = read_money(each.unit_label)
        if worth is not None:
            change = Fraction(each.baseline) - Fraction(each.value)
            gains.append((change if each.falls else -change) * worth)
    return round(sum(gains)) - cost_rupiah if gains else None
