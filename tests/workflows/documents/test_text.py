"""Dates, money and numbers as Indonesian paper writes them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from workflows.documents import text
from workflows.documents.fonts import SERIF, size_class, width_in_em
from workflows.documents.markup import write_employee_number


def test_a_day_is_written_in_words():
    assert text.format_date(date(2026, 11, 24)) == "24 November 2026"
    assert text.format_date(date(2027, 2, 1)) == "1 Februari 2027"
    assert text.format_date(date(2027, 2, 1), "en") == "1 February 2027"
    assert [text.format_month(date(2026, month, 1)) for month in (5, 8, 12)] == ["Mei 2026", "Agu 2026", "Des 2026"]


@pytest.mark.parametrize(
    ("number", "written"), [(0, "0"), (1_250_000, "1.250.000"), (-5, "−5"), (Decimal("83.33"), "83,33"), (Decimal("60.000000"), "60")]
)
def test_numbers_have_points_and_a_comma(number, written):
    assert text.format_number(number) == written


def test_english_readers_get_english_signs():
    assert (text.format_number(Decimal("1250.5"), "en"), text.format_rupiah(1_250_000, "en")) == ("1,250.5", "Rp1,250,000")


@pytest.mark.parametrize(
    ("zone", "written"),
    [(timezone(timedelta(hours=7)), "WIB"), (timezone(timedelta(hours=8)), "WITA"), (timezone(timedelta(hours=9)), "WIT"), (UTC, "UTC"),
     (timezone(timedelta(hours=-3, minutes=-30)), "UTC-03:30")],
)  # fmt: skip
def test_an_instant_names_its_zone(zone, written):
    assert text.format_instant(datetime(2026, 3, 12, 9, 5, 7, tzinfo=zone)) == f"12 Maret 2026 pukul 09.05.07 {written}"


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        text.format_instant(datetime(2026, 3, 12))  # noqa: DTZ001 -- what is refused


@pytest.mark.parametrize(
    ("rupiah", "written"), [(0, "Rp0"), (1_250_000, "Rp1.250.000"), (-7_500, "−Rp7.500"), (10**15, "Rp1.000.000.000.000.000")]
)
def test_money_has_points_and_no_cents(rupiah, written):
    assert text.format_rupiah(rupiah) == written


@pytest.mark.parametrize(("hundredths", "written"), [(10_000, "100%"), (3333, "33,33%"), (1605, "16,05%"), (0, "0%")])
def test_shares_are_percents(hundredths, written):
    assert text.format_share(hundredths) == written


@pytest.mark.parametrize(("part", "whole", "written"), [(1, 3, "33,3%"), (1, 8, "12,5%"), (5, 0, "–"), (3, 2, "150,0%"), (1, 2000, "0,1%")])
def test_parts_are_rounded_half_up(part, whole, written):
    assert text.format_percent(part, whole) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("199305172021221968", "NI PPPK 19930517 2021 22 1 968"),
        ("199303032015021948", "NIP 19930303 201502 1 948"),
        ("1980••••", "NIP 1980••••"),
    ],
)
def test_a_number_on_paper_says_what_it_is_and_is_never_parted(number, written):
    assert write_employee_number(number).replace("\N{NO-BREAK SPACE}", " ") == written
    assert " " not in write_employee_number(number)


def test_a_wider_text_gets_a_smaller_class():
    ladder = ((5.0, "xl"), (10.0, "m"), (20.0, "s"))
    assert [size_class("W" * many, SERIF, ladder) for many in (1, 8, 18, 400)] == ["xl", "m", "s", "s"]
    assert width_in_em("W", SERIF) > width_in_em("i", SERIF)
