"""Savings of a pilot: what was measured in rupiah, over a year, minus what the pilot cost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("Rp juta", 10**6),
        ("jt rupiah", 10**6),
        ("Rp. jt/bln", 12 * 10**6),
        ("ribu Rp", 10**3),
        ("rupiah (miliar) per tahun", 10**9),
        ("milyar rupiah", 10**9),
        ("Rp triliun", 10**12),
        ("million rupiah per year", 10**6),
        ("", None),
        ("menit", None),
        ("orang per bulan", None),
        ("rupiah per berkas", None),
        ("rupiah per hari", None),
        ("rupiahan", None),
        ("juta", None),
        ("miliar", None),
        ("juta orang", None),
        ("juta miliar rupiah", None),
        ("rupiah rupiah", None),
        ("rupiah per", None),
        ("rupiah per bulan per berkas", None),
        ("rupiah 2", None),
    ],
)
def test_only_a_sum_of_a_year_is_money(label: str, worth: int | None) -> None:
    assert read_money(label) == worth


SPELT = {
    1: ("",),
    10**3: ("ribu", "rb", "Ribu", "rb."),
    10**6: ("juta", "jt", "JUTA", "jt."),
    10**9: ("miliar", "milyar", "Mlr"),
    10**12: ("triliun",),
}
PERIODS = {
    1: ("", "per tahun", "/thn", "/ th", "setiap tahun"),
    4: ("per triwulan", "/TW"),
    12: ("per bulan", "/bln", "tiap bulan"),
    52: ("/minggu",),
}


@st.composite
def labels(draw: st.DrawFn) -> tuple[str, int]:
    """A unit as people write it, and what one of it is worth in a year."""
    multiple, times = draw(st.sampled_from(list(SPELT))), draw(st.sampled_from(list(PERIODS)))
    word, money = draw(st.sampled_from(SPELT[multiple])), draw(st.sampled_from(("rupiah", "Rp", "Rp.", "RUPIAH", "IDR")))
    shapes = (f"{word} {money}", f"{money} {word}", f"{money} ({word})") if word else (money, f" {money} ")
    space = draw(st.sampled_from((" ", "  ")))
    return (draw(st.sampled_from(shapes)) + " " + draw(st.sampled_from(PERIODS[times]))).replace(" ", space), multiple * times


@given(labels())
def test_a_sum_is_read_however_people_abbreviate_and_order_its_words(label: tuple[str, int]) -> None:
    assert read_money(label[0]) == label[1]


@given(st.text(max_size=40))
def test_whatever_else_stands_as_a_unit_is_no_sum_and_no_error(text: str) -> None:
    worth = read_money(text)
    assert worth is None or any(word in text.casefold() for word in ("rp", "rupiah", "idr"))


def cost(label: str, before: str, after: str, *, falls: bool = True) -> Measured:
    return Measured(label, Decimal(before), Decimal(after), falls)


def test_savings_are_a_years_after_the_pilots_cost() -> None:
    assert save_in_a_year([cost("rupiah per bulan", "3000000", "1250000.5")], 5_000_000) == 15_999_994
    assert save_in_a_year([cost("juta rupiah per tahun", "10", "14.5", falls=False), cost("menit", "90", "30")], 0) == 4_500_000
    assert save_in_a_year([cost("rupiah per bulan", "100", "150")], 50) == -650


def test_where_nothing_was_measured_in_rupiah_nothing_is_said() -> None:
    assert save_in_a_year([], 5_000_000) is None
    assert save_in_a_year([cost("menit", "90", "30")], 5_000_000) is None
