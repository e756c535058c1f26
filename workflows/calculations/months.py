"""Calendar months counted from a day, back or on."""

from calendar import monthrange
from datetime import date


def months_before(day: date, months: int) -> date:
    """The day so many calendar months (none or more) before another; its month's last day where it has no such day.

    Raises ValueError for a day before the year 1.
    """
    return _shift(day, -months)


def months_after(day: date, months: int) -> date:
    """The day so many calendar months (none or more) after another; its month's last day where it has no such day.

    Raises ValueError for a day after the year 9999.
    """
    return _shift(day, months)


def _shift(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
