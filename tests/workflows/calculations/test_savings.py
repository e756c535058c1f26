"""Savings of a pilot: what was measured in rupiah, over a year, minus what the pilot cost."""

from decimal import Decimal

import pytest

from workflows.calculations.savings import Measured, read_money, save_in_a_year


@pytest.mark.parametrize(
    ("label", "worth"),
    [
        ("rupiah", 1),
        ("Rp", 1),
        ("Rp.", 1),
        ("  Juta   Rupiah per bulan ", 12_000_000),
        ("rp/bulan", 12),
        ("rupiah / tahun", 1),
        ("ribu rupiah per triwulan", 4_000),
        ("miliar rupiah", 10**9),
        ("IDR per month", 12),
        ("", None),
        ("menit", None),
        ("orang per bulan", None),
        ("rupiah per berkas", None),
        ("rupiah per hari", None),
        ("rupiahan", None),
        ("juta", None),
    ],
)
def test_only_a_sum_of_a_year_is_money(label: str, worth: int | None) -> None:
    assert read_money(label) == worth


def cost(label: str, before: str, after: str, *, falls: bool = True) -> Measured:
    return Measured(label, Decimal(before), Decimal(after), falls)


def test_savings_are_a_years_after_the_pilots_cost() -> None:
    assert save_in_a_year([cost("rupiah per bulan", "3000000", "1250000.5")], 5_000_000) == 15_999_994
    assert save_in_a_year([cost("juta rupiah per tahun", "10", "14.5", falls=False), cost("menit", "90", "30")], 0) == 4_500_000
    assert save_in_a_year([cost("rupiah per bulan", "100", "150")], 50) == -650


def test_where_nothing_was_measured_in_rupiah_nothing_is_said() -> None:
    assert save_in_a_year([], 5_000_000) is None
    assert save_in_a_year([cost("menit", "90", "30")], 5_000_000) is None
