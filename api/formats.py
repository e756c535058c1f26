"""How answers and pages write days, instants, numbers, percentages and rupiah, in Indonesian and in English."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime, get_timezone_name
from babel.numbers import format_decimal, format_percent

from models.instants import region_zone

DAY = "d MMMM y"
SHORT_DAY = "d MMM y"
CLOCK = {"id": " 'pukul' HH.mm", "en": ", HH:mm"}
RUPIAH = "'Rp'#,##0"


def show_day(day: date, language: str) -> str:
    """`24 November 2026`."""
    return format_date(day, DAY, locale=language)


def show_short_day(day: date, language: str) -> str:
    """`24 Nov 2026`."""
    return format_date(day, SHORT_DAY, locale=language)


def show_month(day: date, language: str) -> str:
    """`November 2026`."""
    return format_date(day, "MMMM y", locale=language)


def show_weekday(day: date, language: str) -> str:
    """`Selasa, 24 November`, `Tuesday, 24 November`."""
    return format_date(day, "EEEE, d MMMM", locale=language)


def show_moment(instant: datetime, language: str) -> str:
    """An instant in the region's zone: `24 November 2026 pukul 09.05 WIB` in Indonesian, `24 November 2026, 09:05 WIB` in English."""
    local = instant.astimezone(region_zone())
    zone = get_timezone_name(local, width="short", locale="id")  # only Indonesian has the names WIB, WITA and WIT
    return f"{format_datetime(local, f'{DAY}{CLOCK[language]}', locale=language)} {zone}"


def show_hour(instant: datetime, language: str) -> str:
    """An hour of the region's day: `09.05` in Indonesian, `09:05` in English."""
    return format_datetime(instant.astimezone(region_zone()), "HH.mm" if language == "id" else "HH:mm", locale=language)


def show_number(number: Decimal | str, language: str) -> str:
    """A decimal without trailing zeros: `1.087,2` in Indonesian, `1,087.2` in English."""
    return format_decimal(Decimal(number).normalize(), locale=language, decimal_quantization=False)


def show_count(count: int, language: str) -> str:
    """An integer with its thousands grouped: `1.000` in Indonesian, `1,000` in English."""
    return format_decimal(count, locale=language)


def show_rupiah(rupiah: int, language: str) -> str:
    """Integer rupiah: `Rp38.500.000` in Indonesian, `Rp38,500,000` in English."""
    return format_decimal(rupiah, RUPIAH, locale=language)


def show_share(hundredths: int, language: str) -> str:
    """Hundredths of a percent: `33,33%` in Indonesian, `33.33%` in English; whole percents without decimals."""
    return format_percent(Decimal(hundredths) / 10_000, "0.##%", locale=language)


def show_percent(percent: Decimal | str, language: str) -> str:
    """A percentage without trailing zeros: `81,3%` in Indonesian, `81.3%` in English."""
    return f"{show_number(percent, language)}%"
