"""Days, instants, numbers and money as readers of each language write them (EYD V for Indonesian)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from api.formats import show_count, show_day, show_moment, show_number, show_percent, show_rupiah, show_share
from models.instants import region_zone
from models.settings import settings


@pytest.mark.parametrize(
    ("day", "indonesian", "english"),
    [
        (date(2026, 1, 2), "2 Januari 2026", "2 January 2026"),
        (date(2026, 5, 31), "31 Mei 2026", "31 May 2026"),
        (date(2026, 8, 17), "17 Agustus 2026", "17 August 2026"),
        (date(1900, 12, 1), "1 Desember 1900", "1 December 1900"),
    ],
)
def test_a_day_is_written_out(day: date, indonesian: str, english: str) -> None:
    assert (show_day(day, "id"), show_day(day, "en")) == (indonesian, english)


@pytest.mark.parametrize(
    ("zone", "clock"), [("Asia/Jakarta", "09.05 WIB"), ("Asia/Makassar", "10.05 WITA"), ("Asia/Jayapura", "11.05 WIT")]
)
def test_an_instant_names_the_regions_zone(zone: str, clock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAGAS_ZONE", zone)
    settings.cache_clear()
    region_zone.cache_clear()
    try:
        instant = datetime(2026, 11, 24, 2, 5, tzinfo=UTC)
        assert show_moment(instant, "id") == f"24 November 2026 pukul {clock}"
        assert show_moment(instant, "en") == f"24 November 2026, {clock.replace('.', ':')}"
    finally:
        settings.cache_clear()
        region_zone.cache_clear()


@pytest.mark.parametrize(
    ("number", "indonesian", "english"),
    [
        ("87.20", "87,2", "87.2"),
        ("100", "100", "100"),
        ("1E+2", "100", "100"),
        ("0.000001", "0,000001", "0.000001"),
        ("12345.60", "12.345,6", "12,345.6"),
        ("-3.5", "-3,5", "-3.5"),
        ("0.000", "0", "0"),
    ],
)
def test_a_number_has_the_languages_decimal_sign_and_no_trailing_zeros(number: str, indonesian: str, english: str) -> None:
    assert (show_number(Decimal(number), "id"), show_number(number, "en")) == (indonesian, english)
    assert (show_percent(number, "id"), show_percent(number, "en")) == (f"{indonesian}%", f"{english}%")


@pytest.mark.parametrize(
    ("rupiah", "indonesian", "english"),
    [(38_500_000, "Rp38.500.000", "Rp38,500,000"), (0, "Rp0", "Rp0"), (10**15, "Rp1.000.000.000.000.000", "Rp1,000,000,000,000,000")],
)
def test_rupiah_stand_beside_their_sign(rupiah: int, indonesian: str, english: str) -> None:
    assert (show_rupiah(rupiah, "id"), show_rupiah(rupiah, "en")) == (indonesian, english)
    assert (show_count(rupiah, "id"), show_count(rupiah, "en")) == (indonesian[2:], english[2:])


@pytest.mark.parametrize(
    ("hundredths", "indonesian", "english"),
    [(3_333, "33,33%", "33.33%"), (1_250, "12,5%", "12.5%"), (10_000, "100%", "100%"), (1, "0,01%", "0.01%"), (0, "0%", "0%")],
)
def test_a_share_has_two_decimals_or_none(hundredths: int, indonesian: str, english: str) -> None:
    assert (show_share(hundredths, "id"), show_share(hundredths, "en")) == (indonesian, english)
